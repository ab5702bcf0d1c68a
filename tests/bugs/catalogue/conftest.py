"""The mistakes of several ranks as somebody else would write them, for any number of ranks."""

from collections.abc import Callable

import numpy as np
import pytest

from scratch import EQUATIONS


def other_order(images, labels, index, dtype, ranks=3):
    shares = [np.array(share) for share in np.array_split(index, ranks)]
    for rank, share in enumerate(shares[1:], 1):
        share[:] = (share * 7 + 31 * rank) % len(labels)
    return EQUATIONS.batch(images, labels, np.concatenate(shares), dtype)


def other_bias(X, W, b):
    Z = X @ W.T + b
    Z[-(len(X) // 2) :][: len(X) // 2] += np.linspace(-0.1, 0.1, len(b), dtype=b.dtype)
    return Z


def per_rank(images, labels, index, dtype):
    half = len(index) - len(index) // 2
    twice = [*index[:half], *index[: len(index) // 2]]
    return EQUATIONS.batch(images, labels, np.array(twice), dtype)


def summed(weight: Callable[[int, int], float]) -> Callable:
    """Gradients of the means of three ranks, added up with these weights, by images of the rank and of all."""

    def parameter_gradients(X, dZ):
        dW, db = 0, 0
        for rows in np.array_split(np.arange(len(X)), 3):
            if len(rows):
                scale = dZ.dtype.type(len(X) / len(rows) * weight(len(rows), len(X)))
                dW, db = dW + scale * dZ[rows].T @ X[rows], db + scale * dZ[rows].sum(axis=0)
        return dW, db

    return parameter_gradients


@pytest.fixture(scope="session")
def rank_variants() -> dict[str, tuple[Callable, list[str]]]:
    """By the name of the mistake: somebody else's, and what it is said to look like.

    Another order or another bias is drawn elsewhere, and so no copy of that of the catalogue.
    """
    return {
        "own-order-on-each-rank": (other_order, []),
        "bias-left-out-of-the-broadcast": (other_bias, []),
        "batch-of-a-rank-for-the-whole": (per_rank, ["batch-of-a-rank-for-the-whole"]),
        "gradients-of-ranks-summed": (summed(lambda *_: 1), ["gradients-of-ranks-summed"]),
        "unequal-shares-averaged": (summed(lambda *_: 1 / 3), ["unequal-shares-averaged"]),
    }
