"""A user's own functions in place of some of the six; whatever goes wrong in one of them is told in one line.

This is what runs in a worker: see worker.py.
"""

import io
import sys
import types
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, redirect_stdout, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.backends.composed import composed
from compare.backends.memory_order import laid_out, order_of
from compare.backends.user_code import MODULE, compiled, kind_of, line_of, raised, said
from compare.backends.wanted import Wanted
from compare.backends.whose import others_code
from compare.equations import COMPOSED, FUNCTIONS, KNOWN, Function
from compare.errors import InputError
from compare.files import short_path
from scratch import EQUATIONS, Equations

# What is under way instead of one of the functions.
LOADING = 1 + len(KNOWN)


class UserFileError(InputError):
    """A function of a user's file raises, returns no arrays of the right shape and dtype, or changes its input."""

    def at(self, where: str) -> "UserFileError":
        """The same error, with the place in the run at which it happened."""
        return UserFileError(f"{self}, {where}")


class UserFile:
    """A Python file that defines some of the six functions, or rungs that they are made of; the rest is `scratch`.

    defined: which of the six it makes. names: all functions and rungs that it has. prints: whether what it prints is
    shown. mark(n) is called before each call of the n-th function that a file may have, counted from 1, and
    mark(LOADING) before the file is run.
    Raises InputError, naming file and line, if it cannot be read or run, or defines none of the functions.
    """

    def __init__(self, path: Path, mark: Callable[[int], None] = lambda _: None):
        self.path, self.name, self._mark, self._shown = path, path.stem, mark, short_path(path)
        self.prints = True
        mark(LOADING)
        self._code = compiled(path)
        found = self._found()
        self.defined = tuple(name for name in FUNCTIONS if name in composed(found))
        self.names = tuple(found)

    def equations(self, only: Collection[str] | None = None, *, nan: bool = True) -> Equations:
        """The six functions, run from the file anew, so that what one side keeps in a variable is its own.

        only: some of the functions or rungs of the file. nan: let nan pass, for a comparison that will see it;
        otherwise it is a UserFileError.
        """
        wanted = None if only is None else {part for name in only for part in (name, *COMPOSED.get(name, ()))}
        own = self.functions(nan=nan)
        return EQUATIONS._replace(**composed({name: own[name] for name in own if wanted is None or name in wanted}))

    def functions(self, *, nan: bool = True) -> dict[str, Callable]:
        """All functions and rungs that the file has, run anew; see `equations`."""
        shown = self._shows
        return {name: checked(name, f, self.path, nan, self._mark, shown) for name, f in self._found().items()}

    def foreign(self, name: str, inputs: tuple[Any, ...]) -> str:
        """What a function runs that is neither in the file nor of Python or NumPy, see `others_code`; empty if nothing.

        The file is run anew, and the function called twice, for what it imports runs code of others once.
        """
        defined, own = dict[str, Any](), str(self.path)
        found = others_code(own, lambda: defined.update(self.run()), loading=True)
        self._mark(_number(name))

        def call() -> None:
            with suppress(BaseException):
                _called(defined[name], inputs, prints=False)

        call()
        return next(iter([*found, *others_code(own, call)]), "")

    def _shows(self) -> bool:
        return self.prints

    def _found(self) -> dict[str, Callable]:
        defined = self.run()
        found = {name: defined[name] for name in KNOWN if name in defined}
        if not composed(found):
            first, *_, last = FUNCTIONS
            raise InputError(
                f"{self._shown}: defines none of the six functions, {first} to {last}; "
                "exercise --new FILE writes a file to fill in"
            )
        for name, function in found.items():
            if not callable(function):
                raise InputError(f"{self._shown}: {name} ({KNOWN[name].tag}) is {kind_of(function)}, not a function")
        return found

    def run(self) -> dict[str, Any]:
        """Everything that the file defines, run anew."""
        self._mark(LOADING)
        module = types.ModuleType(MODULE + self.name)
        module.__file__ = str(self.path)
        # where dataclasses and pickle look for it; and what stands beside the file can be imported, as in a script
        sys.modules[module.__name__] = module
        beside = str(self.path.resolve().parent)
        if beside not in sys.path:
            sys.path.append(beside)
        try:
            with np.errstate(), _stdout(self.prints):
                exec(self._code, module.__dict__)
        except BaseException as error:
            raise InputError(f"{self._shown}{line_of(error, self.path)}: {raised(error)} while it is loaded") from None
        return module.__dict__


def checked(
    name: str,
    function: Callable,
    path: Path,
    nan: bool = True,
    mark: Callable[[int], None] = lambda _: None,
    prints: Callable[[], bool] = lambda: True,
) -> Callable:
    """The function with its inputs copied and locked, its results checked and copied; for `mark` see UserFile.

    prints: tells at each call whether what it prints is shown.
    Raises UserFileError for whatever it does wrong; values that are merely wrong are left to the comparison.
    """
    expected, number = KNOWN[name], _number(name)
    shown, title = short_path(path), f"{name} ({expected.tag})"
    others = KNOWN.keys() - {name}

    def call(*inputs: Any) -> Any:
        mark(number)
        try:
            returned = _called(function, inputs, prints())
        except BaseException as error:
            raise UserFileError(f"{shown}{line_of(error, path, others)}: {title} {_failure(error)}") from None
        results = _results(returned, expected, inputs, f"{shown}: {title}")
        if not nan and any(np.isnan(part).any() for part in results) and all(np.isfinite(x).all() for x in inputs):
            raise UserFileError(f"{shown}: {title} returns nan for finite inputs")
        return tuple(results) if len(results) > 1 else results[0]

    return call


def _number(name: str) -> int:
    """Of a function that a file may have, counted from 1."""
    return 1 + list(KNOWN).index(name)


def _called(function: Callable, inputs: tuple[Any, ...], prints: bool) -> Any:
    # what the function prints must not get into a report, nor its settings of NumPy into our arithmetic
    with _stdout(prints), np.errstate():
        return function(*map(_locked, inputs))


def _stdout(shown: bool) -> AbstractContextManager:
    return redirect_stdout(sys.stderr if shown else io.StringIO())


def _locked(value: Any) -> Any:
    """A copy in the same order of memory, for a function may be wrong of one order only."""
    return laid_out(value, order_of(value)) if isinstance(value, np.ndarray) else value


def _results(returned: Any, expected: Function, inputs: tuple[Any, ...], title: str) -> list[NDArray]:
    try:
        return _copied(returned, expected, inputs, title)
    except UserFileError:
        raise
    except BaseException as error:
        # an object may run code of its own when it is looked at
        raise UserFileError(f"{title} returns what NumPy cannot take: {raised(error)}") from None


def _copied(returned: Any, expected: Function, inputs: tuple[Any, ...], title: str) -> list[NDArray]:
    shapes, dtype = expected.shapes(inputs), inputs[0].dtype
    if len(shapes) > 1 and not (isinstance(returned, tuple | list) and len(returned) == len(shapes)):
        several = f" of {len(returned)}" if isinstance(returned, tuple | list) else ""
        raise UserFileError(f"{title} returns {kind_of(returned)}{several}, not a pair: {', '.join(expected.results)}")
    parts = returned if len(shapes) > 1 else (returned,)
    pair = (", the first of the pair,", ", the second of the pair,") if len(shapes) > 1 else ("",)
    each = zip(expected.results.items(), pair, shapes, strict=True)
    wanted = [
        Wanted(name + place, letters, shape, dtype, expected.sizes(inputs)) for (name, letters), place, shape in each
    ]
    return [_array(part, one, title) for part, one in zip(parts, wanted, strict=True)]


def _array(part: Any, wanted: Wanted, title: str) -> NDArray:
    name, _, shape, dtype, _ = wanted
    if not shape and _is_number(part):
        part = dtype.type(part)
    # * of a matrix is another product, which the next function would meet
    if not isinstance(part, np.ndarray | np.generic) or isinstance(part, np.matrix):
        kind = "a NumPy array" if shape else "a number"
        raise UserFileError(f"{title} returns {kind_of(part)} for {name.removesuffix(',')}, not {kind}")
    # a plain copy: neither a subclass with operators of its own, nor memory that the user's file may still change
    array = np.array(part, subok=False)
    if array.shape != shape:
        raise UserFileError(f"{title} {wanted.shape_fault(array.shape)}")
    if array.dtype != dtype:
        raise UserFileError(f"{title} returns {name} in {array.dtype}, not {dtype}")
    return array if shape else array[()]


def _is_number(part: Any) -> bool:
    """A number of Python, or a scalar that was computed in float64: E3 may return either."""
    return isinstance(part, int | float) or (isinstance(part, np.ndarray) and part.shape == () and part.dtype == float)


def _failure(error: BaseException) -> str:
    # its class may answer anything when an instance is asked
    kind = type(error)
    if issubclass(kind, ValueError) and any(word in said(error) for word in ("read-only", "WRITEABLE", "resize")):
        return "changes its input in place; work on a copy"
    if issubclass(kind, NotImplementedError):
        return "is not written yet"
    return raised(error)
