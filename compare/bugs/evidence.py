"""How much of what a function made another one explains, on the same inputs."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.bugs.traces import MAKES, Observed


class Likeness(NamedTuple):
    """explained: from 0, nothing or the opposite, to 1, all of the difference. equal: how many values are the same."""

    explained: float
    equal: int


class Evidence:
    """What one function of a side made in all cases in which it got the right inputs, beside what is right.

    All tensors are in flat arrays; a piece is one tensor of one case.
    """

    def __init__(self, observed: list[Observed], function: str):
        self.observed, self.function = observed, function
        self.arguments = [seen.arguments(function) for seen in observed]
        self.reached = [seen.reached(function) for seen in observed]
        pieces = [
            (seen, field) for seen, used in zip(observed, self.reached, strict=True) if used for field in self._makes
        ]
        pairs = [seen.pair(field) for seen, field in pieces]
        self.ours, self.right = (_flat([pair[n] for pair in pairs]) for n in (0, 1))
        self.lengths = np.array([pair[0].size for pair in pairs], int)
        self.starts = np.cumsum(self.lengths) - self.lengths
        self.limits = np.repeat([seen.limits.get(field, 0.0) for seen, field in pieces], self.lengths)

    @property
    def _makes(self) -> tuple[str, ...]:
        return MAKES[self.function]

    def likeness(self, make: Callable[[], Callable]) -> Likeness:
        """How much of the difference another function explains: the mean over the pieces in which one of them is wrong.

        Where a value is not finite, only that it is not finite is compared. The sign of a difference counts.
        """
        if not len(self.lengths):
            return Likeness(0.0, 0)
        guessed = self._replayed(make)
        finite = [np.isfinite(values) for values in (self.ours, guessed, self.right)]
        odd = (finite[0] != finite[2]) | (finite[1] != finite[2])
        ours, guessed, right = (
            np.where(finite[0] & finite[1] & finite[2], v, 0.0) for v in (self.ours, guessed, self.right)
        )
        wrong = [self._gaps(one, right) for one in (ours, guessed)]
        counted = np.logical_or.reduceat(odd | (np.maximum(*wrong) > 0), self.starts)
        if not counted.any():
            return Likeness(0.0, 0)
        explained = self._same(~finite[0], ~finite[1]) * self._explained(ours, guessed, wrong)
        return Likeness(float(explained[counted].mean()), int(np.count_nonzero(ours == guessed)))

    def _explained(self, ours: NDArray, guessed: NDArray, wrong: list[NDArray]) -> NDArray:
        """Of each piece 1 - |ours - guessed| / the longer of both differences `wrong` from what is right.

        If both are near 0, they are compared with each other: the longer of both is what counts.
        """
        left = self._norms(self._gaps(ours, guessed))
        differences = np.maximum(*map(self._norms, wrong))
        longer = np.minimum(differences, np.maximum(self._norms(ours), self._norms(guessed)))
        return np.maximum(0.0, 1.0 - left / np.where(left > 0, longer, 1.0))

    def _same(self, a: NDArray, b: NDArray) -> NDArray:
        """Of each piece how many of the places that are in a or b are in both; 1 if there are none."""
        either, both = (np.add.reduceat(places.astype(float), self.starts) for places in (a | b, a & b))
        return np.where(either > 0, both / np.maximum(either, 1), 1.0)

    def _norms(self, values: NDArray) -> NDArray:
        # scaled first, so that no square overflows
        largest = np.maximum.reduceat(np.abs(values), self.starts)
        scale = np.where(largest > 0, largest, 1.0)
        return scale * np.sqrt(np.add.reduceat((values / np.repeat(scale, self.lengths)) ** 2, self.starts))

    def _gaps(self, a: NDArray, b: NDArray) -> NDArray:
        """Sizes of the differences that are no rounding."""
        gaps = np.abs(a - b)
        return np.where(gaps > self.limits, gaps, 0.0)

    def _replayed(self, make: Callable[[], Callable]) -> NDArray:
        """What another function makes of the same inputs; each set of steps begins with a new one."""
        found, steps = [], None
        for seen, given, used in zip(self.observed, self.arguments, self.reached, strict=True):
            if seen.steps is not steps:
                written, steps = make(), seen.steps
            values = written(*given)
            parts = values if len(self._makes) > 1 else (values,)
            if used:
                found += [seen.relative(field, part) for field, part in zip(self._makes, parts, strict=True)]
        return _flat(found)


def _flat(arrays: list[NDArray]) -> NDArray:
    return np.concatenate([np.ravel(array) for array in arrays]).astype(float) if arrays else np.empty(0)
