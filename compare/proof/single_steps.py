"""Batches made to be difficult, and batches on which both sides must agree to the last bit.

Images of digits never show some mistakes: a missing shift by the maximum needs logits above 88, a lost last pixel needs
one that is not black. Each batch here is a single step from weights of its own, so all of them cost next to nothing
and are part of every proof.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.protocol import Backend, State
from compare.backends.user_file import UserFileError
from compare.problem import Hyperparameters, Problem
from compare.proof.lockstep import StepPair
from compare.proof.tolerance import Start
from scratch import Step, Velocity

# From exp(-GAP) on, every probability but the largest is exactly 0.
GAP = {"float32": 110.0, "float64": 800.0}


# Rates of the exact steps: one as they are, and one that nobody would choose.
EXACT_RATES = 0.5, 8.0


class Case(NamedTuple):
    """A single step: what it starts from, and the indices (N,) of its images."""

    name: str
    start: State
    index: NDArray


@dataclass(frozen=True)
class SingleSteps:
    """Images, labels and the cases made of them; a side trains on it as on a problem."""

    train: tuple[NDArray, NDArray]
    chosen: Hyperparameters
    cases: tuple[Case, ...]

    def start(self, dtype: str) -> tuple[NDArray, NDArray]:
        """Weights of the first case; each case brings its own."""
        W, b, _ = self.cases[0].start
        return W.astype(dtype), b.astype(dtype)

    def pairs(self, ours: Backend, theirs: Backend, dtype: str) -> Iterator[tuple[Case, StepPair]]:
        """Both sides through every case. Raises UserFileError, naming the case."""
        own, reference = ours.side(self, dtype), theirs.side(self, dtype)
        for number, case in enumerate(self.cases, 1):
            for side in (own, reference):
                side.start_from(case.start)
            try:
                steps = {"one_step": own.step(case.index)}
            except UserFileError as error:
                raise error.at(f'in the batch "{case.name}"') from None
            start = Start.of(case.start, (case.start.W, case.start.b), self.chosen)
            yield case, StepPair(number, start, reference.step(case.index), steps)

    def steps(self, backend: Backend, dtype: str) -> Iterator[tuple[Case, Step]]:
        """One side alone through every case; its arrays are copies."""
        side = backend.side(self, dtype)
        for case in self.cases:
            side.start_from(case.start)
            yield case, Step(*map(np.array, side.step(case.index)))


class _Maker:
    """Collects images, labels and cases; `momentum` says whether a case has a velocity."""

    def __init__(self, problem: Problem, dtype: str):
        self.random = np.random.default_rng(4)
        self.D, self.K, self.dtype = problem.features, problem.classes, dtype
        self.images: list[NDArray] = []
        self.labels: list[NDArray] = []
        self.cases: list[Case] = []

    def add(self, name: str, W: NDArray, b: NDArray, images: NDArray, labels: NDArray, v: list[NDArray] | None) -> None:
        first = sum(map(len, self.labels))
        velocity = v and Velocity(*(part.astype(self.dtype) for part in v))
        start = State(W.astype(self.dtype), b.astype(self.dtype), velocity)
        self.cases.append(Case(name, start, np.arange(first, first + len(labels))))
        self.images.append(images)
        self.labels.append(labels)

    def trials(self, chosen: Hyperparameters) -> SingleSteps:
        train = np.concatenate(self.images), np.concatenate(self.labels)
        return SingleSteps(train, chosen, tuple(self.cases))


def hard_batches(problem: Problem, dtype: str) -> SingleSteps:
    """Large logits, rows of mixed scale, certain and wrong answers, dense and constant images, odd batch sizes."""
    make = _Maker(problem, dtype)
    random, D, K = make.random, make.D, make.K
    plain = random.uniform(-1, 1, (K, D)) / np.sqrt(D)
    # makes logits of dense images spread by about 1
    unit = random.normal(size=(K, D)) / np.sqrt(D / 3)
    small = random.uniform(-1, 1, K)

    def add(name: str, W: NDArray, images: NDArray, labels: NDArray | None = None, b: NDArray = small) -> None:
        y = random.integers(0, K, len(images)) if labels is None else labels
        v = [random.normal(size=(K, D)), random.normal(size=K)] if problem.chosen.momentum else None
        make.add(name, W, b, images, y, v)

    def dense(N: int) -> NDArray:
        return random.integers(0, 256, (N, D)).astype(np.uint8)

    def answers(images: NDArray, W: NDArray) -> NDArray:
        return images / 255 @ W.T + small

    add("dense pixels", plain, dense(100))
    add("a batch of 36", plain, dense(36))
    add("a batch of 7", plain, dense(7))
    add("a single image", plain, dense(1))
    for N in (2, 3, 11, 39, 64, 99, 129, 501, 1001):
        add("batches of 2 to 1,001", plain, dense(N))
    add("a single class", plain, dense(36), np.full(36, K - 1))
    constant = np.repeat(np.array([0, 1, 128, 255], np.uint8), 8)[:, None] * np.ones((1, D), np.uint8)
    add("constant images", plain, constant)
    add("equal logits", np.zeros((K, D)), dense(36), b=np.zeros(K))
    images = dense(36)
    add("confident and right", 25 * unit, images, answers(images, 25 * unit).argmax(axis=1))
    add("confident and wrong", 25 * unit, images, answers(images, 25 * unit).argmin(axis=1))
    add("logits of ±1000", 500 * unit, dense(36))
    add("logits of ±100,000", 50_000 * unit, dense(36))
    # two classes have one template, and in many rows no other is above it
    tied = 3 * unit
    tied[1] = tied[0] = np.abs(tied[0])
    add("tied classes", tied, dense(36), b=np.zeros(K))
    # every pixel lifts all logits of its row, so that the maxima of bright and dark rows are far apart; few pixels are
    # lit, because a sum of hundreds of large terms would bury the small differences in its own rounding
    lit = random.permuted(np.tile(np.arange(D) < 8, (36, 1)), axis=1)
    brightness = np.array([1, 1 / 4, 1 / 64, 0])[np.arange(36) % 4, None]
    rows = (lit * random.integers(128, 256, (36, D)) * brightness).astype(np.uint8)
    add("rows of mixed scale", 250 + 4 * unit, rows)
    add("logits far below 0", -250 + 4 * unit, rows)
    return make.trials(problem.chosen)


def exact(problem: Problem, dtype: str, lr: float = 0.5) -> SingleSteps:
    """Steps in which no operation rounds, in any order, fused or not: both sides must agree to the last bit.

    Pixels are quarters, weights multiples of 1/64, the batch and lr powers of 2 (and momentum, dampening, weight decay
    too where the problem has any), so products and sums are exact. One logit of each row is so far above
    the others that exp gives exactly 1 and 0, and log 0.
    """
    make = _Maker(problem, dtype)
    random, D, K = make.random, make.D, make.K

    def weights() -> tuple[NDArray, NDArray]:
        return random.integers(-64, 65, (K, D)) / 64, random.integers(-64, 65, K) / 64

    for name, N in (("one winner", 2), ("one winner", 8), ("one winner", 32), ("a winner in each row", 32)):
        W, b = weights()
        X, y = random.integers(0, 5, (N, D)) / 4, random.integers(0, K, N)
        spread = float(np.ptp(X @ W.T + b, axis=1).max())
        lift = 2.0 ** np.ceil(np.log2(spread + GAP[dtype]))
        if name == "one winner":
            b[random.integers(K)] += lift
        else:
            # pixel k is the sign of class k
            X[:, :K] = np.eye(K)[random.integers(0, K, N)][:, :D]
            W[:, :K] = lift * np.eye(K, min(K, D))
        v = [random.integers(-8, 9, (K, D)) / 8, random.integers(-8, 9, K) / 8] if problem.chosen.momentum else None
        make.add(f"{name}, {N}", W, b, X, y, v)
    chosen = problem.chosen
    powers = {name: value and 0.5 for name, value in chosen.descent.items() if name in ("momentum", "dampening")}
    return make.trials(replace(chosen, lr=lr, weight_decay=chosen.weight_decay and 2**-6, **powers))


def all_exact_steps(problem: Problem, dtype: str) -> Iterator[SingleSteps]:
    """The exact steps at every rate."""
    return (exact(problem, dtype, lr) for lr in EXACT_RATES)


def plain(problem: Problem, dtype: str) -> SingleSteps:
    """One step on a few real images from the initial weights, without momentum and decay."""
    images = max(1, min(7, len(problem.train[1]), 30_000 // (problem.features * problem.classes)))
    W, b = problem.start(dtype)
    case = Case("real images", State(W, b), np.arange(images))
    return SingleSteps(problem.train, Hyperparameters(epochs=1, lr=problem.chosen.lr), (case,))
