"""The inputs of the diagnosis: steps of the training, hard and exact ones, and small ones of several N, D, K and lr.

A mistake is named only if it explains what a side makes of all of them, so they differ in everything that a formula can
depend on. Each set of steps is taken by a side of its own, one after the other.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import NamedTuple

import numpy as np

from compare.backends.protocol import State
from compare.problem import Problem
from compare.proof.exact_arithmetic import EXACT_RATES, all_exact_steps, exact_steps
from compare.proof.hard_batches import hard_batches
from compare.proof.single_steps import Case, CaseMaker, Shape, SingleSteps
from compare.proof.unusual_batches import unusual_batches
from scratch import Velocity

# Batches of the training, each from weights of its own; the first of them is taken again at the end.
REAL_BATCHES = 4
# At most so many images of the evaluation.
EVALUATED = 1000


class Small(NamedTuple):
    """Pixels and classes of random images, the rate, and the sizes of the batches.

    sure: 0, or how large the weights are; the labels are what the model says then, and gradients are small.
    """

    D: int
    K: int
    lr: float
    sizes: tuple[int, ...]
    sure: float = 0.0

    def shape(self, problem: Problem) -> Shape:
        """To be trained with the options of the problem but another rate."""
        return Shape(self.D, self.K, replace(problem.chosen, lr=self.lr))


# Rates of many digits, small and large; N = K, N = D, D = K and powers of two; gradients small and large.
SMALL = (
    Small(5, 3, 0.27183, (6, 1, 4, 12, 3, 5)),
    Small(12, 7, 0.037162, (9, 40, 100, 128, 33)),
    Small(8, 10, 1.73205, (20, 64, 256)),
    Small(6, 6, 3.3166e-5, (7, 6, 1030)),
    Small(9, 2, 23.5702, (10, 2)),
    Small(3000, 4, 0.051962, (1, 3)),
    Small(7, 5, 0.41421, (5, 8), 8.0),
    Small(7, 5, 0.41421, (5, 8), 30.0),
)


class Inputs(NamedTuple):
    """Steps that one side takes one after the other. kind: training, evaluation, hard, exact, small or unusual."""

    kind: str
    steps: SingleSteps


def inputs(problem: Problem, dtype: str) -> Iterator[Inputs]:
    """All inputs of the diagnosis of a problem, those of the problem itself first."""
    yield Inputs("training", _training(problem, dtype))
    yield Inputs("hard", hard_batches(problem, dtype))
    yield from (Inputs("exact", steps) for steps in all_exact_steps(problem, dtype))
    yield Inputs("evaluation", _evaluation(problem, dtype))
    for small in SMALL:
        yield Inputs("small", _small(small, small.shape(problem), dtype))
    # shapes of their own, so that what holds by chance for one number of classes is seen
    little = SMALL[1].shape(problem)
    yield Inputs("small", hard_batches(little, dtype))
    yield from (Inputs("small", exact_steps(little, dtype, lr)) for lr in EXACT_RATES)


def unusual_inputs(problem: Problem, dtype: str) -> Iterator[Inputs]:
    """Many more, for what shows in none of the others."""
    yield from (Inputs("unusual", steps) for steps in unusual_batches(problem, dtype))


def _training(problem: Problem, dtype: str) -> SingleSteps:
    """The first batches, the first from the initial weights and the others from random ones."""
    first = _start(problem, dtype)
    random = np.random.default_rng(8)
    batches = list(islice(chain.from_iterable(problem.batches), REAL_BATCHES))
    starts = [first, *(_elsewhere(first, random) for _ in batches[1:]), first]
    cases = (Case(f"step {n}", *one) for n, one in enumerate(zip(starts, [*batches, batches[0]], strict=True), 1))
    return SingleSteps(problem.train, problem.chosen, tuple(cases))


def _elsewhere(state: State, random: np.random.Generator) -> State:
    """Weights of the same size, each entry another."""
    W, b = (np.array(random.permuted(part) - part / 3, part.dtype) for part in (state.W, state.b))
    return State(W, b, state.velocity)


def _start(problem: Problem, dtype: str) -> State:
    """The initial weights, and with momentum a velocity of 0 of the same dtype."""
    W, b = problem.start(dtype)
    return State(W, b, Velocity(np.zeros_like(W), np.zeros_like(b)) if problem.chosen.momentum else None)


def _evaluation(problem: Problem, dtype: str) -> SingleSteps:
    """One batch of the images that are evaluated, as many as evaluation takes at once."""
    index = np.arange(min(EVALUATED, len(problem.evaluated[1])))
    case = Case("evaluation", _start(problem, dtype), index)
    return SingleSteps(problem.evaluated, problem.chosen, (case,))


def _small(small: Small, shape: Shape, dtype: str) -> SingleSteps:
    """Random images of another shape, at another rate, in batches of several sizes."""
    make, random = CaseMaker(shape, dtype), np.random.default_rng(9)
    D, K, lr, sizes, sure = small
    for N in sizes:
        W, b = random.normal(size=(K, D)) * (sure or 1), random.normal(size=K)
        v = [random.normal(size=(K, D)), random.normal(size=K)] if make.chosen.momentum else []
        images = random.integers(0, 256, (N, D)).astype(np.uint8)
        labels = (images / 255 @ W.T + b).argmax(axis=1) if sure else random.integers(0, K, N)
        make.add(f"a batch of {N}, {D} pixels, {K} classes, lr {lr:g}", W, b, images, labels, v)
    return make.single_steps(make.chosen)
