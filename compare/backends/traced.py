"""What one function of a user's file gives to the others of the file, and what these return."""

import io
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.user_code import kind_of
from compare.equations import KNOWN

# So many calls are noted, and arrays of so many numbers: inputs that one looks at are small.
MOST_CALLS, LARGEST = 200, 10_000
NOTHING = np.zeros(0)
# What is said of an input that is not given.
MISSING = "missing"
# What stands in its place; None is a value that is given.
ABSENT = object()


class Call(NamedTuple):
    """A call of a function or rung: its inputs in the order of the table, and its results, none if it raised.

    What is missing, or is no array of numbers, is an array of no numbers. Inputs that are too many come last.
    kinds: of each input empty if it is an array of numbers, else MISSING or what it is, as `a tuple of 2`.
    """

    name: str
    inputs: tuple[NDArray, ...]
    results: tuple[NDArray, ...]
    kinds: tuple[str, ...] = ()


def traced(defined: dict[str, Any], name: str, inputs: tuple[Any, ...]) -> list[Call]:
    """The calls that a function makes of the others of its module, up to where it raises; the last is its own.

    defined: the names of the module; its functions are replaced there. What it prints is not shown.
    """
    notes = _Notes()
    for other in KNOWN:
        if other != name and callable(function := defined.get(other)):
            # it may be called by another name too
            names = [key for key, value in defined.items() if value is function]
            defined |= dict.fromkeys(names, notes.noted(other, function))
    returned: Any = None
    with suppress(Exception), redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        returned = defined[name](*(np.copy(value) if np.ndim(value) else value for value in inputs))
    return [*notes.calls, Call(name, (), _results(name, returned))]


class _Notes:
    """Calls in their order, without those that are made by one of them."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._inside = False

    def noted(self, name: str, function: Callable) -> Callable:
        """The function, whose calls are noted."""

        def call(*inputs: Any, **named: Any) -> Any:
            if self._inside or len(self.calls) == MOST_CALLS:
                return function(*inputs, **named)
            parameters = KNOWN[name].parameters
            given = dict(zip(parameters, inputs, strict=False)) | named
            unknown = (value for key, value in named.items() if key not in parameters)
            taken = [*(given.get(parameter, ABSENT) for parameter in parameters), *inputs[len(parameters) :], *unknown]
            copies = tuple(map(_copied, taken))
            self.calls.append(Call(name, copies, (), tuple(map(_kind, taken, copies))))
            self._inside = True
            try:
                returned = function(*inputs, **named)
            finally:
                self._inside = False
            self.calls[-1] = self.calls[-1]._replace(results=_results(name, returned))
            return returned

        return call


def _results(name: str, returned: Any) -> tuple[NDArray, ...]:
    """A pair may be a list."""
    is_pair = len(KNOWN[name].results) > 1 and isinstance(returned, tuple | list)
    return tuple(map(_copied, returned if is_pair else (returned,)))


def _kind(value: Any, copied: NDArray) -> str:
    """What a value is, if no array of numbers was made of it."""
    if value is ABSENT:
        return MISSING
    if copied is not NOTHING:
        return ""
    if isinstance(value, np.ndarray | np.generic):
        return f"an array of {value.dtype}"
    return f"{kind_of(value)} of {len(value)}" if isinstance(value, tuple | list) else kind_of(value)


def _copied(value: Any) -> NDArray:
    """A copy as float64, or as int64 of whole numbers; without numbers if it is not such an array."""
    try:
        array = np.array(value, subok=False)
    except ValueError:
        return NOTHING
    if array.dtype.kind not in "biuf" or array.size > LARGEST:
        return NOTHING
    return array.astype("float64" if array.dtype.kind == "f" else "int64")
