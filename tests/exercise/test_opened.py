"""A learner's file, opened: an answer that Python cannot read is told in terms of the answer."""

from collections.abc import Callable
from pathlib import Path

import pytest

from compare.errors import InputError
from compare.exercise.opened import opened

LETTERS = "stands in ANSWERS without quotes. Letters need quotes"
POINT = "write a decimal point, not a comma, as in 0.5"
FAULTS = {
    ('"the product": None', '"the product": b'): f'b {LETTERS}: "b"',
    ('"the product": None', '"the product": X @ W.T'): f'X @ W.T {LETTERS}: "X @ W.T"',
    ('"L at zero weights": None', '"L at zero weights": log(4)'): "log has no value in ANSWERS: write np.log",
    ('"P[0,0]": None', '"P[0,0]": 0,359'): POINT,
    ('"P[0,0]": None', '"P[0,0]": -0,3'): POINT,
    ('"dZ[1], the long way": None', '"dZ[1], the long way": [0,38, 0,031, 1]'): POINT,
}


@pytest.mark.parametrize("change", FAULTS)
def test_an_answer_that_python_cannot_read_is_one_clear_line(rungs_file: Callable, change: tuple[str, str]):
    path = rungs_file(0, change, paper=0)
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if change[1] in text)
    with pytest.raises(InputError) as told:
        opened(path)
    assert str(told.value).endswith(f"mine.py, line {line}: {FAULTS[change]}")


@pytest.mark.parametrize("text", ["def logits(:", "x = {3, 4\n", "def logits(X, W, b): ...\nANSWERS = {'a': 1 / 0}"])
def test_other_faults_are_told_as_before(tmp_path: Path, text: str):
    path = tmp_path / "mine.py"
    path.write_text(text)
    with pytest.raises(InputError, match=r"is not valid Python|raises ZeroDivisionError"):
        opened(path)
    with pytest.raises(InputError, match="cannot be read"):
        opened(tmp_path / "no.py")


def test_answers_with_logarithms_are_taken(rungs_file: Callable):
    path = rungs_file(0, ('"L at zero weights": None', '"L at zero weights": np.log(4)'), paper=0)
    file = opened(path)
    assert file.names[0] == "logits"
    file.end()
