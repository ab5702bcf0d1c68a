"""The file of a learner's test: loaded, and its verdict on one set of functions.

This is what runs in a process of its own: see process.py.
"""

import inspect
import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from compare.backends.user_code import compiled, kind_of, line_of, raised
from compare.errors import InputError
from compare.files import short_path
from scratch import Equations

# What a test says of functions: nothing, that they are wrong, or something that is no verdict.
PASSED, ACCUSED, FAILED = "passed", "accused", "failed"
FIRST = "exercise --check --new FILE writes a first one"
OURS = "compare", "scratch", "torch_impl"
# How NumPy begins what it says of a comparison, and the arrays at its end.
COMPARED = "Not equal to", "Arrays are not"
ARRAYS = "ACTUAL:", "DESIRED:", "x:", "y:"


class Outcome(NamedTuple):
    """What a test says: PASSED, ACCUSED or FAILED, and why."""

    state: str
    text: str = ""


class CheckFile:
    """A Python file that defines `check(f)`.

    Raises InputError, naming file and line, if it cannot be read or run, or has no such function.
    """

    def __init__(self, path: Path):
        self.path, self._shown = path, short_path(path)
        if not path.exists():
            raise InputError(f"{self._shown}: there is no such file; {FIRST}")
        self.check = self._found(self._run(compiled(path)))

    def judge(self, f: Equations) -> Outcome:
        """Call it with six functions: an error that it raises, or False, says that they are wrong."""
        try:
            returned = self.check(f)
        except Exception as error:
            return Outcome(ACCUSED, f"{self._shown}{line_of(error, self.path)}: {_said(error)}")
        except BaseException as error:
            return Outcome(FAILED, f"ends the program ({type(error).__name__})")
        if returned is None or isinstance(returned, bool | np.bool_):
            return Outcome(
                PASSED if returned is None or returned else ACCUSED, f"{self._shown}: check returns {returned}"
            )
        return Outcome(FAILED, f"returns {kind_of(returned)}, not True, False or nothing")

    def _run(self, code: Any) -> dict[str, Any]:
        # what the file changes in these packages must not change the functions that it is given
        for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
            del sys.modules[name]
        module = ModuleType(f"check_file_{self.path.stem}")
        module.__file__ = str(self.path)
        sys.modules[module.__name__] = module
        # what stands beside the file can be imported, as in a script
        sys.path.append(str(self.path.resolve().parent))
        try:
            exec(code, module.__dict__)
        except BaseException as error:
            raise InputError(f"{self._shown}{line_of(error, self.path)}: {raised(error)} while it is loaded") from None
        return module.__dict__

    def _found(self, defined: dict[str, Any]) -> Callable[[Equations], Any]:
        check = defined.get("check")
        if check is None:
            raise InputError(f"{self._shown}: has no function check(f); {FIRST}")
        if not callable(check):
            raise InputError(f"{self._shown}: check is {kind_of(check)}, not a function")
        try:
            inspect.signature(check).bind(None)
        except (TypeError, ValueError):
            raise InputError(f"{self._shown}: check must take one argument, the six functions: def check(f)") from None
        return check


def _said(error: Exception) -> str:
    """What was raised; of a comparison of NumPy its shapes and where it differs too, without the arrays."""
    first, *rest = [line.strip() for line in str(error).strip().splitlines() if line.strip()] or [""]
    if not isinstance(error, AssertionError) or not first.startswith(COMPARED):
        return raised(error)
    told = itertools.takewhile(lambda line: not line.startswith(ARRAYS), rest)
    text = "; ".join([first, *told]).replace(":; ", ": ")
    return f"raises AssertionError: {text}"
