"""Every quantity of every step held against its budget; the worst and the first excess are kept."""

import math
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from compare.equations import QUANTITIES
from compare.errors import InputError
from compare.proof.lockstep import StepPair
from compare.proof.tolerance import allowed, ceilings, sizes


@dataclass(frozen=True)
class Deviation:
    """How far apart the sides were in one quantity, at one place; index is None where it is a scalar.

    For W and b both values are cumulative updates since the start. `ceiling` is the forward error bound,
    scaled as the error is; a free run has none.
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


class Comparison:
    """The worst deviation of each quantity and reading, and the first that was over its budget, if any.

    sides: the names of the two, the judged one first.
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
        for reading, step in pair.steps.items():
            for name, quantity in QUANTITIES.items():
                ours, theirs = getattr(step, quantity.field), getattr(pair.reference, quantity.field)
                size, terms = scales[name]
                limit = allowed(size, terms, self.steps if reading == "whole_run" else 1, theirs.dtype)
                scale = max(size, float(np.finfo(theirs.dtype).tiny))
                same = np.shape(ours) == theirs.shape and np.asarray(ours).dtype == theirs.dtype
                if not same:
                    got = f"{np.shape(ours)} {np.asarray(ours).dtype}"
                    raise InputError(
                        f"{quantity.symbol} ({quantity.tag}) of {self.sides[0]} is {got}, that of {self.sides[1]} "
                        f"{theirs.shape} {theirs.dtype}, at epoch {epoch}, step {pair.number}"
                    )
                difference = np.abs(ours - theirs)
                used = float(difference.max()) / limit
                self._note(name, reading, epoch, used)
                known = self.worst.get((name, reading))
                # written so that nan, which compares false with everything, is not passed over
                if known and used <= known.used:
                    continue
                index = np.unravel_index(int(np.argmax(difference)), difference.shape)
                origin = {"W": pair.start.W0, "b": pair.start.b0}.get(name, np.zeros_like(theirs))[index]
                error = float(difference[index])
                deviation = Deviation(
                    quantity=name,
                    reading=reading,
                    max_abs_error=error,
                    scaled_error=error / scale,
                    budget=limit / scale,
                    used=used,
                    epoch=epoch,
                    step=pair.number,
                    index=[int(i) for i in index] or None,
                    ours=float(ours[index] - origin),
                    theirs=float(theirs[index] - origin),
                    ceiling=ceilings(pair.reference, pair.start)[name] / scale if reading == "one_step" else None,
                )
                self.worst[name, reading] = deviation
                if not used <= 1 and self.first_divergence is None:
                    self.first_divergence = deviation
                # a share can be infinite where both values are not: two numbers that should be 0 and are not
                if not (math.isfinite(deviation.ours) and math.isfinite(deviation.theirs)):
                    _stop(deviation)

    def _note(self, name: str, reading: str, epoch: int, used: float) -> None:
        shares = self.trace.setdefault((name, reading), [])
        if len(shares) < epoch:
            shares.append(used)
        elif not used <= shares[-1]:
            shares[-1] = used


def _stop(deviation: Deviation) -> NoReturn:
    if math.isfinite(deviation.ours) != math.isfinite(deviation.theirs):
        raise OneSideNotFiniteError
    quantity = QUANTITIES[deviation.quantity]
    at = f" {deviation.index}" if deviation.index else ""
    where = f"at epoch {deviation.epoch}, step {deviation.step}"
    raise both_diverge(f"{quantity.symbol}{at} ({quantity.tag}) is {deviation.theirs} {where}")


def both_diverge(what: str) -> InputError:
    """The error of a training that leaves the finite numbers on both sides: `what` says which number, and where."""
    return InputError(f"both sides leave the finite numbers: {what}; training diverges, try a smaller --lr")
