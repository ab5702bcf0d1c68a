"""A class: one row a learner, and no file hides another."""

from collections.abc import Callable
from pathlib import Path

import pytest

from compare.errors import InputError
from compare.exercise.folder import files_of, survey_folder
from compare.problem import Problem


@pytest.fixture
def folder(rungs_file: Callable, tmp_path: Path) -> Path:
    """Four learners: a good start, a mistake, a file that is no Python, and one that ends its process."""
    rungs_file(2, name="ann.py", paper=2)
    rungs_file(1, ("X @ W.T + b", "X @ W.T"), name="bob.py", paper=1)
    (tmp_path / "eve.py").write_text("def logits(:\n")
    (tmp_path / "kim.py").write_text("import os\n\ndef logits(X, W, b):\n    os._exit(3)\n")
    (tmp_path / "notes.txt").write_text("no exercise")
    return tmp_path


@pytest.mark.heavy
def test_every_learner_has_a_row_whatever_the_others_do(folder: Path, small: Problem):
    said: list[str] = []
    found = {one.name: one for one in survey_folder(folder, small, 20.0, said.append)}
    assert list(found) == said == ["ann.py", "bob.py", "eve.py", "kim.py"]
    assert [(one.right, one.of) for one in found.values()] == [(2, 11), (0, 11), (0, 11), (0, 6)]
    assert found["ann.py"].next == "nll_loss: paper"
    assert found["bob.py"].next == "logits: wrong"
    assert found["eve.py"].next == "cannot be run"
    assert found["eve.py"].fault.endswith("eve.py, line 1: is not valid Python: invalid syntax")
    assert found["ann.py"].paper == "4 of 24"
    assert not list(folder.glob("*.progress.json"))


def test_a_folder_without_files_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="has no Python file"):
        files_of(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        files_of(tmp_path / "no")
