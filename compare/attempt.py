"""Somebody's own functions in place of some of the six, watched so that no mistake in them goes untold."""

import functools
import os
import signal
import subprocess
import sys
import tempfile
import traceback
import types
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.errors import InputError
from scratch import EQUATIONS, Equations

RECEIPT = "COMPARE_ATTEMPT_RECEIPT"


class Contract(NamedTuple):
    """What a function of the table is: its equation, its parameters and its results, each with its dimensions."""

    tag: str
    parameters: dict[str, str]
    results: dict[str, str]

    def shapes(self, inputs: tuple[Any, ...]) -> list[tuple[int, ...]]:
        """The shapes of the results for these inputs."""
        sizes: dict[str, int] = {}
        for dimensions, value in zip(self.parameters.values(), inputs, strict=True):
            sizes |= dict(zip(dimensions, np.shape(value), strict=True))
        return [tuple(sizes[letter] for letter in dimensions) for dimensions in self.results.values()]

    def __str__(self) -> str:
        """The results as `Z (N, K)`."""
        return ", ".join(name + shape_text(dimensions) for name, dimensions in self.results.items())


def shape_text(dimensions: str) -> str:
    """`NK` as ` (N, K)`; nothing for a scalar."""
    return f" ({', '.join(dimensions)}{',' if len(dimensions) == 1 else ''})" if dimensions else ""


CONTRACTS = {
    "logits": Contract("E1", {"X": "ND", "W": "KD", "b": "K"}, {"Z": "NK"}),
    "log_softmax": Contract("E2", {"Z": "NK"}, {"logP": "NK"}),
    "nll_loss": Contract("E3", {"logP": "NK", "y": "N"}, {"L": ""}),
    "logits_gradient": Contract("E4", {"logP": "NK", "y": "N"}, {"dZ": "NK"}),
    "parameter_gradients": Contract("E5", {"X": "ND", "dZ": "NK"}, {"dW": "KD", "db": "K"}),
    "sgd_step": Contract("E6", {"W": "KD", "b": "K", "dW": "KD", "db": "K", "lr": ""}, {"W": "KD", "b": "K"}),
}


class AttemptError(InputError):
    """A function of an attempt that raises, returns no arrays of the right shape and dtype, or changes its input."""

    def at(self, where: str) -> "AttemptError":
        """The same error, with the place in the run at which it happened."""
        return AttemptError(f"{self}, {where}")


class Attempt:
    """A Python file that defines some of the six functions; what it lacks comes from `scratch`.

    Raises InputError, naming file and line, if it cannot be read or run, or defines none of the functions.
    """

    def __init__(self, path: Path):
        self.path, self.name = path, path.stem
        try:
            self._code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from None
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            where = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
            raise InputError(f"{path}{where}: is no Python: {_first_line(error)}") from None
        self.defined = tuple(self._functions())

    def equations(self, *, nan: bool = True) -> Equations:
        """The six functions, run from the file anew, so that what one side keeps in a variable is its own.

        nan: let nan pass, for a judge that will see it; otherwise it is an AttemptError.
        """
        own = {name: watched(name, function, self.path, nan) for name, function in self._functions().items()}
        return EQUATIONS._replace(**own)

    def _functions(self) -> dict[str, Callable]:
        module = types.ModuleType(self.name)
        module.__file__ = str(self.path)
        try:
            exec(self._code, module.__dict__)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise InputError(f"{self.path}{_line(error, self.path)}: {_said(error)} while it is loaded") from None
        found = {name: getattr(module, name) for name in CONTRACTS if hasattr(module, name)}
        if not found:
            raise InputError(f"{self.path}: defines none of {', '.join(CONTRACTS)}")
        for name, function in found.items():
            if not callable(function):
                raise InputError(f"{self.path}: {name} ({CONTRACTS[name].tag}) is {_kind(function)}, not a function")
        return found


def in_a_process_of_its_own(paths: list[str]) -> int | None:
    """Run this command line again in a child, because an attempt can end the process that it runs in.

    Returns its exit code; None in the child itself, which goes on. Raises InputError if the child ended without
    a verdict.
    """
    if RECEIPT in os.environ:
        return None
    with tempfile.TemporaryDirectory() as folder:
        receipt = Path(folder, "receipt")
        # Ctrl-C is the child's to answer; a handler, unlike SIG_IGN, is not inherited
        before = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            command = [sys.executable, "-m", "compare", *sys.argv[1:]]
            code = subprocess.run(command, env={**os.environ, RECEIPT: str(receipt)}).returncode
        finally:
            signal.signal(signal.SIGINT, before)
        if not receipt.exists() or receipt.read_text() != str(code):
            names = ", ".join(paths)
            raise InputError(f"{names}: ended the whole process, with code {code}; a function returns or raises")
        return code


def leave_receipt(code: int) -> None:
    """Tell the parent, if there is one, that this is the exit code of a command that came to its end."""
    if RECEIPT in os.environ:
        Path(os.environ[RECEIPT]).write_text(str(code))


def watched(name: str, function: Callable, path: Path, nan: bool) -> Callable:
    """The function with its inputs copied and locked, its results checked and copied.

    Raises AttemptError for whatever it does wrong, except values that are merely false.
    """
    contract = CONTRACTS[name]
    title = f"{name} ({contract.tag})"

    @functools.wraps(function)
    def call(*inputs: Any) -> Any:
        given = [_locked(value) for value in inputs]
        try:
            # what an attempt prints must not get into a report, nor into JSON
            with redirect_stdout(sys.stderr):
                returned = function(*given)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise AttemptError(f"{path}{_line(error, path)}: {title} {_failure(error)}") from None
        shapes = contract.shapes(inputs)
        if len(shapes) > 1 and not (isinstance(returned, tuple | list) and len(returned) == len(shapes)):
            raise AttemptError(f"{path}: {title} returns {_kind(returned)}, not a pair: {contract}")
        parts = returned if len(shapes) > 1 else (returned,)
        dtype = inputs[0].dtype
        where = f"{path}: {title}"
        try:
            results = [_checked(part, shape, dtype, contract, where) for part, shape in zip(parts, shapes, strict=True)]
        except AttemptError:
            raise
        except Exception as error:
            raise AttemptError(f"{where} returns what NumPy cannot take: {_said(error)}") from None
        if not nan and any(np.isnan(part).any() for part in results) and all(np.isfinite(x).all() for x in inputs):
            raise AttemptError(f"{path}: {title} returns nan for finite inputs")
        return tuple(results) if len(shapes) > 1 else results[0]

    return call


def _locked(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return value
    copy = value.copy()
    copy.flags.writeable = False
    return copy


def _checked(part: Any, shape: tuple[int, ...], dtype: np.dtype, contract: Contract, title: str) -> NDArray:
    if not isinstance(part, np.ndarray | np.generic):
        raise AttemptError(f"{title} returns {_kind(part)}, not a NumPy array of {dtype}: {contract}")
    # a plain copy: neither a subclass with operators of its own, nor memory that the attempt may still change
    array = np.array(part, subok=False)
    if array.shape != shape or array.dtype != dtype:
        got = f"shape {array.shape} and dtype {array.dtype}"
        raise AttemptError(f"{title} returns {got}, not {shape} and {dtype}: {contract}")
    return array if shape else array[()]


def _failure(error: BaseException) -> str:
    if isinstance(error, ValueError) and "read-only" in str(error):
        return "changes its input in place; work on a copy"
    if isinstance(error, NotImplementedError):
        return "is not written yet"
    return _said(error)


def _said(error: BaseException) -> str:
    return f"raises {type(error).__name__}: {_first_line(error)}".rstrip(": ")


def _first_line(error: BaseException) -> str:
    try:
        return str(error).strip().partition("\n")[0][:200]
    except BaseException:
        return "an error that cannot be printed"


def _line(error: BaseException, path: Path) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f", line {lines[-1]}" if lines else ""


def _kind(value: Any) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
