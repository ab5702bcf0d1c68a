"""The proof at the end of the exercise: which file it takes, and when it is made again."""

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from compare.backends.by_name import is_path
from compare.cli import exercise_work as command
from compare.equations import FUNCTIONS
from compare.errors import InputError
from compare.exercise.ladder import Rung
from compare.exercise.progress import Progress
from compare.problem import Problem

SHORT = "--data", "digits", "--epochs", "1"


def test_what_is_proven_is_proven_again_where_its_numbers_are_asked_for(
    cli, exercise_file: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def prove_each(*_: object) -> None:
        raise InputError("proving")

    monkeypatch.setattr(command, "climb", lambda *_: [Rung(name, "right") for name in FUNCTIONS])
    monkeypatch.setattr(command, "prove_each", prove_each)
    monkeypatch.setattr(command, "fingerprint", lambda path, _: path.read_text())
    path = exercise_file(*FUNCTIONS)
    kept = Progress(path)
    kept.proven = path.read_text()
    kept.save()
    assert cli("exercise", path, *SHORT)[0] == 0
    assert cli("exercise", path, *SHORT, "--json", tmp_path / "json")[2] == "error: proving\n"
    assert cli("exercise", path, *SHORT, "--pictures", tmp_path / "pictures")[2] == "error: proving\n"
    path.write_text(f"{path.read_text()}\n")
    assert cli("exercise", path, *SHORT)[2].endswith("error: proving\n")


def test_what_changes_while_it_is_proven_is_not_kept_as_proven(
    cli, exercise_file: Callable, monkeypatch: pytest.MonkeyPatch
):
    path = exercise_file(*FUNCTIONS)

    def end(*_: object, **__: object) -> dict[str, str]:
        path.write_text(f"{path.read_text()}\n")
        return {"verdict": "match"}

    monkeypatch.setattr(command, "climb", lambda *_: [Rung(name, "right") for name in FUNCTIONS])
    monkeypatch.setattr(command, "_end", end)
    monkeypatch.setattr(command, "fingerprint", lambda path, _: path.read_text())
    before = path.read_text()
    assert cli("exercise", path, *SHORT)[0] == 0
    assert Progress(path).proven == before != path.read_text()


@pytest.mark.parametrize("name", ["torch", "mine"])
def test_a_file_is_proven_whatever_its_name(cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str):
    """That of a side, or one without the ending of Python."""
    proven = []

    def prove_each(_problem: Problem, _dtypes: tuple[str, ...], sides: functools.partial, _report: Callable) -> None:
        proven.append(sides.args[0])
        raise InputError("enough")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("compare.cli.exercise_work.prove_each", prove_each)
    monkeypatch.setattr("compare.cli.exercise_work.climb", lambda *_, **__: [])
    Path(name).write_text("def logits(X, W, b): ...")
    assert cli("exercise", name, *SHORT)[2] == "error: enough\n"
    assert [is_path(path) for path in proven] == [True]
    assert Path(proven[0]).samefile(name)
