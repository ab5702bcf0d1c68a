"""A first test in a file of one's own."""

from pathlib import Path

import pytest

from compare.errors import InputError
from compare.exercise.seat.new_check import new_check


def test_the_file_says_how_it_is_scored(tmp_path: Path):
    path = tmp_path / "my test.py"
    command = new_check(path)
    assert command == f"python -m compare exercise --check '{path}'"
    text = path.read_text()
    assert f"\n    {command}\n" in text
    defined: dict = {}
    exec(text, defined)
    assert callable(defined["check"])


def test_it_says_shapes_and_tolerances_as_the_advice_does(tmp_path: Path):
    path = tmp_path / "mine.py"
    assert new_check(path, "softmax-twice") == f"softmax-twice exercise --check {path}"
    text = path.read_text()
    assert f"\n    softmax-twice exercise --check {path}\n" in text
    assert "images (M, D) of bytes" in text
    assert text.count("rtol=1e-5, atol=1e-6)") == text.count("assert_allclose(")


def test_a_name_that_would_end_the_docstring_is_not_in_it(tmp_path: Path):
    path = tmp_path / 'a"""b.py'
    new_check(path)
    assert "--check FILE" in path.read_text()


def test_a_file_that_exists_stays(tmp_path: Path):
    path = tmp_path / "mine.py"
    path.write_text("mine")
    with pytest.raises(InputError, match=r"exists already; choose another name$"):
        new_check(path)
    assert path.read_text() == "mine"


def test_a_folder_that_is_not_there(tmp_path: Path):
    with pytest.raises(InputError, match=r"cannot be written: No such file or directory$"):
        new_check(tmp_path / "no" / "mine.py")
