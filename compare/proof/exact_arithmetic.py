"""Exact arithmetic: single steps in which no operation rounds, so that both sides must give equal values.

The order of a sum and a fused multiply-add change nothing there, nor does the integer by which a row of logits is
shifted: the winning logits are integers, so their ceiling is the maximum itself. What still differs is no rounding.
A shift by any other number rounds, and so does P / N as exp(logP - log N); from there on a side is held to its budgets.
So is a loss that is a running mean, which divides by 3, and what three processes add up, one having 3 of 8 images.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.protocol import Backend
from compare.equations import QUANTITIES
from compare.problem import Hyperparameters, Problem
from compare.proof.comparison import UnlikeArraysError, difference
from compare.proof.lockstep import StepPair
from compare.proof.single_steps import Case, CaseMaker, Shape, SingleSteps, Sized, case_text, without_images
from compare.proof.tolerance import allowed, sizes
from scratch import Step

# From exp(-GAP) on, every probability but the largest is exactly 0.
GAP = {"float32": 110.0, "float64": 800.0}

# At one rate alone a mistake in the update may have no effect.
EXACT_RATES = 0.5, 8.0

# The first four show most; batches of other sizes, all answers right, and white images with the largest gradient there
# is show what waits for them.
BATCHES = (
    ("one winner", 2), ("one winner", 8), ("one winner", 32), ("a winner in each row", 32), ("one winner", 1),
    ("one winner", 128), ("one winner", 1024), ("all right", 8), ("white images", 4),
)  # fmt: skip
# More images than usual, to show what happens beyond a few thousand.
LARGE_BATCH = 2**14
# A few roundings of a function, in eps, in more than this share of the rows.
FEW, MANY = 4, 0.02


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
    eps, loss_rounds = float(np.finfo(dtype).eps), None
    means_round = any(_no_power_of_two(side.shares) for side in (ours, theirs))
    for steps in all_exact_steps(problem, dtype):
        taken = [without_images(step) for _, step in steps.steps(ours, dtype)]
        if loss_rounds is None:
            # only the first steps have batches of every size
            loss_rounds = _loss_rounds(taken, eps)
        rounds = _first_that_rounds(taken, eps) or ("dZ" if means_round else "")
        for case, pair in steps.pairs(ours, theirs, dtype):
            for name, limit in _limits(pair, rounds, loss_rounds).items():
                try:
                    gap = difference(pair, name, "one_step", (ours.name, theirs.name))
                except UnlikeArraysError as error:
                    raise error.at(case_text(case)) from None
                # nan is not within any limit
                yield case, name, ~(gap <= limit)


def _no_power_of_two(number: int) -> bool:
    return number & (number - 1) != 0


def _first_that_rounds(taken: list[Step], eps: float) -> str:
    """The quantity whose function is written so that it rounds here; empty if there is none.

    Shifted by a number that is no integer, the sum of exponentials is not 1, and its logarithm rounds. P / N may be
    computed as exp(logP - log N), and the logarithm rounds; in a wider type by less than the last digit of P / N.
    """
    if _rounds(_gap_of_log_softmax, taken, eps):
        return "log_probabilities"
    is_wider = 0 < max(_gap_of_logits_gradient(step).max() for step in taken) < eps / 2
    return "dZ" if is_wider or _rounds(_gap_of_logits_gradient, taken, eps) else ""


def _rounds(gap_of: Callable[[Step], NDArray], taken: list[Step], eps: float) -> bool:
    """A few eps in many rows, and nowhere more."""
    rows = np.concatenate([gap_of(step).max(axis=1) for step in taken])
    return bool((rows <= FEW * eps).all() and (rows > 0).mean() > MANY)


def _gap_of_log_softmax(step: Step) -> NDArray:
    """How far each logP is from Z less the largest of its row, relative to its size where that is above 1."""
    S = step.Z - step.Z.max(axis=1, keepdims=True)
    return np.abs(step.logP - S) / np.maximum(1, np.abs(S))


def _gap_of_logits_gradient(step: Step) -> NDArray:
    """How far each dZ is from (P - Y) / N, relative to (P + Y) / N; where that is 0 there is nothing to round."""
    P, Y = np.exp(step.logP), np.eye(step.Z.shape[1], dtype=step.Z.dtype)[step.y]
    gap, size = np.abs(len(step.y) * step.dZ - (P - Y)), P + Y
    return np.divide(gap, size, out=np.where(gap == 0, gap, np.inf), where=size > 0)


def _loss_rounds(taken: list[Step], eps: float) -> bool:
    """Whether E3 is written so that it rounds here, as a running mean: a few eps, and nowhere of one or two images."""
    gaps = [(len(step.y), _gap_of_loss(step)) for step in taken]
    few = all(gap <= (FEW * eps if N > 2 else 0) for N, gap in gaps)
    return few and any(gap > 0 for _, gap in gaps)


def _gap_of_loss(step: Step) -> float:
    """How far L is from the mean of -logP at the labels, relative to it; infinitely far from 0."""
    mean = -step.logP[np.arange(len(step.y)), step.y].mean()
    gap = abs(float(step.L) - float(mean))
    return gap / float(mean) if gap and mean else gap and np.inf


def _limits(pair: StepPair, rounds: str, loss_rounds: bool) -> dict[str, float]:
    """Equal up to the quantity that rounds; it has its budget, and so has all that follows from it."""
    dtype, scales, names = pair.reference.W.dtype, sizes(pair.reference, pair.start), list(QUANTITIES)
    equal = set(names[: names.index(rounds) if rounds else None]) - ({"loss"} if loss_rounds else set())
    return {name: 0.0 if name in equal else allowed(*scales[name], 1, dtype) for name in names}


def all_exact_steps(problem: Sized, dtype: str) -> Iterator[SingleSteps]:
    """The exact steps at every rate, and a large batch of a small problem."""
    for lr in EXACT_RATES:
        yield exact_steps(problem, dtype, lr)
    make = _ExactCases(Shape(3, 4, problem.chosen), dtype)
    make.batch("one winner", LARGE_BATCH)
    yield make.single_steps(_powers_of_two(problem.chosen, EXACT_RATES[0]))


def exact_steps(problem: Sized, dtype: str, lr: float = EXACT_RATES[0]) -> SingleSteps:
    """Steps in which no operation rounds, in any order, fused or not.

    Pixels are quarters, weights multiples of 1/64, the batch and lr powers of 2 (and momentum, dampening, weight decay
    too where the problem has any), so products and sums are exact. One logit of each row is an integer so far above
    the others that exp gives exactly 1 and 0, and log 0.
    """
    make = _ExactCases(problem, dtype)
    for name, N in BATCHES:
        make.batch(name, N)
    return make.single_steps(_powers_of_two(problem.chosen, lr))


class _ExactCases(CaseMaker):
    """Makes the batches; they share one random stream."""

    def batch(self, name: str, N: int) -> None:
        """N images. A winner in each row has a pixel as its sign; else one class wins all rows, by its bias."""
        random, D, K = self.random, self.D, self.K
        W, b = random.integers(-64, 65, (K, D)) / 64, random.integers(-64, 65, K) / 64
        X, y = random.integers(0, 5, (N, D)) / 4, random.integers(0, K, N)
        winner = random.integers(K)
        # of many logits even the sum must be exact
        wins = slice(None) if name == "a winner in each row" or N > 32 else winner
        # products with quarters, and so the logits that win, are integers
        W[wins], b[wins] = 4 * np.rint(W[wins] / 1.5), np.rint(b[wins])
        if name == "white images":
            X, y = np.ones((N, D)), np.full(N, (winner + 1) % K)
        elif name == "all right":
            y = np.full(N, winner)
        spread = float(np.ptp(X @ W.T + b, axis=1).max())
        lift = 2.0 ** np.ceil(np.log2(spread + GAP[self.dtype]))
        if name == "a winner in each row":
            # pixel k is the sign of class k; where pixels are fewer than classes, only those with a pixel can win
            X[:, :K] = np.eye(K)[random.integers(0, min(K, D), N)][:, :D]
            W[:, :K] = lift * np.eye(K, min(K, D))
        else:
            b[winner] += lift
        v = [random.integers(-8, 9, (K, D)) / 8, random.integers(-8, 9, K) / 8] if self.chosen.momentum else []
        self.add(f"{name}, {N}", W, b, X, y, v)


def _powers_of_two(chosen: Hyperparameters, lr: float) -> Hyperparameters:
    momentum, dampening = chosen.momentum and 0.5, chosen.dampening and 0.5
    return replace(chosen, lr=lr, momentum=momentum, dampening=dampening, weight_decay=chosen.weight_decay and 2**-6)
