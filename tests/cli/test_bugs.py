"""`bugs`: the matrix, one mistake taught, one proven and explained."""

import json
from pathlib import Path

from compare.bugs.catalogue import BUGS

DTYPES = "float32", "float64"


def test_bugs_prints_the_matrix(cli, tmp_path: Path):
    code, out, _ = cli("bugs", "--data", "digits", "--epochs", 1, "--json", tmp_path / "json")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    for name in BUGS:
        assert len([line for line in out.splitlines() if line.startswith(f"{name} ")]) == 2, name
    counts = f"{len(BUGS)} of {len(BUGS)}"
    assert f"caught: {counts} in float32 and {counts} in float64; no false alarm" in " ".join(out.split())
    assert f"names {counts} first, and {len(BUGS)} among its first three guesses" in " ".join(out.split())
    matrix = json.loads((tmp_path / "json").read_text())["bugs"]
    assert [row["name"] for row in matrix][1:] == list(BUGS)
    assert all(row["detections"][dtype]["caught"] for row in matrix[1:] for dtype in DTYPES)
    assert not any(matrix[0]["detections"][dtype]["caught"] for dtype in DTYPES)


def test_a_mistake_is_taught(cli, tmp_path: Path):
    code, out, _ = cli("bugs", "stale-gradient", "--json", tmp_path / "json")
    assert code == 0
    bug = BUGS["stale-gradient"]
    for words in (bug.belief, bug.symptom, bug.lesson, "def stale_gradient():", "return dZ.T @ X, dZ.sum(axis=0)"):
        assert " ".join(words.split()) in " ".join(out.split())
    assert json.loads((tmp_path / "json").read_text())["tag"] == "E5"
    assert cli("bugs", "no-such-bug")[0] == 2


def test_one_mistake_is_proven_and_explained(cli, tmp_path: Path):
    options = "--data", "digits", "--epochs", 1, "--dtype", "float32", "--json", tmp_path / "json"
    code, out, _ = cli("prove", "--bug", "mean-for-the-bias", *options)
    assert code == 1
    text = " ".join(out.split())
    assert "only the bias differs, the weights do not" in text
    assert "this looks like mean for the bias, see bug mean-for-the-bias, E5" in text
    assert BUGS["mean-for-the-bias"].lesson in text
    assert json.loads((tmp_path / "json").read_text())["diagnosis"]["guesses"][0]["bug"] == "mean-for-the-bias"
    assert cli("prove", "--bug", "mean-for-the-bias", "--backend", "torch")[0] == 2
    assert cli("prove", "--bug", "no-such-bug")[0] == 2
