"""A new exercise: every rung with what it needs, paper tasks with numbers of one's own, and no hidden formula."""

import ast
import errno
import re
import shlex
from pathlib import Path
from typing import NoReturn

import pytest

from compare.backends.user_file import UserFile
from compare.equations import FUNCTIONS, RUNGS
from compare.errors import InputError
from compare.exercise.new import exercise_text, new_exercise
from compare.exercise.paper import tasks
from compare.exercise.rungs import TEXTS
from compare.exercise.source import Source


def test_the_file_names_the_command_and_has_every_rung(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert new_exercise(Path("mine.py"), 7) == "python -m compare exercise mine.py"
    text = Path("mine.py").read_text()
    assert text == exercise_text(7, "python -m compare exercise mine.py")
    file = UserFile(Path("mine.py"))
    assert set(file.names) == set(RUNGS)
    assert file.defined == tuple(FUNCTIONS)
    assert max(map(len, text.splitlines())) <= 120


def test_the_paper_tasks_are_there_and_open():
    text = exercise_text(7)
    answers = re.search(r"ANSWERS = (\{.*?^\})", text, re.M | re.S)[1]
    assert ast.literal_eval(answers) == dict.fromkeys(task.name for task in tasks(7))
    words = " ".join(text.replace("#", " ").split())
    assert [task.name for task in tasks(7) if " ".join(task.question.split()) not in words] == []


def test_each_rung_has_its_shapes_its_example_and_its_formula_unless_that_is_to_be_derived():
    documents = {node.name: ast.get_docstring(node) for node in ast.parse(exercise_text(7)).body
                 if isinstance(node, ast.FunctionDef)}  # fmt: skip
    assert list(documents) == list(RUNGS)
    for name, document in documents.items():
        assert document.startswith(f"{RUNGS[name].tag}: ")
        assert RUNGS[name].signature in document
        assert (TEXTS[name].formula in document) != TEXTS[name].hidden
    assert {RUNGS[name].tag for name in RUNGS if TEXTS[name].hidden} == {"E4", "E5"}


@pytest.mark.parametrize("formula", ["P - Y", "dZ^T", "dZ.T", "exp(logP)", "-Y / N", "dlogP / P"])
def test_no_hidden_formula_is_in_the_file(formula: str):
    assert formula not in exercise_text(7)


def test_two_people_have_different_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    draws = iter([3, 4])
    monkeypatch.setattr("compare.exercise.new.secrets.randbelow", lambda _: next(draws))
    for name in ("a.py", "b.py"):
        new_exercise(tmp_path / name)
    assert [Source(tmp_path / name).seed for name in ("a.py", "b.py")] == [3, 4]
    different = [one.name for one, other in zip(tasks(3), tasks(4), strict=True) if one.answer != other.answer]
    assert len(different) > len(tasks(3)) / 2


@pytest.mark.parametrize(
    "name", ["my file.py", 'a"b.py', 'a""".py', "a\\nb.py", "a\nb.py", "$(x).py", "größe.py", "it's.py"]
)
def test_any_name_gives_a_file_that_python_reads(tmp_path: Path, name: str):
    path = tmp_path / name
    command = new_exercise(path)
    assert shlex.split(command) == ["python", "-m", "compare", "exercise", str(path)]
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
