"""`prove` tells its diagnosis which functions a user's file has of its own."""

from pathlib import Path

import pytest

from compare.bugs.diagnosis import Diagnosis
from compare.cli import prove as prove_command


@pytest.mark.heavy
@pytest.mark.parametrize("files", [1, 2])
def test_what_one_file_replaces_is_known_to_the_diagnosis(
    cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, files: int
):
    known = []
    monkeypatch.setattr(prove_command, "diagnose", lambda *given: known.append(given[3]) or Diagnosis([], []))
    mine, other = tmp_path / "mine.py", tmp_path / "other.py"
    mine.write_text("def logits(X, W, b):\n    return X @ W.T - b\n")
    other.write_text("def nll_loss(logP, y):\n    return -logP[range(len(y)), y].mean()\n")
    against = ["--against", other] if files == 2 else []
    assert cli("--data", "digits", "--epochs", 1, "--dtype", "float32", "--quiet", "--backend", mine, *against)[0] == 1
    assert known == [{"logits"} if files == 1 else None]
