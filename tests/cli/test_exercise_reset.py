"""`exercise --reset`, and commands that are printed to be copied."""

from collections.abc import Callable
from pathlib import Path

import pytest

from compare.cli import exercise_work as command

SHORT = "--data", "digits", "--epochs", "1"


def test_reset_forgets_and_checks_nothing(cli, rungs_file: Callable, monkeypatch: pytest.MonkeyPatch):
    path = rungs_file(1, paper=1)
    cli("exercise", path, *SHORT, "--hint")
    monkeypatch.setattr(command, "climb", pytest.fail)
    for words in ("What was right and which hints were given is forgotten", "There was nothing to forget"):
        assert cli("exercise", path, "--reset") == (
            0, f"{words}; {path} stays as it is.\n\n    python -m compare exercise {path}\n\n"
            "checks it anew; --new FILE writes an empty one\n", "",
        )  # fmt: skip
        assert not path.with_name("mine.progress.json").exists()


def test_the_program_is_named_as_it_was_called(cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(command, "program", lambda: "softmax-twice")
    path = tmp_path / "mine.py"
    assert f"\n    softmax-twice exercise {path}\n" in cli("exercise", "--new", path)[1]
    assert f"\n    softmax-twice exercise {path}\n" in path.read_text()
    assert f"\n    softmax-twice exercise {path}\n" in cli("exercise", path, "--reset")[1]
