"""Hard batches: single steps with large logits, ties, odd sizes and dense images.

A trained model meets black borders, sparse digits and logits of moderate size. Mistakes in the last pixel, in large
logits or in a batch of an odd size change nothing there. These batches show them, and they are part of every proof.
"""

from collections.abc import Iterator
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from compare.backends.protocol import Backend
from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.comparison import Comparison, Deviation, OneSideNotFiniteError, worse
from compare.proof.lockstep import StepPair
from compare.proof.single_steps import CaseMaker, SingleSteps, Sized
from compare.proof.unusual_batches import unusual_batches

BATCH_SIZES = 2, 3, 11, 39, 64, 99, 129, 501, 1001


def check_hard_batches(problem: Problem, dtype: str, ours: Backend, theirs: Backend) -> dict[str, Deviation]:
    """By name of the hard batch the first deviation over its budget, else the one that used most of it.

    Raises UserFileError, naming the batch, and what `Comparison.add` raises.
    """
    found: dict[str, Deviation] = {}
    for steps in all_hard_batches(problem, dtype):
        for case, pair in steps.pairs(ours, theirs, dtype):
            worst = _worst(pair, (ours.name, theirs.name))
            del pair  # with its images
            known = found.get(case.name)
            # several batches share a name; the first that is over its budget is kept
            if known is None or (known.used <= 1 and worse(worst.used, known.used)):
                found[case.name] = worst
    return found


def first_over_budget(steps: SingleSteps, ours: Backend, theirs: Backend, dtype: str) -> str:
    """The first quantity that is over its budget, and its case, as `dW, a single image`; empty if there is none."""
    for case, pair in steps.pairs(ours, theirs, dtype):
        worst = _worst(pair, (ours.name, theirs.name))
        if not worst.used <= 1:
            return f"{QUANTITIES[worst.quantity].symbol}, {case.name}"
    return ""


def _worst(pair: StepPair, sides: tuple[str, str]) -> Deviation:
    """See `Comparison.telling`."""
    comparison = Comparison(sides)
    with suppress(OneSideNotFiniteError):  # the deviation shows it
        comparison.add(1, pair)
    return comparison.telling


def all_hard_batches(problem: Sized, dtype: str) -> Iterator[SingleSteps]:
    """The hard batches, and then the unusual ones, each group with options of its own."""
    yield hard_batches(problem, dtype)
    yield from unusual_batches(problem, dtype)


def hard_batches(problem: Sized, dtype: str) -> SingleSteps:
    """Large logits, rows of mixed scale, certain and wrong answers, dense and constant images, odd batch sizes."""
    make = _HardBatches(problem, dtype)
    make.odd_sizes()
    make.little_variety()
    make.certain_answers()
    make.large_logits()
    make.ties()
    make.shifted_rows()
    return make.single_steps(problem.chosen)


class _HardBatches(CaseMaker):
    """Each method adds some batches; they share one random stream, so their order is part of what they are."""

    def __init__(self, problem: Sized, dtype: str):
        super().__init__(problem, dtype)
        self.plain = self.random.uniform(-1, 1, (self.K, self.D)) / np.sqrt(self.D)
        # makes logits of dense images spread by about 1
        self.unit = self.random.normal(size=(self.K, self.D)) / np.sqrt(self.D / 3)
        self.small = self.random.uniform(-1, 1, self.K)

    def batch(
        self, name: str, W: NDArray, images: NDArray, labels: NDArray | None = None, b: NDArray | None = None
    ) -> None:
        """One batch with random labels and a small bias, unless given, and a random velocity."""
        random, K, D = self.random, self.K, self.D
        y = random.integers(0, K, len(images)) if labels is None else labels
        v = [random.normal(size=(K, D)), random.normal(size=K)] if self.chosen.momentum else []
        self.add(name, W, self.small if b is None else b, images, y, v)

    def dense(self, N: int) -> NDArray:
        """N images of which every pixel is random."""
        return self.random.integers(0, 256, (N, self.D)).astype(np.uint8)

    def odd_sizes(self) -> None:
        """Dense images in batches of many sizes."""
        for name, N in {"dense pixels": 100, "a batch of 36": 36, "a batch of 7": 7, "a single image": 1}.items():
            self.batch(name, self.plain, self.dense(N))
        for N in BATCH_SIZES:
            self.batch("batches of 2 to 1,001", self.plain, self.dense(N))

    def little_variety(self) -> None:
        """Labels, pixels or logits that are all the same."""
        self.batch("a single class", self.plain, self.dense(36), np.full(36, self.K - 1))
        grey = np.repeat(np.array([0, 1, 128, 255], np.uint8), 8)
        self.batch("constant images", self.plain, grey[:, None] * np.ones((1, self.D), np.uint8))
        self.batch("equal logits", np.zeros((self.K, self.D)), self.dense(36), b=np.zeros(self.K))

    def certain_answers(self) -> None:
        """Probabilities of nearly 1 and nearly 0 at the label."""
        images, W = self.dense(36), 25 * self.unit
        Z = images / 255 @ W.T + self.small
        self.batch("confident and right", W, images, Z.argmax(axis=1))
        self.batch("confident and wrong", W, images, Z.argmin(axis=1))

    def large_logits(self) -> None:
        """Logits of which exp overflows."""
        self.batch("logits of ±1000", 500 * self.unit, self.dense(36))
        self.batch("logits of ±100,000", 50_000 * self.unit, self.dense(36))

    def ties(self) -> None:
        """Two classes have one template, and in many rows no other is above it."""
        W = 3 * self.unit
        W[1] = W[0] = np.abs(W[0])
        self.batch("tied classes", W, self.dense(36), b=np.zeros(self.K))

    def shifted_rows(self) -> None:
        """Every pixel lifts or lowers all logits of its row, so the maxima of bright and dark rows are far apart.

        Few pixels are lit: a sum of hundreds of large terms would bury the small differences in its own rounding.
        """
        lit = self.random.permuted(np.tile(np.arange(self.D) < 8, (36, 1)), axis=1)
        brightness = np.array([1, 1 / 4, 1 / 64, 0])[np.arange(36) % 4, None]
        rows = (lit * self.random.integers(128, 256, (36, self.D)) * brightness).astype(np.uint8)
        self.batch("rows of mixed scale", 250 + 4 * self.unit, rows)
        self.batch("logits far below 0", -250 + 4 * self.unit, rows)
