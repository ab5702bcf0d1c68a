"""`prove` by its output, its files and its exit codes."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import scratch
from compare.backends.by_name import backend, equations_backend
from compare.bugs.catalogue import BUGS
from compare.bugs.diagnosis import Diagnosis
from compare.cli import prove as prove_command
from compare.problem import Problem
from compare.report.tables import WHY_LOWER

SHORT = "--data", "digits", "--epochs", "1"
BOTH = "match: every quantity is within budget, in 15 steps of float32 and float64"


def test_a_match_is_one_screen_and_three_lines_that_go_on(cli):
    code, out, err = cli(*SHORT)
    lines = out.splitlines()
    assert code == 0
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("scratch (NumPy, by hand) and torch (PyTorch) train one model on 1,438 images")
    assert lines[-4] == BOTH
    assert [re.split("  +", line) for line in lines[-3:]] == [
        ["next: python -m compare --data digits --epochs 1 --details", "every number"],
        ["next: python -m compare bugs --list", f"{len(BUGS)} known mistakes"],
        ["next: python -m compare exercise --new mine.py", "write it yourself"],
    ]
    assert [line.split(":")[0] for line in err.splitlines()] == ["25 %", "50 %", "75 %"]


@pytest.mark.usefixtures("proven_once")
def test_a_long_command_is_one_line_that_can_be_copied(cli, tmp_path: Path):
    options = *SHORT, "--dtype", "float64", "--val-fraction", "0.20000", "--momentum", "0", "--weight-decay", "0"
    lines = cli(*options, "--run", "kept", "--runs-root", tmp_path)[1].splitlines()
    assert lines[-4] == f"next: python -m compare {' '.join(options)} --details  every number"


@pytest.mark.usefixtures("proven_once")
def test_details_have_every_table(cli):
    code, out, _ = cli(*SHORT, "--details")
    assert code == 0
    assert out.splitlines()[-1] == BOTH
    assert max(map(len, out.splitlines())) <= 80
    for title in (
        "digits: 1,438 training and 359 validation images of 64 pixels",
        "float32: loss and accuracy (train: training (running))",
        "float32, whole run: where each was worst",
        "allowed: eps",
        "float64: how far apart at worst in 15 steps",
        "hard batches, one step each",
        "float64, exact arithmetic",
        "distance from the exact values",
        "gradient checks, in float64",
        "float64: final weights",
    ):
        assert title in out
    assert " ".join(out.split()).count(WHY_LOWER) == 1
    assert "next:" not in out


@pytest.mark.usefixtures("proven_once")
def test_prove_is_the_default(cli):
    options = *SHORT, "--dtype", "float64"
    screen = cli(*options)[1].splitlines()
    assert screen[:-3] == cli("prove", *options)[1].splitlines()[:-3]
    assert len(screen) > 20


@pytest.mark.usefixtures("proven_once")
def test_quiet_prints_the_last_line_only(cli):
    assert cli(*SHORT, "--quiet") == (0, BOTH + "\n", "")


@pytest.mark.usefixtures("proven_once")
def test_one_precision_is_enough_if_it_is_asked_for(cli, tmp_path: Path):
    assert (
        cli(*SHORT, "--quiet", "--dtype", "float64", "--json", tmp_path / "json")[1]
        == BOTH.replace("float32 and ", "") + "\n"
    )
    assert [run["dtype"] for run in json.loads((tmp_path / "json").read_text())["runs"]] == ["float64"]


def test_a_long_proof_says_first_how_long_it_takes(cli, monkeypatch: pytest.MonkeyPatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(prove_command, "prove_each", stop)
    code, out, err = cli("--data", "digits", "--epochs", 10**6)
    assert (code, out) == (130, "")
    assert re.fullmatch(r"this takes about \d+\.\d hours\ninterrupted\n", err)
    assert cli("--data", "digits", "--epochs", 10**6, "--quiet")[2] == "interrupted\n"
    assert cli("--data", "digits", "--epochs", 1)[2] == "interrupted\n"


def plant(monkeypatch: pytest.MonkeyPatch, **functions: Callable) -> None:
    """Have `prove` check scratch with these functions in place of its own."""
    planted = equations_backend("scratch", lambda: scratch.EQUATIONS._replace(**functions))
    monkeypatch.setattr(prove_command, "named", lambda _ours, theirs, _limit, _device: (planted, backend(theirs)))


def test_differ_is_told_with_its_place(cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def no_mean(logP, y):
        return scratch.logits_gradient(logP, y) * len(y)

    plant(monkeypatch, logits_gradient=no_mean)
    code, out, _ = cli(*SHORT, "--dtype", "float32", "--json", tmp_path / "proof.json")
    lines = out.splitlines()
    assert code == 1
    assert len(lines) <= 40
    start = lines.index("differ: scratch and torch, in logits_gradient (E4)")
    text = " ".join(" ".join(lines[start:]).split())
    found = json.loads((tmp_path / "proof.json").read_text())["runs"][0]["first_divergence"]
    assert "where float32, epoch 1, step 1, both from the same weights" in text
    assert f"quantity dZ {found['index']}: batch image" in text
    assert f"values {found['scratch']:.9g} (scratch), {found['torch']:.9g} (torch)" in text
    assert (found["quantity"], found["tag"], found["reading"]) == ("dZ", "E4", "one_step")
    assert found["scratch"] == pytest.approx(100 * found["torch"], rel=1e-5)


@pytest.mark.usefixtures("proven_once")
@pytest.mark.parametrize(
    ("options", "command", "what"),
    [(("--seed", "7"), f"{' '.join(SHORT)} --dtype float32 --seed 8", "the same with another seed"),
     (("--bug", "wrong-axis"), "bugs wrong-axis", "the planted mistake")],
)  # fmt: skip
def test_a_difference_without_a_guess_ends_with_three_lines(
    cli, monkeypatch: pytest.MonkeyPatch, options, command, what
):
    monkeypatch.setattr(prove_command, "diagnose", lambda *_: Diagnosis(["a fact"], []))
    if "--bug" not in options:
        plant(monkeypatch, logits_gradient=lambda logP, y: scratch.logits_gradient(logP, y) * 2)
    code, out, _ = cli(*SHORT, "--dtype", "float32", *options)
    lines = [re.split("  +", line) for line in out.splitlines()[-4:] if line.startswith("next: ")]
    assert (code, len(lines)) == (1, 3)
    assert lines[0] == [f"next: python -m compare {command}", what]
    assert lines[2] == ["next: python -m compare bugs --list", "all known mistakes"]


def test_a_difference_in_one_line(cli, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(prove_command, "diagnose", lambda *_: None)
    options = *SHORT, "--dtype", "float64", "--bug", "summed-gradient", "--quiet"
    assert cli(*options) == (1, "differ: summed-gradient and torch, in logits_gradient (E4)\n", "")


@pytest.mark.heavy
def test_a_side_that_is_not_finite_is_told_and_written(cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def nan(logP, y):
        return scratch.nll_loss(logP, y) * np.nan

    plant(monkeypatch, nll_loss=nan)
    code, out, _ = cli(*SHORT, "--dtype", "float64", "--json", tmp_path / "proof.json")
    assert code == 1
    assert "differ: scratch and torch, in nll_loss (E3)" in out
    run = json.loads((tmp_path / "proof.json").read_text())["runs"][0]
    assert run["first_divergence"]["scratch"] == "nan"
    assert run["quantities"]["dZ"]["one_step"] is None
    assert "not reached" in out


@pytest.mark.usefixtures("proven_once")
def test_a_planted_mistake_is_recognised(cli, tmp_path: Path):
    options = *SHORT, "--dtype", "float32", "--bug", "mean-for-the-bias"
    code, out, _ = cli(*options, "--json", tmp_path / "json")
    assert code == 1
    assert "only the bias differs, the weights do not" in " ".join(out.split())
    assert "looks like  mean-for-the-bias (100 % alike)" in out
    assert out.splitlines()[-3].startswith("next: python -m compare bugs mean-for-the-bias  ")
    assert json.loads((tmp_path / "json").read_text())["diagnosis"]["guesses"][0]["bug"] == "mean-for-the-bias"
    details = " ".join(cli(*options, "--details")[1].split())
    assert "this looks like mean for the bias, see bug mean-for-the-bias, E5" in details
    assert " ".join(BUGS["mean-for-the-bias"].lesson.split()) in details


def test_rounding_is_explained_if_it_is_asked_for(cli, tmp_path: Path):
    code, out, _ = cli(*SHORT, "--dtype", "float32", "--attribute", "--json", tmp_path / "json")
    assert code == 0
    assert "float32: each operation of both sides on identical inputs" in out
    assert out.index("each operation") < out.index("match:")
    causes = json.loads((tmp_path / "json").read_text())["attribution"]["float32"]
    assert [cause["tag"] for cause in causes] == ["E1", "E2", "E3", "E4", "E5", "E5", "E6"]


REFUSED = {
    "a mistake in another side": (["--bug", "wrong-axis", "--backend", "torch"], "omit --backend"),
    "an unknown mistake": (["--bug", "no-such-bug"], "no-such-bug"),
    "rounding of torch": (["--attribute", "--backend", "torch"], "omit --against, or --backend torch"),
    "rounding against scratch": (["--attribute", "--against", "scratch"], "omit --against, or --backend torch"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused(refused, case: str):
    options, words = REFUSED[case]
    assert words in refused("--data", "digits", *options)


@pytest.mark.heavy
@pytest.mark.usefixtures("proven_once")
def test_pictures_are_drawn_and_recorded(cli, tmp_path: Path):
    folder = tmp_path / "new" / "folder"
    assert cli("prove", *SHORT, "--quiet", "--pictures", folder)[0] == 0
    names = {"overview", "templates", "gradients", "curves", "errors-float32", "errors-float64"}
    files = {f"{name}{suffix}" for name in names for suffix in (".png", ".svg")}
    assert {path.name for path in folder.iterdir()} == files | {"overview.json"}
    assert len({path.read_bytes() for path in folder.iterdir()}) == len(files) + 1


def test_json_is_made_for_those_who_ask(cli, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Problem, "checksums", property(lambda _: pytest.fail("nobody asked")))
    assert cli(*SHORT, "--dtype", "float32", "--quiet")[0] == 0


@pytest.mark.heavy
@pytest.mark.usefixtures("proven_once")
def test_a_proof_is_kept(cli, tmp_path: Path):
    assert cli(*SHORT, "--quiet", "--runs-root", tmp_path, "--run", "one", "--json", tmp_path / "json")[0] == 0
    kept, written = (json.loads(path.read_text()) for path in (tmp_path / "one" / "run.json", tmp_path / "json"))
    assert {key: kept[key] for key in written} == written
    last = written["runs"][-1]["curve"][-1]["scratch"]
    expected = {"verdict": "match", "val_loss": last["val_loss"], "val_accuracy": last["val_accuracy"]}
    assert (kept["command"], kept["summary"]) == ("prove", expected)
    histories = json.loads((tmp_path / "one" / "history.json").read_text())
    assert list(histories) == [f"{side}, {dtype}" for dtype in ("float32", "float64") for side in ("scratch", "torch")]
    assert (tmp_path / "one" / "pictures" / "overview.png").exists()


@pytest.mark.parametrize("columns", ["20", *(pytest.param(n, marks=pytest.mark.heavy) for n in ("80", "200"))])
def test_no_number_is_cut_on_a_terminal_of_any_width(cli, monkeypatch: pytest.MonkeyPatch, columns: str):
    monkeypatch.setenv("COLUMNS", columns)
    _, out, _ = cli(*SHORT, "--dtype", "float64", "--details")
    assert "…" not in out
    assert len(re.findall(r"\d\.\de[-+]\d\d", out)) == 8 * 5 + 3


@pytest.mark.heavy
def test_what_was_found_is_printed_and_kept_where_json_cannot_be_written(cli, tmp_path: Path):
    options = "--json", "/dev/full", "--run", "kept", "--runs-root", tmp_path
    code, out, err = cli(*SHORT, "--dtype", "float32", "--quiet", *options)
    assert (code, err) == (2, "error: --json /dev/full: cannot be written: No space left on device\n")
    assert out.startswith("match: ")
    assert (tmp_path / "kept" / "run.json").exists()
