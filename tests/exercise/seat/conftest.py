"""What the tests of the checker's seat share: a learner's test as a file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compare.exercise.seat.runner import Runner


@pytest.fixture
def check_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Write a file in the current folder, and return its path from there."""
    monkeypatch.chdir(tmp_path)

    def write(text: str) -> Path:
        Path("my_test.py").write_text(text)
        return Path("my_test.py")

    return write


@pytest.fixture
def run(check_path: Callable) -> Iterator[Callable[..., Runner]]:
    """Start a runner for the text of a file; it is ended after the test."""
    started = []

    def start(text: str, *kinds: str, time_limit: float = 20.0) -> Runner:
        started.append(Runner(check_path(text), kinds, time_limit))
        return started[-1]

    yield start
    for runner in started:
        runner.end()
