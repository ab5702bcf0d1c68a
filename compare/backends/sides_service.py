"""What another process is asked to do with sides: each method is one kind of message, with its values and arrays."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.channel import Message
from compare.backends.launched import RankError
from compare.backends.memory_order import Order
from compare.backends.protocol import Side, State
from compare.backends.user_file import UserFileError
from compare.data.mapped import Place
from compare.errors import InputError
from compare.problem import Hyperparameters
from scratch import Rows, Velocity

Arrays = tuple[NDArray, ...]
Answer = tuple[dict[str, Any], Sequence[NDArray]]


class Beginning(NamedTuple):
    """What a side is made of; see Trainable."""

    train: tuple[NDArray | Rows, NDArray]
    chosen: Hyperparameters
    initial: tuple[NDArray, NDArray]

    def start(self, dtype: str) -> tuple[NDArray, NDArray]:
        """Initial W (K, D) and b (K,)."""
        W, b = self.initial
        return W.astype(dtype), b.astype(dtype)


class SidesService(ABC):
    """Answers requests for sides."""

    def __init__(self) -> None:
        self._sides: dict[int, Side] = {}
        self._steps: dict[int, Iterator[Any]] = {}
        # what is kept by number
        self.held: tuple[dict[int, Any], ...] = self._sides, self._steps

    @abstractmethod
    def made(self, beginning: Beginning, dtype: str, given: dict[str, Any], /) -> Side:
        """A new side. given: what else it was asked for with."""

    def side(
        self, arrays: Arrays, key: int, images: list, labels: list, chosen: dict, dtype: str, **given: Any
    ) -> Answer:
        """Make a side."""
        W, b = map(np.array, arrays)
        data = shared_images(images), _shared(labels)
        self._sides[key] = self.made(Beginning(data, Hyperparameters(**chosen), (W, b)), dtype, given)
        return {}, ()

    def epoch(self, arrays: Arrays, key: int) -> Answer:
        """Begin an epoch: all indices, and how many each batch has."""
        index, lengths = map(np.array, arrays)
        self._steps[key] = self._sides[key].epoch(np.split(index, np.cumsum(lengths)[:-1]))
        return {}, ()

    def next(self, _: Arrays, key: int, quantities: bool) -> Answer:
        """The next step of the epoch: its tally and the seconds so far, and all quantities if they are asked for."""
        side = self._sides[key]
        if quantities:
            side.keep_quantities()
        done = next(self._steps[key])
        loss, hits, images = side.tally(done)
        numbers = np.array([float(loss), float(int(hits)), images, side.seconds])
        return {}, (numbers, *map(np.asarray, side.quantities(done) if quantities else ()))

    def step(self, arrays: Arrays, key: int) -> Answer:
        """One step on the images at an index."""
        return {}, tuple(map(np.asarray, self._sides[key].step(arrays[0])))

    def state(self, _: Arrays, key: int) -> Answer:
        """Weights, and the velocity if there is one."""
        W, b, velocity = self._sides[key].state()
        return {}, (W, b, *(velocity or ()))

    def start_from(self, arrays: Arrays, key: int) -> Answer:
        """Go on from weights, and a velocity if one is given."""
        W, b, *velocity = arrays
        self._sides[key].start_from(State(W, b, Velocity(*velocity) if velocity else None))
        return {}, ()

    def use_rate(self, _: Arrays, key: int, lr: float) -> Answer:
        """Another learning rate."""
        self._sides[key].use_rate(lr)
        return {}, ()

    def lay_out(self, _: Arrays, key: int, order: Order) -> Answer:
        """Another order of memory of what the functions get."""
        self._sides[key].lay_out(order)
        return {}, ()

    def evaluate(self, _: Arrays, key: int, images: list, labels: list) -> Answer:
        """Mean loss and accuracy."""
        found = self._sides[key].evaluate(shared_images(images), _shared(labels))
        return {}, (np.array(found),)

    def logits(self, _: Arrays, key: int, images: list) -> Answer:
        """Logits (N, K)."""
        return {}, (self._sides[key].logits(shared_images(images)),)

    def loss(self, arrays: Arrays, key: int) -> Answer:
        """Log P (N, K) and the mean loss of logits (N, K) with labels (N,)."""
        logP, L = self._sides[key].loss(*arrays)
        return {}, (logP, np.array(L))

    def drop(self, _: Arrays, keys: list[int]) -> Answer:
        """Forget what nobody asks for any more."""
        for held in self.held:
            for key in keys:
                held.pop(key, None)
        return {}, ()


def answer(service: SidesService, asked: Message) -> tuple[str, dict[str, Any], Sequence[NDArray]]:
    """What a service answers: done, or what went wrong; the text says it."""
    try:
        values, arrays = getattr(service, asked.kind)(asked.arrays, **asked.values)
    except UserFileError as error:
        return "wrong", {"text": str(error)}, ()
    except RankError as error:
        return "lost", {"text": str(error)}, ()
    except InputError as error:
        return "refused", {"text": str(error)}, ()
    except BaseException as error:
        return "broken", {"text": f"{type(error).__name__}: {error}"[:200]}, ()
    return "done", values, arrays


def _shared(described: list) -> NDArray:
    path, dtype, shape, first = described
    return Place(path, dtype, tuple(shape), first).array()


def shared_images(described: list) -> NDArray | Rows:
    """An array, or the rows of one."""
    return Rows(*map(_shared, described)) if len(described) == 2 else _shared(described)
