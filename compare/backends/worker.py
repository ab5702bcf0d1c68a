"""A user's file in a process of its own: what it ends, prints, breaks or never finishes changes no result here.

The process is a program of its own (worker_process.py), started with pipes and shared memory; it never runs this one
again. It protects a result from the file, not the computer: the file can do whatever its user can.
"""

import itertools
import weakref
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from compare.backends.channel import ChannelError, Message
from compare.backends.composed import composed
from compare.backends.process import Process
from compare.backends.protocol import TIME_LIMIT, Backend
from compare.backends.remote import Remote, RemoteSide
from compare.backends.traced import Call
from compare.backends.user_file import UserFileError
from compare.equations import KNOWN
from compare.errors import InputError
from compare.files import short_path
from scratch import EQUATIONS, Equations

# Functions that one epoch of a few small images may call.
MOST_TRACED = 500


class Worker(Remote):
    """The file at `path`, loaded in a process of its own.

    time_limit: seconds for one call of a function, and for loading the file. defined, names: see UserFile.
    Raises InputError, naming file and line, if the file cannot be read or run, or defines none of the six functions;
    later UserFileError, naming the function, for whatever it does wrong.
    """

    runs_a_file = True

    def __init__(self, path: Path, time_limit: float = TIME_LIMIT):
        self.path, self.name, self.time_limit, self._shown = path, path.stem, time_limit, short_path(path)
        try:
            self._process = Process(time_limit)
        except OSError as error:
            raise InputError(f"{self._shown}: its process cannot be started: {error.strerror}") from None
        super().__init__(self._process.folder)
        self._requests = itertools.count(1)
        self.end = weakref.finalize(self, self._process.end)
        loaded = self.request("load", {"path": str(path)}, calls=1).values
        self.defined, self.names = (self._known(loaded.get(kind)) for kind in ("defined", "names"))

    def backend(self, only: Collection[str] | None = None, *, nan: bool = True) -> Backend:
        """`scratch` with the functions of the file, or `only` some of them; each side runs the file anew.

        nan: see UserFile.
        """
        names = None if only is None else list(only)
        given = {"only": names, "nan": nan}
        return Backend(self.name, lambda problem, dtype: RemoteSide(self, problem, dtype, given))

    def equations(self, *, nan: bool = True) -> Equations:
        """The six functions, those of the file being called over there; the file is run anew. nan: see UserFile."""
        return EQUATIONS._replace(**composed(self.functions(nan=nan)))

    def functions(self, *, nan: bool = True) -> dict[str, Callable]:
        """All functions and rungs of the file; see `equations`."""
        functions = _Functions(self, nan)
        return {name: partial(functions.call, name) for name in self.names}

    def trace(self, name: str, inputs: tuple[Any, ...]) -> list[Call]:
        """The calls that one function of the file makes of the others, up to where it raises."""
        arrays, numbers = _split(inputs)
        answer = self.request("trace", {"name": name, "numbers": numbers}, arrays, calls=MOST_TRACED)
        parts = iter(answer.arrays)
        try:
            return [
                Call(
                    str(called),
                    tuple(itertools.islice(parts, given)),
                    tuple(itertools.islice(parts, returned)),
                    tuple(map(str, kinds)),
                )
                for called, given, returned, kinds in answer.values["calls"]
            ]
        except (KeyError, TypeError, ValueError):
            self.misfit()

    def foreign(self, name: str, inputs: tuple[Any, ...]) -> str:
        """What else one function of the file runs, see UserFile."""
        arrays, numbers = _split(inputs)
        runs = self.request("foreign", {"name": name, "numbers": numbers}, arrays, calls=2).values.get("runs")
        return runs if isinstance(runs, str) else self.misfit()

    def show_prints(self, shown: bool) -> None:
        """From now on show what the file prints, or do not; it is shown at first."""
        self.request("prints", {"shown": shown})

    def exchange(self, kind: str, values: dict[str, Any], arrays: Sequence[NDArray], calls: int) -> Message:
        """Ask, wait, and copy what comes: the process could still write to it."""
        process, number = self._process, next(self._requests)
        process.calls, process.awaited = calls, number
        try:
            process.channel.send(kind, values, arrays, number)
            answer = process.channel.receive()
        except (OSError, EOFError, ValueError):
            self._give_up()
        except ChannelError:
            self.misfit()
        finally:
            process.awaited = 0
        if process.has_forked:
            self._give_up("forks")
        if answer.number != number:
            self._give_up("answers more often than it is asked, as a copy of its process does")
        return self._checked(answer)

    def misfit(self) -> NoReturn:
        """See Remote."""
        self._give_up("answers in another form than it was asked for")

    def _known(self, names: Any) -> tuple[str, ...]:
        """Names of functions that a file may have."""
        if not isinstance(names, list) or not all(isinstance(name, str) and name in KNOWN for name in names):
            self.misfit()
        return tuple(names)

    def _checked(self, answer: Message) -> Message:
        text = str(answer.values.get("text"))
        if answer.kind != "done":
            self._process.end_line()
        if answer.kind == "refused":
            raise InputError(text)
        if answer.kind == "wrong":
            raise UserFileError(text)
        if answer.kind != "done":
            raise UserFileError(f"{self._shown}: {text}; it must not change NumPy, this package or its process")
        return answer._replace(arrays=tuple(map(_own, answer.arrays)))

    def _give_up(self, fault: str = "") -> NoReturn:
        if fault:
            self._process.stop(fault)
        raise UserFileError(f"{self._shown}: {self._process.why_ended()}")


class _Functions:
    """The functions of one run of a file."""

    def __init__(self, worker: Worker, nan: bool):
        self.worker, self.key = worker, worker.key(self)
        worker.request("functions", {"key": self.key, "nan": nan})

    def call(self, name: str, *inputs: Any) -> Any:
        """Call one of them, with arrays and then numbers."""
        arrays, numbers = _split(inputs)
        returned = self.worker.request("call", {"key": self.key, "name": name, "numbers": numbers}, arrays).arrays
        if list(map(np.shape, returned)) != [tuple(shape) for shape in KNOWN[name].shapes(inputs)]:
            self.worker.misfit()
        return returned if len(returned) > 1 else returned[0]


def _own(array: NDArray) -> Any:
    """The array if it may be written to and has no gaps, otherwise a copy; a scalar if it has no dimension."""
    return (array if array.flags.writeable and array.flags.forc else np.array(array))[()]


def _split(inputs: tuple[Any, ...]) -> tuple[list[NDArray], list[int | float]]:
    """The arrays, and the numbers behind them."""
    arrays = [value for value in inputs if isinstance(value, np.ndarray)]
    return arrays, [value if isinstance(value, int) else float(value) for value in inputs[len(arrays) :]]
