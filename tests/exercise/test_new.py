"""A new exercise: the template under another name."""

import errno
import shlex
from importlib.resources import files
from pathlib import Path
from typing import NoReturn

import pytest

from compare.backends.user_file import UserFile
from compare.equations import FUNCTIONS
from compare.errors import InputError
from compare.exercise.new import new_exercise

TEMPLATE = files("compare.exercise").joinpath("template.py").read_text()


def test_the_template_names_the_command_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert new_exercise(Path("mine.py")) == "python -m compare exercise mine.py"
    text = Path("mine.py").read_text()
    assert text == TEMPLATE.replace("python -m compare exercise FILE", "python -m compare exercise mine.py")
    assert text != TEMPLATE
    assert UserFile(Path("mine.py")).defined == tuple(FUNCTIONS)


@pytest.mark.parametrize(
    "name", ["my file.py", 'a"b.py', 'a""".py', "a\\nb.py", "a\nb.py", "$(x).py", "größe.py", "it's.py"]
)
def test_any_name_gives_a_file_that_python_reads(tmp_path: Path, name: str):
    path = tmp_path / name
    command = new_exercise(path)
    assert shlex.split(command) == ["python", "-m", "compare", "exercise", str(path)]
    docstring = UserFile(path).equations().logits.__closure__  # it was compiled and run
    assert docstring is not None
    told = compile(path.read_text(encoding="utf-8"), "mine", "exec").co_consts[0]
    assert command in told or "python -m compare exercise FILE\n" in told
    assert (command in told) == (not {"'", '"', "\\", "\n"} & {*name})


def test_nothing_is_overwritten(tmp_path: Path):
    path = tmp_path / "mine.py"
    path.write_text("mine")
    with pytest.raises(InputError) as told:
        new_exercise(path)
    assert str(told.value) == f"--new {path}: exists already; choose another name"
    assert path.read_text() == "mine"


def test_a_link_to_nowhere_is_not_followed(tmp_path: Path):
    (tmp_path / "link.py").symlink_to(tmp_path / "nowhere.py")
    with pytest.raises(InputError, match="exists already"):
        new_exercise(tmp_path / "link.py")
    assert not (tmp_path / "nowhere.py").exists()


def test_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(InputError, match=r"mine\.py: cannot be written: No such file or directory"):
        new_exercise(tmp_path / "no" / "mine.py")

    with pytest.raises(InputError, match=r"^--new .*a\.py: cannot be written: File name too long$"):
        new_exercise(tmp_path / f"{'a' * 300}.py")

    def full(_: Path) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("compare.exercise.new.whole_file", full)
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        new_exercise(tmp_path / "mine.py")
