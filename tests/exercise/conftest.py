"""What the tests of the exercise share: functions without a process of their own."""

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compare.backends.traced import traced
from compare.backends.user_file import checked
from compare.equations import KNOWN
from compare.exercise.calls import Trace
from compare.exercise.check import LAST
from compare.exercise.source import Source


@pytest.fixture(scope="session")
def module(right_rungs: str) -> Callable[[str, str], dict[str, Any]]:
    """The names of a file with a function of this name and body, beside the right rungs."""

    def make(name: str, body: str) -> dict[str, Any]:
        head = f"def {name}({', '.join(KNOWN[name].parameters)}):\n"
        scope: dict[str, Any] = {}
        exec(compile(f"{right_rungs}\n\n{head}{textwrap.indent(body.strip(), '    ')}\n", "FILE", "exec"), scope)
        return scope

    return make


@pytest.fixture(scope="session")
def written(module: Callable) -> Callable[[str, str], Callable]:
    """A function of this name and body, as a worker calls it, with the right rungs beside it."""
    return lambda name, body: checked(name, module(name, body)[name], Path("FILE"))


@pytest.fixture(scope="session")
def written_trace(module: Callable) -> Callable[[str, str], Trace]:
    """The calls that a function of this name and body makes, if it is an epoch."""
    return lambda name, body: lambda inputs: traced(module(name, body), name, inputs) if name == LAST else []


@pytest.fixture
def source(tmp_path: Path) -> Callable[[str], Source]:
    """A learner's file with this text, read without running it."""

    def read(text: str) -> Source:
        path = tmp_path / "mine.py"
        path.write_text(text)
        return Source(path)

    return read
