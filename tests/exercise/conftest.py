"""What the tests of the exercise share: functions without a process of their own."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from compare.backends.user_file import checked
from compare.equations import KNOWN


@pytest.fixture(scope="session")
def written(right_rungs: str) -> Callable[[str, str], Callable]:
    """A function of this name and body, as a worker calls it, with the right rungs beside it."""

    def make(name: str, body: str) -> Callable:
        head = f"def {name}({', '.join(KNOWN[name].parameters)}):\n"
        scope: dict = {}
        exec(compile(f"{right_rungs}\n\n{head}{textwrap.indent(body.strip(), '    ')}\n", "FILE", "exec"), scope)
        return checked(name, scope[name], Path("FILE"))

    return make
