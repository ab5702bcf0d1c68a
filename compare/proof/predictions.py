"""After training: whether both sides put each image in the same class, and give equal results at equal weights."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compare.backends.protocol import Side, State
from compare.proof.tolerance import allowed, largest_products
from scratch import log_softmax, pixels

CHUNK = 1000


@dataclass
class Predictions:
    """How many images were compared, and in how many the predicted classes differ.

    near_ties: of those that differ, the images whose two highest logits are so close that rounding decides.
    largest: largest difference of a logit between the sides. certified: images whose two highest logits are more than
    twice that apart; no difference of that size can change their class.
    evaluation: share of its budget that logits or loss used at worst where both sides had the same weights.
    """

    compared: int = 0
    differ: int = 0
    near_ties: int = 0
    certified: int = 0
    largest: float = 0.0
    evaluation: float = 0.0

    def compare(self, images: NDArray, own: Side, reference: Side, steps: int) -> None:
        """Count these images (N, D); each side has the weights that it reached after so many steps."""
        ours, theirs = own.logits(images), reference.logits(images)
        largest = _number(np.abs(ours - theirs).max(initial=0.0))
        finite = np.isfinite(ours).all(axis=1)
        # a row with nan has no largest logit, and so no class
        unlike = (ours.argmax(axis=1) != theirs.argmax(axis=1)) | ~finite
        self.compared += len(images)
        self.differ += int(unlike.sum())
        # each of the two highest logits moves by at most `largest`
        self.certified += int((_margins(theirs) > 2 * largest).sum())
        self.largest = max(self.largest, largest)
        if (unlike & finite).any():
            self.near_ties += _count_near_ties(images[unlike & finite], reference.state(), steps)

    def evaluate(self, images: NDArray, labels: NDArray, again: Side, reference: Side) -> None:
        """Compare logits and loss of these images with the budget of one step, both sides at the reference's weights.

        images (N, D), labels (N,). `again` is given these weights.
        """
        W, b, _ = reference.state()
        again.start_from(State(W, b))
        ours, theirs = (side.logits(images) for side in (again, reference))
        # the losses are floats of Python, but their sums were made in the dtype of the weights
        loss, other_loss = (side.evaluate(images, labels).loss for side in (again, reference))
        logits_limit, loss_limit = _limits(images, theirs, W, b)
        shares = float(np.abs(ours - theirs).max()) / logits_limit, abs(loss - other_loss) / loss_limit
        self.evaluation = max(self.evaluation, *map(_number, shares))


def _number(value: float) -> float:
    """The value, or infinity for nan, which would compare false with every limit."""
    return math.inf if math.isnan(value) else float(value)


def _margins(Z: NDArray) -> NDArray:
    """How far apart the two highest logits of each row of Z (N, K) are: (N,)."""
    first, second = np.sort(Z, axis=1)[:, :-3:-1].T
    return first - second


def _count_near_ties(images: NDArray, state: State, steps: int) -> int:
    """How many images (N, D) have their two highest logits within the rounding of a whole run."""
    W, b, _ = state
    X = pixels(images, np.dtype("float64"))
    Z = X @ W.T + b
    # each of the two logits may be off by the budget of the whole run
    limit = 2 * allowed(float(np.abs(Z).max()), largest_products(np.abs(X), W, b), steps, W.dtype)
    return int((_margins(Z) <= limit).sum())


def _limits(images: NDArray, Z: NDArray, W: NDArray, b: NDArray) -> tuple[float, float]:
    """How far the logits Z (N, K) of these images may be off in one step, and how far the loss."""
    pieces = (pixels(images[n : n + CHUNK], W.dtype) for n in range(0, len(images), CHUNK))
    z = max(largest_products(np.abs(X), W, b) for X in pieces)
    size, log_size = (float(np.abs(tensor).max()) for tensor in (Z, log_softmax(Z)))
    return allowed(size, z, 1, W.dtype), allowed(log_size, z + 2 * size, 1, W.dtype)
