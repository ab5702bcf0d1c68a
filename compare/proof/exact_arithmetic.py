"""Exact arithmetic: single steps in which no operation rounds, so that both sides must give equal values.

The order of a sum and a fused multiply-add change nothing there. What still differs is no rounding.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.protocol import Backend
from compare.equations import QUANTITIES
from compare.problem import Hyperparameters, Problem
from compare.proof.comparison import UnlikeArraysError, difference
from compare.proof.single_steps import Case, CaseMaker, SingleSteps, case_text

# From exp(-GAP) on, every probability but the largest is exactly 0.
GAP = {"float32": 110.0, "float64": 800.0}

# At one rate alone a mistake in the update may have no effect.
EXACT_RATES = 0.5, 8.0

BATCHES = ("one winner", 2), ("one winner", 8), ("one winner", 32), ("a winner in each row", 32)


class Counts(NamedTuple):
    """How many values of a quantity were compared, and how many of them differ."""

    values: int = 0
    differ: int = 0


def count_unequal(problem: Problem, dtype: str, ours: Backend, theirs: Backend) -> dict[str, Counts]:
    """For each quantity the counts over all exact steps; 0.0 and -0.0 are equal, and nothing equals nan.

    Raises UserFileError and UnlikeArraysError, naming the batch.
    """
    found = dict.fromkeys(QUANTITIES, Counts())
    for _, name, unequal in _unequal(problem, dtype, ours, theirs):
        values, differ = found[name]
        found[name] = Counts(values + unequal.size, differ + int(np.count_nonzero(unequal)))
    return found


def first_unequal(problem: Problem, dtype: str, ours: Backend, theirs: Backend) -> str:
    """The first quantity that has an unequal value, and its case, as `dW, one winner, 8`; empty if there is none."""
    for case, name, unequal in _unequal(problem, dtype, ours, theirs):
        if unequal.any():
            return f"{QUANTITIES[name].field}, {case.name}"
    return ""


def _unequal(problem: Problem, dtype: str, ours: Backend, theirs: Backend) -> Iterator[tuple[Case, str, NDArray]]:
    """Of each case and quantity, which values differ."""
    for steps in all_exact_steps(problem, dtype):
        for case, pair in steps.pairs(ours, theirs, dtype):
            for name in QUANTITIES:
                try:
                    gap = difference(pair, name, "one_step", (ours.name, theirs.name))
                except UnlikeArraysError as error:
                    raise error.at(case_text(case)) from None
                # nan is not 0
                yield case, name, gap != 0


def all_exact_steps(problem: Problem, dtype: str) -> Iterator[SingleSteps]:
    """The exact steps at every rate."""
    return (exact_steps(problem, dtype, lr) for lr in EXACT_RATES)


def exact_steps(problem: Problem, dtype: str, lr: float = EXACT_RATES[0]) -> SingleSteps:
    """Steps in which no operation rounds, in any order, fused or not.

    Pixels are quarters, weights multiples of 1/64, the batch and lr powers of 2 (and momentum, dampening, weight decay
    too where the problem has any), so products and sums are exact. One logit of each row is so far above
    the others that exp gives exactly 1 and 0, and log 0.
    """
    make = CaseMaker(problem, dtype)
    for name, N in BATCHES:
        _add_batch(make, name, N)
    return make.single_steps(_powers_of_two(problem.chosen, lr))


def _add_batch(make: CaseMaker, name: str, N: int) -> None:
    random, D, K = make.random, make.D, make.K
    W, b = random.integers(-64, 65, (K, D)) / 64, random.integers(-64, 65, K) / 64
    X, y = random.integers(0, 5, (N, D)) / 4, random.integers(0, K, N)
    spread = float(np.ptp(X @ W.T + b, axis=1).max())
    lift = 2.0 ** np.ceil(np.log2(spread + GAP[make.dtype]))
    if name == "one winner":
        b[random.integers(K)] += lift
    else:
        # pixel k is the sign of class k; where pixels are fewer than classes, only those with a pixel can win
        X[:, :K] = np.eye(K)[random.integers(0, min(K, D), N)][:, :D]
        W[:, :K] = lift * np.eye(K, min(K, D))
    v = [random.integers(-8, 9, (K, D)) / 8, random.integers(-8, 9, K) / 8] if make.chosen.momentum else []
    make.add(f"{name}, {N}", W, b, X, y, v)


def _powers_of_two(chosen: Hyperparameters, lr: float) -> Hyperparameters:
    momentum, dampening = chosen.momentum and 0.5, chosen.dampening and 0.5
    return replace(chosen, lr=lr, momentum=momentum, dampening=dampening, weight_decay=chosen.weight_decay and 2**-6)
