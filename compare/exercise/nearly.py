"""Questions about a result that is nearly right: rounded, with a small number added, or a little off."""

import itertools
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from compare.exercise.ratios import constant_ratio
from compare.exercise.seen import Question, Seen, apart
from compare.exercise.trials import Trial

# Less than this share of the largest value is a little.
CLOSE = 1e-3
# What people add against a division by 0 is less than this.
SMALL = 1e-4
ROUNDINGS: tuple[Callable, ...] = (np.round, np.floor, np.ceil, np.trunc)


def rounded(seen: Seen) -> str:
    """Ours is the right one, with fewer decimals."""
    if seen.first.ours[seen.result].ndim and constant_ratio(seen):
        return ""
    for decimals, rounding in itertools.product(range(7), ROUNDINGS):
        if seen.all_wrong(partial(_is_rounded, 10.0**decimals, rounding)):
            # no minus before a zero
            ours, right = (float(part[seen.place]) + 0.0 for part in seen.pair(seen.first))
            kept = f"has {decimals} decimals" if decimals else "is a whole number"
            return (
                f"{seen.where} your {seen.at()} {kept}, {ours:.{decimals}f}, and the right one goes on, {right:.8f}. "
                "Which step of yours rounds: round, //, int, or an array of integers?"
            )
    return ""


def _is_rounded(scale: float, rounding: Callable, ours: NDArray, right: NDArray, _: Trial) -> bool:
    return np.allclose(ours, rounding(right * scale) / scale, rtol=0, atol=1e-12)


def same_gap(seen: Seen) -> str:
    """Ours is off by one small number everywhere."""
    gaps = [np.subtract(*seen.pair(trial)) for trial in seen.wrong]
    first = float(np.mean(gaps[0]))
    if not 0 < abs(first) < SMALL or not all(np.allclose(gap, first, rtol=1e-3, atol=0) for gap in gaps):
        return ""
    zero = f", also where {seen.symbol} should be 0" if (seen.first.right[seen.result] == 0).any() else ""
    return f"your {seen.symbol} is off by the same {first:.3g} everywhere{zero}. What do you add, and to what?"


def a_little_off(seen: Seen) -> str:
    """Ours looks like the right one where it is off most."""
    if not seen.all_wrong(lambda ours, right, _: np.abs(ours - right).max() < CLOSE * np.abs(right).max()):
        return ""
    ours, right = (part[seen.place] for part in seen.pair(seen.first))
    if abs(ours - right) > CLOSE * abs(right):
        return ""
    got, wanted = apart(ours, right)
    return (
        f"{seen.where} your {seen.at()} is {got}, a little off from {wanted}. Which step of yours adds a small number, "
        "rounds, or uses one that is not exact?"
    )


NEARLY: tuple[Question, ...] = (rounded, same_gap, a_little_off)
