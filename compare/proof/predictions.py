"""After training: whether both sides put each image in the same class, and give equal results at equal weights."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.protocol import Side, State
from compare.data.mapped import cut, new_array, pieces
from compare.proof.tolerance import allowed, largest_products, not_negative
from scratch import Rows, log_softmax, pixels

# Images whose logits are there at the same time: as many as both sides take at once.
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

    def compare(self, images: NDArray | Rows, own: Side, reference: Side, steps: int) -> None:
        """Count these images (N, D); each side has the weights that it reached after so many steps."""
        margins, done, largest = new_array(len(images), np.float64), 0, 0.0
        for part in cut(images, CHUNK):
            ours, theirs = own.logits(part), reference.logits(part)
            largest = max(largest, _number(np.abs(ours - theirs).max(initial=0.0)))
            margins[done : done + len(part)] = _margins(theirs)
            done += len(part)
            self._count_unlike(part, ours, theirs, reference.state(), steps)
        self.compared += len(images)
        # each of the two highest logits moves by at most `largest`
        self.certified += sum(int((margins[part] > 2 * largest).sum()) for part in pieces(len(margins)))
        self.largest = max(self.largest, largest)

    def _count_unlike(self, images: NDArray | Rows, ours: NDArray, theirs: NDArray, state: State, steps: int) -> None:
        """Count the images (N, D) whose logits (N, K) of the two sides are largest at different classes."""
        finite = np.isfinite(ours).all(axis=1)
        # a row with nan has no largest logit, and so no class
        unlike = (ours.argmax(axis=1) != theirs.argmax(axis=1)) | ~finite
        self.differ += int(unlike.sum())
        if (unlike & finite).any():
            self.near_ties += _count_near_ties(images[unlike & finite], state, steps)

    def evaluate(self, images: NDArray | Rows, labels: NDArray, again: Side, reference: Side) -> None:
        """Compare logits and loss of these images with the budget of one step, both sides at the reference's weights.

        images (N, D), labels (N,). `again` is given these weights.
        """
        W, b, _ = reference.state()
        again.start_from(State(W, b))
        found = [_Sizes.of(part, again.logits(part), reference.logits(part), W, b) for part in cut(images, CHUNK)]
        # nan is larger than every number
        sizes = _Sizes._make(map(float, np.max(found, axis=0)))
        # the losses are floats of Python, but their sums were made in the dtype of the weights
        loss, other_loss = (side.evaluate(images, labels).loss for side in (again, reference))
        logits_limit, loss_limit = sizes.limits(W.dtype)
        shares = sizes.gap / logits_limit, abs(loss - other_loss) / loss_limit
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


class _Sizes(NamedTuple):
    """The largest magnitudes: of a difference of two logits, of the sum in a logit, of a logit, and of log P."""

    gap: float
    terms: float
    size: float
    log_size: float

    @classmethod
    def of(cls, images: NDArray | Rows, ours: NDArray, theirs: NDArray, W: NDArray, b: NDArray) -> "_Sizes":
        """Of images (N, D), and their logits (N, K) by two sides with the weights W (K, D) and b (K,)."""
        terms = largest_products(not_negative(pixels(images[:], W.dtype)), W, b)
        gap, size, log_size = (float(np.abs(tensor).max()) for tensor in (ours - theirs, theirs, log_softmax(theirs)))
        return cls(gap, terms, size, log_size)

    def limits(self, dtype: np.dtype) -> tuple[float, float]:
        """How far logits may be off in one step, and how far the loss."""
        logits = allowed(self.size, self.terms, 1, dtype)
        return logits, allowed(self.log_size, self.terms + 2 * self.size, 1, dtype)
