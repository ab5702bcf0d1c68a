"""The comparison of two tensors, and of every quantity of every step with its budget."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from compare.equations import QUANTITIES
from compare.errors import InputError
from compare.proof.lockstep import StepPair
from compare.proof.tolerance import allowed, ceilings, sizes
from scratch import Step

# The ceilings of a step, by quantity.
Bounds = Callable[[], dict[str, float]]


@dataclass(frozen=True)
class Deviation:
    """How far apart the sides were in one quantity, at one place; index is None where it is a scalar.

    For W and b both values are cumulative updates since the start. `ceiling` is the forward error bound,
    scaled as the error is; the whole run has none.
    """

    quantity: str
    reading: str
    max_abs_error: float
    scaled_error: float
    budget: float
    used: float
    epoch: int
    step: int
    index: list[int] | None
    ours: float
    theirs: float
    ceiling: float | None = None


class OneSideNotFiniteError(Exception):
    """One side has left the finite numbers and the other has not; the divergence is recorded."""


class UnlikeArraysError(InputError):
    """A quantity has another shape or dtype on one side than on the other."""

    def at(self, where: str) -> "UnlikeArraysError":
        """The same error, with the place at which it happened."""
        return UnlikeArraysError(f"{self}, {where}")


def difference(pair: StepPair, name: str, reading: str, sides: tuple[str, str]) -> NDArray:
    """|ours - theirs| of one quantity, in its shape and dtype; nan where a value is nan or both are infinite.

    sides: the names of the two. Raises UnlikeArraysError if shape or dtype are not the same on both sides.
    """
    quantity = QUANTITIES[name]
    ours, theirs = getattr(pair.steps[reading], quantity.field), getattr(pair.reference, quantity.field)
    if not _alike(ours, theirs):
        raise UnlikeArraysError(
            f"{quantity.symbol} ({quantity.tag}) of {sides[0]} is {np.shape(ours)} {np.asarray(ours).dtype}, "
            f"that of {sides[1]} {theirs.shape} {theirs.dtype}"
        )
    return np.abs(ours - theirs)


def place_of_largest(gap: NDArray) -> tuple[int, ...]:
    """The index of the largest difference of two tensors, the first of several; nan is larger than every number."""
    return tuple(int(n) for n in np.unravel_index(int(np.argmax(gap)), gap.shape))


def worse(used: float, other: float) -> bool:
    """True if `used` is the larger share of a budget; nan is worse than every number."""
    return not used <= other and not math.isnan(other)


def within(ours: Step, theirs: Step, limits: dict[str, float]) -> bool:
    """True if no quantity differs in shape or dtype, or by more than its limit; nan is within no limit."""
    # a step has its quantities in the order of the table, after its images and labels
    pairs: Iterable[tuple[Any, Any, float]] = zip(ours[2:], theirs[2:], limits.values(), strict=True)
    return all(_alike(a, b) and bool(_largest_gap(a, b) <= limit) for a, b, limit in pairs)


def _largest_gap(ours: NDArray, theirs: NDArray) -> np.floating:
    gap = np.asarray(ours - theirs)
    # in place, because this is done for every mistake in every step
    largest: np.floating = np.maximum.reduce(np.abs(gap, out=gap), axis=None)
    return largest


def _alike(ours: NDArray, theirs: NDArray) -> bool:
    given = np.asarray(ours)
    return given.shape == theirs.shape and given.dtype == theirs.dtype


class Comparison:
    """The worst deviation of each quantity and reading, and the first that was over its budget, if any.

    sides: the names of the two, the one that is checked first.
    """

    def __init__(self, sides: tuple[str, str] = ("scratch", "torch")) -> None:
        self.sides = sides
        self.worst: dict[tuple[str, str], Deviation] = {}
        self.first_divergence: Deviation | None = None
        self.steps = 0
        # share of the budget used at worst in each epoch, by quantity and reading
        self.trace: dict[tuple[str, str], list[float]] = {}

    def add(self, epoch: int, pair: StepPair, scales: dict[str, tuple[float, float]] | None = None) -> None:
        """Compare one step, in the order of the derivation; `scales` are its `sizes`, if they are known already.

        Raises OneSideNotFiniteError if only one side has infinite values or nan, InputError if both have, or if a
        shape or dtype is not that of the other side.
        """
        self.steps += 1
        scales = scales or sizes(pair.reference, pair.start)
        # only a deviation that is kept has a ceiling, and all of a step are computed at once
        bounds = cache(partial(ceilings, pair.reference, pair.start))
        for reading in pair.steps:
            for name in QUANTITIES:
                self._add(name, reading, epoch, pair, scales[name], bounds)

    @property
    def telling(self) -> Deviation:
        """The first deviation over its budget in the order of the derivation, else the largest share of a budget."""
        return self.first_divergence or max(self.worst.values(), key=lambda found: found.used)

    def _add(
        self, name: str, reading: str, epoch: int, pair: StepPair, scale: tuple[float, float], bounds: Bounds
    ) -> None:
        try:
            gap = difference(pair, name, reading, self.sides)
        except UnlikeArraysError as error:
            raise error.at(f"at epoch {epoch}, step {pair.number}") from None
        limit = allowed(*scale, self.steps if reading == "whole_run" else 1, gap.dtype)
        used = float(gap.max()) / limit
        self._note(name, reading, epoch, used)
        known = self.worst.get((name, reading))
        if known is None or worse(used, known.used):
            self._keep(_deviation(name, reading, epoch, pair, gap, scale[0], limit, bounds))

    def _note(self, name: str, reading: str, epoch: int, used: float) -> None:
        shares = self.trace.setdefault((name, reading), [])
        if len(shares) < epoch:
            shares.append(used)
        elif worse(used, shares[-1]):
            shares[-1] = used

    def _keep(self, deviation: Deviation) -> None:
        self.worst[deviation.quantity, deviation.reading] = deviation
        # nan is not within any budget
        if not deviation.used <= 1 and self.first_divergence is None:
            self.first_divergence = deviation
        # a share can be infinite where both values are not: two numbers that should be 0 and are not
        if not (math.isfinite(deviation.ours) and math.isfinite(deviation.theirs)):
            _stop(deviation)


def _deviation(
    name: str, reading: str, epoch: int, pair: StepPair, gap: NDArray, size: float, limit: float, bounds: Bounds
) -> Deviation:
    """The place where the gap is largest."""
    index = place_of_largest(gap)
    ours, theirs = (getattr(step, QUANTITIES[name].field)[index] for step in (pair.steps[reading], pair.reference))
    origin = {"W": pair.start.W0, "b": pair.start.b0}.get(name, np.zeros_like(gap))[index]
    error, scale = float(gap[index]), max(size, float(np.finfo(gap.dtype).tiny))
    return Deviation(
        quantity=name,
        reading=reading,
        max_abs_error=error,
        scaled_error=error / scale,
        budget=limit / scale,
        used=float(gap.max()) / limit,
        epoch=epoch,
        step=pair.number,
        index=list(index) or None,
        ours=float(ours - origin),
        theirs=float(theirs - origin),
        ceiling=bounds()[name] / scale if reading == "one_step" else None,
    )


def _stop(deviation: Deviation) -> NoReturn:
    if math.isfinite(deviation.ours) != math.isfinite(deviation.theirs):
        raise OneSideNotFiniteError
    quantity = QUANTITIES[deviation.quantity]
    at = f" {deviation.index}" if deviation.index else ""
    where = f"at epoch {deviation.epoch}, step {deviation.step}"
    raise both_diverge(f"{quantity.symbol}{at} ({quantity.tag}) is {deviation.theirs} {where}")


def both_diverge(what: str) -> InputError:
    """The error of a training that leaves the finite numbers on both sides: `what` says which number, and where."""
    return InputError(f"both sides diverge: {what}; try a smaller --lr")
