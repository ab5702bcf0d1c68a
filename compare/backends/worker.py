"""A user's file in a process of its own: what it ends, prints, breaks or never finishes changes no result here.

The process is a program of its own (worker_process.py), started with pipes and shared memory; it never runs this one
again. It protects a result from the file, not the computer: the file can do whatever its user can.
"""

import itertools
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from compare.backends.channel import ChannelError, Message
from compare.backends.composed import composed
from compare.backends.process import Process
from compare.backends.protocol import Backend, State, Tally, Trainable
from compare.backends.shared_memory import write_array
from compare.backends.traced import Call
from compare.backends.user_file import UserFileError
from compare.data.mapped import place_of
from compare.errors import InputError
from compare.files import short_path
from scratch import EQUATIONS, Equations, Evaluation, Rows, Step, Velocity

# Seconds that one call of a function, or loading the file, may take, unless a user says otherwise.
TIME_LIMIT = 300.0


class Worker:
    """The file at `path`, loaded in a process of its own.

    time_limit: seconds for one call of a function, and for loading the file. defined, names: see UserFile.
    Raises InputError, naming file and line, if the file cannot be read or run, or defines none of the six functions;
    later UserFileError, naming the function, for whatever it does wrong.
    """

    def __init__(self, path: Path, time_limit: float = TIME_LIMIT):
        self.path, self.name, self.time_limit, self._shown = path, path.stem, time_limit, short_path(path)
        try:
            self._process = Process(time_limit)
        except OSError as error:
            raise InputError(f"{self._shown}: its process cannot be started: {error.strerror}") from None
        self._keys, self._requests = itertools.count(), itertools.count(1)
        self._dropped: list[int] = []
        self._shared: dict[int, list[Any]] = {}
        self.end = weakref.finalize(self, self._process.end)
        loaded = self.request("load", {"path": str(path)}).values
        self.defined, self.names = (tuple(map(str, loaded[kind])) for kind in ("defined", "names"))

    def backend(self, only: Collection[str] | None = None, *, nan: bool = True) -> Backend:
        """`scratch` with the functions of the file, or `only` some of them; each side runs the file anew.

        nan: see UserFile.
        """
        return Backend(self.name, lambda problem, dtype: WorkerSide(self, problem, dtype, only, nan))

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
        answer = self.request("trace", {"name": name, "numbers": numbers}, arrays)
        parts = iter(answer.arrays)
        try:
            return [
                Call(str(called), tuple(itertools.islice(parts, given)), tuple(itertools.islice(parts, returned)))
                for called, given, returned in answer.values["calls"]
            ]
        except (KeyError, TypeError, ValueError):
            self._give_up("answers in another form than it was asked for")

    def show_prints(self, shown: bool) -> None:
        """From now on show what the file prints, or do not; it is shown at first."""
        self.request("prints", {"shown": shown})

    def key(self, owner: Any) -> int:
        """A name for what the process keeps for `owner`; once the owner is gone here, it is forgotten there."""
        key = next(self._keys)
        weakref.finalize(owner, self._dropped.append, key)
        return key

    def request(self, kind: str, values: dict[str, Any] | None = None, arrays: Sequence[NDArray] = ()) -> Message:
        """Ask, wait, and copy what comes: the process could still write to it."""
        if self._dropped:
            dropped, self._dropped[:] = self._dropped[:], []
            self.request("drop", {"keys": dropped})
        self._process.awaited = next(self._requests)
        try:
            self._process.channel.send(kind, values, arrays)
            answer = self._process.channel.receive()
        except (OSError, EOFError, ValueError):
            self._give_up()
        except ChannelError:
            self._give_up("answers in another form than it was asked for")
        finally:
            self._process.awaited = 0
        if self._process.has_forked:
            self._give_up("forks")
        return self._checked(answer)

    def share(self, array: NDArray | Rows) -> list[Any]:
        """Where the process finds an array that is too large to be sent each time; it must not change.

        What is in a file already is found there. Of rows both the array and the index are shared.
        """
        if isinstance(array, Rows):
            return [self.share(array.array), self.share(array.index)]
        if place := place_of(array):
            return list(place)
        if id(array) not in self._shared:
            path = write_array(self._process.folder, f"array-{next(self._keys)}", array)
            self._shared[id(array)] = [str(path), array.dtype.name, array.shape, 0]
            weakref.finalize(array, _unshare, self._shared, id(array), path)
        return self._shared[id(array)]

    def _checked(self, answer: Message) -> Message:
        text = str(answer.values.get("text"))
        if answer.kind == "refused":
            raise InputError(text)
        if answer.kind == "wrong":
            raise UserFileError(text)
        if answer.kind != "done":
            raise UserFileError(f"{self._shown}: {text}; it must not change NumPy or this package")
        return answer._replace(arrays=tuple(np.array(array)[()] for array in answer.arrays))

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
        return returned if len(returned) > 1 else returned[0]


def _split(inputs: tuple[Any, ...]) -> tuple[list[NDArray], list[int | float]]:
    """The arrays, and the numbers behind them."""
    arrays = [value for value in inputs if isinstance(value, np.ndarray)]
    return arrays, [value if isinstance(value, int) else float(value) for value in inputs[len(arrays) :]]


class Taken(NamedTuple):
    """A step that the process has taken: its tally, and its quantities if they are kept."""

    tally: Tally
    quantities: Step | None


class WorkerSide:
    """A ScratchSide in the process of a worker, with the functions of the user's file. See Side."""

    def __init__(self, worker: Worker, problem: Trainable, dtype: str, only: Collection[str] | None, nan: bool):
        self.worker, self.seconds, self._keeps_quantities = worker, 0.0, False
        self._key = worker.key(self)
        images, labels = map(worker.share, problem.train)
        data = {"images": images, "labels": labels, "chosen": asdict(problem.chosen)}
        names = None if only is None else list(only)
        self._ask("side", {"only": names, "nan": nan, "dtype": dtype, **data}, problem.start(dtype))

    def _ask(self, kind: str, values: dict[str, Any] | None = None, arrays: Sequence[NDArray] = ()) -> tuple[Any, ...]:
        return self.worker.request(kind, {"key": self._key, **(values or {})}, arrays).arrays

    def epoch(self, batches: Iterable[NDArray]) -> Iterator[Taken]:
        """See Side."""
        batches = list(batches)
        self._ask("epoch", {}, (np.concatenate(batches), np.array(list(map(len, batches)))))
        for _ in batches:
            numbers, *quantities = self._ask("next", {"quantities": self._keeps_quantities})
            loss, hits, images, self.seconds = map(float, numbers)
            yield Taken(Tally(loss, int(hits), int(images)), Step(*quantities) if quantities else None)

    def tally(self, done: Taken) -> Tally:
        """See Side."""
        return done.tally

    def keep_quantities(self) -> None:
        """See Side."""
        self._keeps_quantities = True

    def quantities(self, done: Taken) -> Step:
        """See Side."""
        assert done.quantities
        return done.quantities

    def step(self, index: NDArray) -> Step:
        """See Side."""
        return Step(*self._ask("step", {}, (index,)))

    def state(self) -> State:
        """See Side."""
        W, b, *velocity = self._ask("state")
        return State(W, b, Velocity(*velocity) if velocity else None)

    def start_from(self, state: State) -> None:
        """See Side."""
        self._ask("start_from", {}, (state.W, state.b, *(state.velocity or ())))

    def evaluate(self, images: NDArray | Rows, labels: NDArray) -> Evaluation:
        """See Side."""
        shared = {"images": self.worker.share(images), "labels": self.worker.share(labels)}
        return Evaluation(*map(float, self._ask("evaluate", shared)[0]))

    def logits(self, images: NDArray | Rows) -> NDArray:
        """See Side."""
        (Z,) = self._ask("logits", {"images": self.worker.share(images)})
        return np.asarray(Z)

    def loss(self, Z: NDArray, labels: NDArray) -> tuple[NDArray, float]:
        """See Side."""
        logP, L = self._ask("loss", {}, (Z, labels))
        return logP, float(L)


def _unshare(shared: dict[int, list[Any]], key: int, path: Path) -> None:
    del shared[key]
    path.unlink(missing_ok=True)
