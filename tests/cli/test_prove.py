"""`prove` by its output, its files and its exit codes."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import scratch
from compare.backends.by_name import equations_backend
from compare.cli import prove as prove_command
from compare.equations import QUANTITIES
from compare.proof.prove import prove

SHORT = "--data", "digits", "--epochs", "3"


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


def plant(monkeypatch: pytest.MonkeyPatch, **functions: Callable) -> None:
    """Have `prove` comparison scratch with these functions in place of its own."""
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
    assert (found["quantity"], found["tag"], found["reading"]) == ("dZ", "E4", "one_step")
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
    assert run["quantities"]["dZ"]["one_step"] is None


def test_a_curve_that_leaves_the_published_one_is_marked(cli, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("compare.training.published.applies", lambda _: True)
    _, out, _ = cli(*SHORT, "--dtype", "float32")
    rows = [line for line in out.splitlines() if re.match(r" +\d( +\d\.\d{4}){9}", line)]
    assert len(rows) == 4
    assert [row.endswith(" !") for row in rows] == [False, True, True, True]
    assert rows[1].endswith(" 0.6282 !")


@pytest.mark.parametrize("columns", ["20", "80", "200"])
def test_no_number_is_cut_on_a_terminal_of_any_width(cli, monkeypatch: pytest.MonkeyPatch, columns: str):
    monkeypatch.setenv("COLUMNS", columns)
    _, out, _ = cli(*SHORT, "--dtype", "float64")
    assert "…" not in out
    assert len(re.findall(r"\d\.\de[-+]\d\d", out)) == 8 * 5 + 3
