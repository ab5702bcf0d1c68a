"""Sides in other processes, which keep them by numbers; arrays that do not change lie in files."""

import itertools
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from compare.backends.channel import Message
from compare.backends.memory_order import Order
from compare.backends.protocol import State, Tally, Trainable
from compare.backends.shared_memory import write_array
from compare.data.mapped import place_of
from scratch import Evaluation, Rows, Step, Velocity
from scratch.training import CHUNK

# Functions that are called for most of what is asked: a step calls six, and a rung as many parts.
MOST_CALLS = 16
Shapes = tuple[tuple[int, ...], ...]


class Remote(ABC):
    """Asks another process, or several at once. folder: where arrays are put that it is not sent each time.

    runs_a_file: whether it runs a user's file, which may fail at any time.
    """

    runs_a_file = False

    def __init__(self, folder: Path):
        self._folder, self._keys = folder, itertools.count()
        self._dropped: list[int] = []
        self._shared: dict[int, list[Any]] = {}

    @abstractmethod
    def exchange(self, kind: str, values: dict[str, Any], arrays: Sequence[NDArray], calls: int) -> Message:
        """Ask, and wait for the answer. calls: so many functions may be called for it, each within the time limit."""

    @abstractmethod
    def misfit(self) -> NoReturn:
        """Raise the error of an answer that is not what was asked for, and end the others."""

    def request(
        self, kind: str, values: dict[str, Any] | None = None, arrays: Sequence[NDArray] = (), calls: int = MOST_CALLS
    ) -> Message:
        """Ask, and wait for the answer; before that, tell what nobody needs any more."""
        if self._dropped:
            dropped, self._dropped[:] = self._dropped[:], []
            self.exchange("drop", {"keys": dropped}, (), calls)
        return self.exchange(kind, values or {}, arrays, calls)

    def key(self, owner: Any) -> int:
        """A name for what the others keep for `owner`; once the owner is gone here, it is forgotten there."""
        key = next(self._keys)
        weakref.finalize(owner, self._dropped.append, key)
        return key

    def share(self, array: NDArray | Rows) -> list[Any]:
        """Where another process finds an array that is too large to be sent each time; it must not change.

        What is in a file already is found there. Of rows both the array and the index are shared.
        """
        if isinstance(array, Rows):
            return [self.share(array.array), self.share(array.index)]
        if place := place_of(array):
            return list(place)
        if id(array) not in self._shared:
            path = write_array(self._folder, array)
            self._shared[id(array)] = [str(path), array.dtype.name, array.shape, 0]
            weakref.finalize(array, _unshare, self._shared, id(array), path)
        return self._shared[id(array)]


class Taken(NamedTuple):
    """A step that the process has taken: its tally, and its quantities if they are kept."""

    tally: Tally
    quantities: Step | None


class RemoteSide:
    """A side in another process. See Side; given: what else it is made of there."""

    def __init__(self, remote: Remote, problem: Trainable, dtype: str, given: dict[str, Any]):
        self.remote, self.seconds, self._keeps_quantities = remote, 0.0, False
        self._key = remote.key(self)
        images, labels = map(remote.share, problem.train)
        data = {"images": images, "labels": labels, "chosen": asdict(problem.chosen)}
        W, b = problem.start(dtype)
        self._weights: Shapes = W.shape, b.shape
        self._dtype = W.dtype
        self._ask("side", {"dtype": dtype, **data, **given}, (W, b), expected=())

    def _ask(
        self,
        kind: str,
        values: dict[str, Any] | None = None,
        arrays: Sequence[NDArray] = (),
        *,
        expected: Shapes,
        calls: int = MOST_CALLS,
    ) -> tuple[Any, ...]:
        """The arrays of the answer, which have the expected shapes."""
        found = self.remote.request(kind, {"key": self._key, **(values or {})}, arrays, calls).arrays
        if tuple(map(np.shape, found)) != expected:
            self.remote.misfit()
        return found

    def epoch(self, batches: Iterable[NDArray]) -> Iterator[Taken]:
        """See Side."""
        batches = list(batches)
        self._ask("epoch", {}, (np.concatenate(batches), np.array(list(map(len, batches)))), expected=())
        for index in batches:
            kept = self._keeps_quantities
            shapes = ((4,), *(self._step(len(index)) if kept else ()))
            numbers, *quantities = self._ask("next", {"quantities": kept}, expected=shapes)
            loss, hits, images, self.seconds = map(float, numbers)
            # nothing of this is what the functions of a file return
            if not (images == len(index) and 0 <= hits <= images and hits == int(hits) and self.seconds >= 0):
                self.remote.misfit()
            yield Taken(Tally(loss, int(hits), int(images)), Step(*quantities) if quantities else None)

    def _step(self, N: int) -> Shapes:
        """The shapes of the quantities of a step on N images."""
        (K, D), _ = self._weights
        return (N, D), (N,), (N, K), (N, K), (), (N, K), *self._weights, *self._weights

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
        return Step(*self._ask("step", {}, (index,), expected=self._step(len(index))))

    def state(self) -> State:
        """See Side."""
        found = self.remote.request("state", {"key": self._key}).arrays
        shapes, types = tuple(map(np.shape, found)), {array.dtype for array in found}
        # with a velocity there are two more
        if shapes not in (self._weights, self._weights * 2) or types != {self._dtype}:
            self.remote.misfit()
        W, b, *velocity = found
        return State(W, b, Velocity(*velocity) if velocity else None)

    def start_from(self, state: State) -> None:
        """See Side."""
        self._ask("start_from", {}, (state.W, state.b, *(state.velocity or ())), expected=())

    def use_rate(self, lr: float) -> None:
        """See Side."""
        self._ask("use_rate", {"lr": float(lr)}, expected=())

    def lay_out(self, order: Order) -> None:
        """See Side."""
        self._ask("lay_out", {"order": order}, expected=())

    def evaluate(self, images: NDArray | Rows, labels: NDArray) -> Evaluation:
        """See Side."""
        shared = {"images": self.remote.share(images), "labels": self.remote.share(labels)}
        (found,) = self._ask("evaluate", shared, expected=((2,),), calls=_calls(images))
        loss, accuracy = map(float, found)
        if len(images) and not 0 <= accuracy <= 1:
            self.remote.misfit()
        return Evaluation(loss, accuracy)

    def logits(self, images: NDArray | Rows) -> NDArray:
        """See Side."""
        shape = len(images), *self._weights[1]
        (Z,) = self._ask("logits", {"images": self.remote.share(images)}, expected=(shape,), calls=_calls(images))
        return np.asarray(Z)

    def loss(self, Z: NDArray, labels: NDArray) -> tuple[NDArray, float]:
        """See Side."""
        logP, L = self._ask("loss", {}, (Z, labels), expected=(Z.shape, ()))
        return logP, float(L)


def _calls(images: NDArray | Rows) -> int:
    """So many functions may be called to evaluate: three for each piece."""
    return 3 * (1 + len(images) // CHUNK)


def _unshare(shared: dict[int, list[Any]], key: int, path: Path) -> None:
    del shared[key]
    path.unlink(missing_ok=True)
