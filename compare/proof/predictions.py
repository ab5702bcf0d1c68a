"""The two trained sides image by image: the same class, how certainly, and the same loss at the same weights."""

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
    """How many images were compared and classified differently, and for how many rounding cannot change the class.

    largest: largest difference of two logits of the sides, in nats. An image is certified if its two highest logits are
    more than twice that apart. near_ties: images classified differently within rounding of a tie.
    evaluation: share of its budget that logits or loss used at worst where both sides had the same weights.
    """

    compared: int = 0
    differ: int = 0
    near_ties: int = 0
    certified: int = 0
    largest: float = 0.0
    evaluation: float = 0.0

    def compare(self, images: NDArray, own: Side, reference: Side, steps: int) -> None:
        """Count these images; both sides have the weights that they ended with, after so many steps."""
        a, b = (side.logits(images) for side in (own, reference))
        unlike = a.argmax(axis=1) != b.argmax(axis=1)
        self.compared += len(images)
        self.differ += int(unlike.sum())
        largest = float(np.abs(a - b).max(initial=0.0))
        first, second = np.sort(b, axis=1)[:, :-3:-1].T
        # each of the two logits moves by at most `largest`; nan compares false, and certifies nothing
        self.certified += int((first - second > 2 * largest).sum())
        self.largest = max(self.largest, largest)
        if unlike.any():
            W, bias, _ = reference.state()
            X = pixels(images[unlike], np.dtype("float64"))
            Z = X @ W.T + bias
            first, second = np.sort(Z, axis=1)[:, :-3:-1].T
            # each of the two logits may be off by the budget of the free run
            z = largest_products(np.abs(X), W, bias)
            limit = 2 * allowed(float(np.abs(Z).max()), z, steps, W.dtype)
            self.near_ties += int((first - second <= limit).sum())

    def evaluate(self, images: NDArray, labels: NDArray, again: Side, reference: Side) -> None:
        """Hold logits and loss of these images to the budget of one step, both sides with the reference's weights."""
        W, b, _ = reference.state()
        again.start_from(State(W, b))
        ours, theirs = (side.logits(images) for side in (again, reference))
        pieces = (pixels(images[n : n + CHUNK], W.dtype) for n in range(0, len(images), CHUNK))
        z = max(largest_products(np.abs(X), W, b) for X in pieces)
        size = float(np.abs(theirs).max())
        log_size = float(np.abs(log_softmax(theirs)).max())
        losses = (side.evaluate(images, labels)[0] for side in (again, reference))
        # the losses are floats of Python made of sums in the dtype of the weights
        shares = (
            float(np.abs(ours - theirs).max()) / allowed(size, z, 1, W.dtype),
            abs(np.subtract(*losses)) / allowed(log_size, z + 2 * size, 1, W.dtype),
        )
        worst = max(share if share == share else math.inf for share in shares)
        self.evaluation = max(self.evaluation, float(worst))
