"""The command line by its output, its files and its exit codes."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import scratch
from compare.backends import equations_backend
from compare.commands import prove as prove_command
from compare.proof import prove
from compare.tolerance import QUANTITIES
from tests.conftest import ROOT

SHORT = "--data", "digits", "--epochs", "3"
TWO_NUMBERS = r"Loss: \d\.\d{4}, accuracy: 0\.\d{4}"


@pytest.fixture
def proof(cli, tmp_path: Path) -> dict:
    code, _, _ = cli(*SHORT, "--json", tmp_path / "proof.json")
    assert code == 0
    return json.loads((tmp_path / "proof.json").read_text())


def test_the_report_says_everything_once(cli):
    code, out, err = cli(*SHORT)
    assert code == 0
    assert "digits: 1,438 training and 359 validation images of 64 pixels" in out
    assert "3 epochs of 15 batches of 100 = 45 steps, lr 0.001, seed 1" in out
    for dtype in ("float32", "float64"):
        assert f"{dtype}: how far apart at worst in 45 steps" in out
        assert re.search(rf"{dtype}: 359 of 359 images classified the same way", out)
    for quantity in QUANTITIES.values():
        symbols = {quantity.symbol, quantity.field}
        rows = [
            row for s in symbols for row in re.findall(rf"^{quantity.tag} +{re.escape(s)} +(?!-)\S", out, re.MULTILINE)
        ]
        assert len(rows) == 4, "the reasons, two tables of errors, the distance from the truth"
    assert out.splitlines()[-1] == "match: all quantities of 45 float32 and 45 float64 steps are within budget"
    assert max(map(len, out.splitlines())) <= 80
    assert [line.split(":")[0] for line in err.splitlines()] == [f"{tenth} %" for tenth in range(10, 101, 10)]


def test_prove_is_the_default(cli):
    options = *SHORT, "--dtype", "float64"

    def lines(*args: str) -> list[str]:
        return [line for line in cli(*args)[1].splitlines() if "times as long" not in line]

    assert lines(*options) == lines("prove", *options)
    assert len(lines(*options)) > 40


def test_quiet_prints_the_last_line_only(cli):
    assert cli(*SHORT, "--quiet") == (
        0,
        "match: all quantities of 45 float32 and 45 float64 steps are within budget\n",
        "",
    )


SHAPE = {
    "verdict": str,
    "data": {"name": str, "train": int, "validation": int, "test": int, "features": int, "classes": int},
    "problem": {
        **dict.fromkeys(("epochs", "batch_size", "seed", "steps", "parameters"), int),
        **dict.fromkeys(("lr", "val_fraction", "momentum", "dampening", "weight_decay"), float),
        "nesterov": bool,
        "train_subset": (int, type(None)),
        "checksums": dict.fromkeys(("images", "labels", "weight", "bias", "split", "order"), str),
    },
    "versions": {"python": str, "numpy": str, "torch": str},
}
FINDING = {
    **dict.fromkeys(("max_abs_error", "scaled_error", "budget", "used", "scratch", "torch"), float),
    **dict.fromkeys(("epoch", "step"), int),
    "index": (list, type(None)),
    "ceiling": (float, type(None)),
}
SIDE = dict.fromkeys(("train_loss", "train_accuracy", "val_loss", "val_accuracy"), float)
RUN = {
    **dict.fromkeys(("dtype", "verdict"), str),
    **dict.fromkeys(("test", "first_divergence", "growth"), type(None)),
    "steps": int,
    "quantities": {name: {"resynchronised": FINDING, "free_running": FINDING} for name in QUANTITIES},
    "predictions": {
        **dict.fromkeys(("compared", "differ", "near_ties", "certified"), int),
        **dict.fromkeys(("largest", "evaluation"), float),
    },
    "sides": list,
    "exact": {name: {"values": int, "differ": int} for name in QUANTITIES},
    "truth": {name: {"scratch": float, "torch": float} for name in QUANTITIES},
    "gradients": {"scratch": list, "torch": list},
    "witnesses": dict.fromkeys(("training", "adversarial", "exact", "gradients", "evaluation", "predictions"), bool),
    "seconds": {"scratch": float, "torch": float},
    "weights": {"scratch": str, "torch": str},
    "drift": {"W": float, "b": float},
}


def check_shape(value: object, shape: object, where: str = "") -> None:
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        assert set(value) == set(shape), where
        for key in shape:
            check_shape(value[key], shape[key], f"{where}.{key}")
    else:
        assert isinstance(value, shape), where


def test_json_has_the_documented_fields(proof: dict):
    runs = proof.pop("runs")
    check_shape(proof, SHAPE)
    assert [run["dtype"] for run in runs] == ["float32", "float64"]
    for run in runs:
        curve, difficult = run.pop("curve"), run.pop("adversarial")
        for found in difficult.values():
            check_shape(found, {**FINDING, **dict.fromkeys(("quantity", "reading", "tag"), str)})
        check_shape(run, RUN)
        assert [record["epoch"] for record in curve] == [0, 1, 2, 3]
        for record in curve:
            check_shape(record, {"epoch": int, "scratch": SIDE, "torch": SIDE})
    assert (proof["verdict"], proof["problem"]["parameters"], proof["problem"]["steps"]) == ("match", 650, 45)
    assert proof["data"] == {
        "name": "digits",
        "train": 1438,
        "validation": 359,
        "test": 0,
        "features": 64,
        "classes": 10,
    }


def test_one_seed_is_one_problem_and_another_is_another(cli, tmp_path: Path):
    def checksums(seed: int) -> dict[str, str]:
        path = tmp_path / "run.json"
        cli("train", "--backend", "scratch", *SHORT, "--seed", seed, "--json", path)
        return json.loads(path.read_text())["problem"]["checksums"]

    assert checksums(5) == checksums(5)
    first, second = checksums(5), checksums(6)
    assert all(first[name] != second[name] for name in first)


def plant(monkeypatch: pytest.MonkeyPatch, **functions: Callable) -> None:
    """Have `prove` judge scratch with these functions in place of its own."""
    planted = equations_backend("scratch", lambda: scratch.EQUATIONS._replace(**functions))
    monkeypatch.setattr(
        prove_command, "prove_one", lambda *args, **options: prove(*args, **options | {"ours": planted})
    )


def test_differ_is_told_with_its_place(cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def no_mean(logP, y):
        return scratch.logits_gradient(logP, y) * len(y)

    plant(monkeypatch, logits_gradient=no_mean)
    code, out, _ = cli(*SHORT, "--json", tmp_path / "proof.json")
    assert code == 1
    plain = " ".join(out.split())
    assert re.search(
        r"they part at epoch 1, step 1, equation E4: dZ, dZ \[\d+, \d\]: \S+ \(scratch\), \S+ \(torch\)", plain
    )
    assert out.splitlines()[-1] == "differ: the two part where it says above"
    run = json.loads((tmp_path / "proof.json").read_text())["runs"][0]
    found = run["first_divergence"]
    assert (found["quantity"], found["tag"], found["reading"]) == ("dZ", "E4", "resynchronised")
    assert found["scratch"] == pytest.approx(100 * found["torch"], rel=1e-5)
    assert cli(*SHORT, "--quiet")[:2] == (1, "differ: run it without --quiet to see where\n")


def test_a_side_that_is_not_finite_is_told_and_written(cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def nan(logP, y):
        return scratch.nll_loss(logP, y) * np.nan

    plant(monkeypatch, nll_loss=nan)
    code, out, _ = cli(*SHORT, "--json", tmp_path / "proof.json")
    assert code == 1
    assert "epoch 1, step 1, equation E3" in " ".join(out.split())
    run = json.loads((tmp_path / "proof.json").read_text())["runs"][0]
    assert run["first_divergence"]["scratch"] == "nan"
    assert run["quantities"]["dZ"]["resynchronised"] is None


@pytest.mark.parametrize("backend", ["scratch", "torch"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_train_prints_the_tutorials_line_and_ends_in_the_weights_of_the_proof(
    cli, proof: dict, tmp_path: Path, backend: str, dtype: str
):
    path = tmp_path / "run.json"
    code, out, err = cli("train", "--backend", backend, *SHORT, "--dtype", dtype, "--json", path)
    assert (code, err) == (0, "")
    *epochs, said, last = out.splitlines()
    assert said.startswith("Accuracy ")
    assert len(epochs) == 3
    for n, line in enumerate(epochs, 1):
        assert re.fullmatch(rf"Epoch \[{n}/3\], {TWO_NUMBERS} \(training l{TWO_NUMBERS[1:]}\)", line)
    expected = next(run for run in proof["runs"] if run["dtype"] == dtype)
    assert last == f"final weights {expected['weights'][backend][:8]}, those that `prove` ends with in {dtype}"
    run = json.loads(path.read_text())
    assert run["weights"] == expected["weights"][backend]
    assert run["curve"] == [{"epoch": record["epoch"], **record[backend]} for record in expected["curve"]]
    assert run["problem"] == proof["problem"]


def test_a_curve_that_leaves_the_published_one_is_marked(cli, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("compare.published.applies", lambda _: True)
    _, out, _ = cli(*SHORT, "--dtype", "float32")
    rows = [line for line in out.splitlines() if re.match(r" +\d( +\d\.\d{4}){9}", line)]
    assert len(rows) == 4
    assert [row.endswith(" !") for row in rows] == [False, True, True, True]
    assert rows[1].endswith(" 0.6282 !")


def test_each_data_set_has_its_own_epochs(cli):
    _, out, _ = cli("train", "--backend", "scratch", "--data", "digits", "--quiet")
    assert out.startswith("Epoch [640/640]")


def test_train_quietly(cli):
    code, out, err = cli("train", "--backend", "scratch", *SHORT, "--quiet")
    assert (code, err) == (0, "")
    assert re.fullmatch(rf"Epoch \[3/3\], {TWO_NUMBERS} \(training l{TWO_NUMBERS[1:]}\)\n", out)


@pytest.mark.parametrize("command", [(), ("prove",), ("train",)])
def test_help_has_an_example(cli, command: tuple[str, ...]):
    code, out, _ = cli(*command, "--help")
    assert code == 0
    assert "Example: python -m compare" in out


def in_a_terminal(*args: str, until: bytes) -> tuple[int, bytes]:
    """Run the command line in a pseudo-terminal, interrupt it once it has printed `until`: exit code, output."""
    main, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "compare", *args],
        cwd=ROOT,
        stdin=side,
        stdout=side,
        stderr=side,
        env=os.environ | {"TERM": "xterm"},
    )
    os.close(side)
    output, deadline, interrupted = b"", time.monotonic() + 60, False
    while time.monotonic() < deadline:
        try:
            output += os.read(main, 1 << 16)
        except OSError:  # the other end is closed: the process has ended
            break
        if until in output and not interrupted:
            process.send_signal(signal.SIGINT)
            interrupted = True
    os.close(main)
    return process.wait(10), output


@pytest.mark.parametrize(
    ("args", "until"),
    [
        (("prove", "--data", "digits", "--epochs", "20000"), b"float32 epoch 3"),
        (("train", "--backend", "scratch", "--data", "digits", "--epochs", "100000"), b"Epoch [20/100000]"),
    ],
)
def test_ctrl_c_ends_with_130_and_gives_the_cursor_back(args: tuple[str, ...], until: bytes):
    code, output = in_a_terminal(*args, until=until)
    assert code == 130
    assert b"\x1b[?25l" in output, "the bar hides the cursor"
    assert output.rindex(b"\x1b[?25h") > output.rindex(b"\x1b[?25l")
    assert b"Traceback" not in output
    assert output.rstrip().endswith(b"interrupted")
    assert re.search(rb"\d%.*\d:\d\d:\d\d", output), "a share done and the time left"


def test_the_lines_of_training_go_where_stdout_goes(tmp_path: Path):
    """With stderr a terminal and stdout a file, the bar must not swallow the lines."""
    main, side = pty.openpty()
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-m", "compare", "train", "--backend", "scratch", *SHORT]
        subprocess.run(command, cwd=ROOT, stdout=log, stderr=side, env=os.environ | {"TERM": "xterm"}, check=True)
    os.close(side)
    os.close(main)
    assert (tmp_path / "log").read_text().count("Epoch [") == 3


@pytest.mark.parametrize("columns", ["20", "80", "200"])
def test_no_number_is_cut_on_a_terminal_of_any_width(cli, monkeypatch: pytest.MonkeyPatch, columns: str):
    monkeypatch.setenv("COLUMNS", columns)
    _, out, _ = cli(*SHORT, "--dtype", "float64")
    assert "…" not in out
    assert len(re.findall(r"\d\.\de[-+]\d\d", out)) == 8 * 5 + 3


def test_a_closed_stdout_is_no_traceback():
    command = f"{sys.executable} -m compare train --backend scratch --data digits --epochs 1 >&-"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_crash_is_not_taken_for_a_difference(cli, monkeypatch: pytest.MonkeyPatch):
    def crash(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(prove_command, "prove_one", crash)
    code, _, err = cli(*SHORT)
    assert code == 2
    assert "ZeroDivisionError" in err


@pytest.mark.parametrize("end", ["> /dev/full", "| head -n 1"])
def test_output_that_goes_nowhere(end: str):
    command = f"set -o pipefail; {sys.executable} -u -m compare {' '.join(SHORT)} --dtype float32 2>err {end}; echo $?"
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, env=environment)
        err = Path(folder, "err").read_text()
    assert done.stdout.splitlines()[-1] == "2"
    assert "Traceback" not in err


def test_json_goes_to_stdout(cli):
    code, out, _ = cli(*SHORT, "--quiet", "--json", "-")
    assert code == 0
    assert json.JSONDecoder().raw_decode(out)[0]["verdict"] == "match"


def test_a_million_epochs_begin_at_once(cli, monkeypatch: pytest.MonkeyPatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(prove_command, "prove_one", stop)
    began = time.monotonic()
    assert cli("--data", "digits", "--epochs", 10**6)[0] == 130
    assert time.monotonic() - began < 5


def test_json_goes_down_a_pipe():
    command = [sys.executable, "-m", "compare", *SHORT, "--quiet", "--json", "/dev/stdout"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    content, end = json.JSONDecoder().raw_decode(done.stdout)
    assert content["verdict"] == "match"
    assert done.stdout[end:].strip().startswith("match:")


def test_output_that_cannot_show_a_character_is_no_error():
    command = [sys.executable, "-m", "compare", *SHORT, "--dtype", "float32"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, env=environment)
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert b"match:" in done.stdout


COMMANDS = {
    "prove": ("prove", *SHORT, "--dtype", "float32"),
    "train": ("train", "--backend", "scratch", *SHORT),
    "data": ("data", "digits"),
    "list": ("data", "--list"),
    "evaluate": ("evaluate", "MODEL"),
    "predict": ("predict", "MODEL", "--index", 3),
    "explain": ("explain", "MODEL", "--index", 3),
    "runs": ("runs",),
    "experiment": ("experiment", "dataset", "--data-root", "."),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_json_on_stdout_is_alone_there(cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.chdir(tmp_path)
    assert cli("train", "--backend", "scratch", *SHORT, "--quiet", "--save", "MODEL")[0] == 0
    code, out, err = cli(*COMMANDS[name], "--json", "-")
    assert code == 0
    assert json.loads(out)
    assert err, "what the command says to people goes to stderr"
    assert cli("data", "digits")[1].startswith("digits: "), "and the next one has its stdout back"
