"""`exercise`: how long a function may take, and what is said of one that takes longer."""

from collections.abc import Callable
from pathlib import Path

import pytest

from compare.backends.worker import Worker
from compare.cli import exercise as command
from compare.errors import InputError
from compare.exercise.opened import TIME_LIMIT

SHORT = "--data", "digits", "--epochs", "1"


def test_help_shows_how_long_a_call_may_take(cli):
    out = " ".join(cli("exercise", "--help")[1].replace("│", " ").split())
    assert "computer. [default: (60; 10 with --check)]" in out


def test_a_function_that_never_ends_is_told_and_asked_about(cli, rungs_file: Callable):
    path = rungs_file(1, ("    return X @ W.T + b", "    while True: pass"), paper=1)
    code, out, _ = cli("exercise", path, *SHORT, "--time-limit", "0.5")
    assert code == 1
    assert "logits (E1) takes over 0.5 s (see --time-limit), in call 1. Does a loop end?" in " ".join(out.split())


@pytest.mark.parametrize("limit", [[], ["--time-limit", 5]])
def test_the_time_limit_is_passed_on(cli, rungs_file: Callable, monkeypatch: pytest.MonkeyPatch, limit: list):
    taken = []

    def opened(_path: Path, seconds: float) -> Worker:
        taken.append(seconds)
        raise InputError("enough")

    monkeypatch.setattr(command, "opened", opened)
    cli("exercise", rungs_file(0), *limit)
    assert taken == [5 if limit else TIME_LIMIT]
