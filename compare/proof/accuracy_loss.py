"""Whether a side that differs has the right formula and loses accuracy: then its errors shrink with the precision."""

import math
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain

import numpy as np

from compare.backends.protocol import Backend
from compare.backends.user_file import UserFileError
from compare.problem import DTYPES, Problem
from compare.proof.comparison import Comparison, Deviation, OneSideNotFiniteError, UnlikeArraysError
from compare.proof.exact_arithmetic import all_exact_steps
from compare.proof.hard_batches import all_hard_batches
from compare.proof.single_steps import SingleSteps, real_batch

LOSES_ACCURACY = "the right formula, and it loses accuracy here"
# Rounding errors are 2**29 times smaller in float64. Where all digits were lost in float32, they shrink by less.
SHRINKS = 2.0**-12

# By quantity the deviation of one step.
Deviations = dict[str, Deviation]


def loses_accuracy(problem: Problem, ours: Backend, theirs: Backend) -> bool:
    """True if errors of `ours` that are too large in float32 shrink in float64 as eps does, and none stays.

    One that is infinite or nan in float32 may stay so in float64, if others shrink. False too for a side that cannot
    be used in one of the two.
    """
    shrinks = False
    with np.errstate(all="ignore"), suppress(UserFileError, UnlikeArraysError):
        for limit, single, double in _both(problem, ours, theirs):
            for name in single.keys() & double.keys():
                large, small = single[name], double[name]
                if _stays(large, small, limit):
                    return False
                shrinks |= math.isfinite(small.max_abs_error) and not large.used <= limit
        return shrinks
    return False


def _stays(single: Deviation, double: Deviation, limit: float) -> bool:
    """Whether an error is too large in float64, and not much smaller than it was in float32.

    Where nothing rounded in float32 by chance, one that is within its budget in float64 is a rounding.
    """
    shrunk = double.max_abs_error <= SHRINKS * single.max_abs_error or (single.max_abs_error == 0 and double.used <= 1)
    return math.isfinite(single.max_abs_error) and not (double.used <= limit or shrunk)


def _both(problem: Problem, ours: Backend, theirs: Backend) -> Iterator[tuple[float, Deviations, Deviations]]:
    """Of each case the share of a budget that it may use, and what was found in float32 and in float64."""
    inexact = [chain([real_batch(problem, dtype)], all_hard_batches(problem, dtype)) for dtype in DTYPES]
    for limit, groups in ((1.0, inexact), (0.0, [all_exact_steps(problem, dtype) for dtype in DTYPES])):
        for single, double in zip(*groups, strict=True):
            found = (_found(steps, dtype, ours, theirs) for steps, dtype in zip((single, double), DTYPES, strict=True))
            for pair in zip(*found, strict=True):
                yield limit, *pair


def _found(steps: SingleSteps, dtype: str, ours: Backend, theirs: Backend) -> Iterator[Deviations]:
    for _, pair in steps.pairs(ours, theirs, dtype):
        comparison = Comparison((ours.name, theirs.name))
        with suppress(OneSideNotFiniteError):
            comparison.add(1, pair)
        yield {name: deviation for (name, _), deviation in comparison.worst.items()}
