"""The numbers of the paper tasks: drawn from a seed, so that two people have different ones."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import scratch

# By so much W[0, 0] is nudged for a slope, and changed to see that the loss is no straight line.
NUDGE, CHANGE = 0.01, 0.1
# By so much at least the straight line must miss the loss, so that four decimals tell them apart.
BENT = 2e-4


class Numbers(NamedTuple):
    """The example of a seed: two images of two pixels, three classes, and all quantities of one step."""

    step: scratch.Step
    W: NDArray
    b: NDArray
    lr: float
    K: int
    images: int
    p: float
    loss: float
    epoch: tuple[int, int]

    @property
    def P(self) -> NDArray:
        """Probabilities (2, 3)."""
        return np.exp(self.step.logP)

    def loss_with(self, change: float, pixels: int | slice = 0) -> float:
        """The loss if W[0, 0] is so much larger, or W[0] at other pixels."""
        W = self.W.copy()
        W[0, pixels] += change
        Z = scratch.logits(self.step.X, W, self.b)
        return float(scratch.cross_entropy(Z, self.step.y))


def numbers(seed: int, part: int) -> Numbers:
    """What the questions of a seed are about: drawn until right answers differ from the usual wrong ones.

    part: each part of the questions has numbers of its own, so that none tells the answer of another.
    """
    random = np.random.default_rng([seed, part])
    return next(found for found in iter(lambda: _drawn(random), None) if _is_clear(found))


def _drawn(random: np.random.Generator) -> Numbers:
    X, y = random.choice([0.5, 1.0, 1.5, 2.0], (2, 2)), random.choice(3, 2, replace=False)
    W, b = random.choice([-1.0, 0.0, 1.0, 2.0], (3, 2)), random.choice([-1.0, -0.5, 0.5, 1.0], 3)
    lr = float(random.choice([0.2, 0.25, 0.5]))
    step = scratch.step(scratch.SoftmaxRegression(W, b), scratch.SGD(lr), X, y)
    p, loss = float(random.choice([0.1, 0.2, 0.25, 0.4])), float(random.choice([0.6, 0.85, 1.3, 2.1]))
    K, images, size = int(random.choice([4, 5, 8, 10])), int(random.choice([3, 4, 5, 6])), int(random.choice([4, 6, 8]))
    return Numbers(step, W, b, lr, K, images, p, loss, (size * int(random.integers(3, 6)) + 3, size))


def _is_clear(found: Numbers) -> bool:
    """No probability is near 0 or a half, usual answers for dW differ, and the loss is no straight line."""
    P, dW = found.P, float(found.step.dW[0, 0])
    sure = P.min() < 0.04 or P.max() > 0.8 or np.abs(P - 0.5).min() < 0.01
    bent = abs(found.loss_with(CHANGE) - found.loss_with(0) - CHANGE * dW)
    dZ, X = found.step.dZ[:, 0], found.step.X[:, 0]
    usual = np.sort([dW, dW / 2, *(dZ * X), dZ.sum()])
    return bool(not sure and abs(dW) > 0.05 and abs(dZ.sum()) > 0.05 and np.diff(usual).min() > 0.005 and bent > BENT)
