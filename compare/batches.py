"""Batches of an epoch, and the epochs of a run: drawn and cut when they are asked for."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import overload

from numpy.typing import NDArray


class Batches(Sequence[NDArray]):
    """An order (N,) of images as batches of `size`, the last may be short; none is made before it is asked for."""

    def __init__(self, order: NDArray, size: int):
        self.order, self.size = order, size

    def __len__(self) -> int:
        return math.ceil(len(self.order) / self.size)

    @overload
    def __getitem__(self, n: int) -> NDArray: ...

    @overload
    def __getitem__(self, n: slice) -> list[NDArray]: ...

    def __getitem__(self, n: int | slice) -> NDArray | list[NDArray]:
        """As of a list."""
        if isinstance(n, slice):
            return [self[one] for one in range(len(self))[n]]
        first = range(len(self))[n] * self.size
        return self.order[first : first + self.size]


class Epochs:
    """The batches of each epoch, counted from 1; one may iterate again, and gets the same."""

    def __init__(self, draw: Callable[[int], Batches], count: int):
        self._draw, self._count = draw, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Batches]:
        return map(self._draw, range(1, self._count + 1))
