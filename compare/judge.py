"""Every quantity of every step held against its budget; the worst and the first excess are kept."""

import math
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from compare.errors import InputError
from compare.lockstep import Moment
from compare.tolerance import QUANTITIES, allowed, ceilings, sizes


@dataclass(frozen=True)
class Finding:
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


class Judge:
    """The worst finding of each quantity and reading, and the first that was over its budget, if any.

    sides: the names of the two, the judged one first.
    """

    def __init__(self, sides: tuple[str, str] = ("scratch", "torch")) -> None:
        self.sides = sides
        self.worst: dict[tuple[str, str], Finding] = {}
        self.first_divergence: Finding | None = None
        self.steps = 0
        # share of the budget used at worst in each epoch, by quantity and reading
        self.trace: dict[tuple[str, str], list[float]] = {}

    def see(self, epoch: int, moment: Moment, scales: dict[str, tuple[float, float]] | None = None) -> None:
        """Compare one step, in the order of the derivation; `scales` are its `sizes`, if they are known already.

        Raises OneSideNotFiniteError if only one side has infinite values or nan, InputError if both have, or if a
        shape or dtype is not that of the other side.
        """
        self.steps += 1
        scales = scales or sizes(moment.reference, moment.start)
        for reading, step in moment.steps.items():
            for name, quantity in QUANTITIES.items():
                ours, theirs = getattr(step, quantity.field), getattr(moment.reference, quantity.field)
                size, terms = scales[name]
                limit = allowed(size, terms, self.steps if reading == "free_running" else 1, theirs.dtype)
                scale = max(size, float(np.finfo(theirs.dtype).tiny))
                same = np.shape(ours) == theirs.shape and np.asarray(ours).dtype == theirs.dtype
                if not same:
                    got = f"{np.shape(ours)} {np.asarray(ours).dtype}"
                    raise InputError(
                        f"{quantity.symbol} ({quantity.tag}) of {self.sides[0]} is {got}, that of {self.sides[1]} "
                        f"{theirs.shape} {theirs.dtype}, at epoch {epoch}, step {moment.number}"
                    )
                difference = np.abs(ours - theirs)
                used = float(difference.max()) / limit
                self._note(name, reading, epoch, used)
                known = self.worst.get((name, reading))
                # written so that nan, which compares false with everything, is not passed over
                if known and used <= known.used:
                    continue
                index = np.unravel_index(int(np.argmax(difference)), difference.shape)
                origin = {"W": moment.start.W0, "b": moment.start.b0}.get(name, np.zeros_like(theirs))[index]
                error = float(difference[index])
                finding = Finding(
                    quantity=name,
                    reading=reading,
                    max_abs_error=error,
                    scaled_error=error / scale,
                    budget=limit / scale,
                    used=used,
                    epoch=epoch,
                    step=moment.number,
                    index=[int(i) for i in index] or None,
                    ours=float(ours[index] - origin),
                    theirs=float(theirs[index] - origin),
                    ceiling=ceilings(moment.reference, moment.start)[name] / scale
                    if reading == "resynchronised"
                    else None,
                )
                self.worst[name, reading] = finding
                if not used <= 1 and self.first_divergence is None:
                    self.first_divergence = finding
                # a share can be infinite where both values are not: two numbers that should be 0 and are not
                if not (math.isfinite(finding.ours) and math.isfinite(finding.theirs)):
                    _stop(finding)

    def _note(self, name: str, reading: str, epoch: int, used: float) -> None:
        shares = self.trace.setdefault((name, reading), [])
        if len(shares) < epoch:
            shares.append(used)
        elif not used <= shares[-1]:
            shares[-1] = used


def _stop(finding: Finding) -> NoReturn:
    if math.isfinite(finding.ours) != math.isfinite(finding.theirs):
        raise OneSideNotFiniteError
    quantity = QUANTITIES[finding.quantity]
    at = f" {finding.index}" if finding.index else ""
    where = f"at epoch {finding.epoch}, step {finding.step}"
    raise both_diverge(f"{quantity.symbol}{at} ({quantity.tag}) is {finding.theirs} {where}")


def both_diverge(what: str) -> InputError:
    """The error of a training that leaves the finite numbers on both sides: `what` says which number, and where."""
    return InputError(f"both sides leave the finite numbers: {what}; training diverges, try a smaller --lr")
