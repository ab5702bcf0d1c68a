"""What Stanford's course CS336 asks of softmax and cross-entropy in its first assignment, written anew.

It has two questions. The softmax of a small matrix is PyTorch's to 1e-6, and so it is when 100 is added to every logit.
The mean cross-entropy of a few rows is PyTorch's to 1e-4, and so it is of 1,000 times these logits. Both in float32,
with a relative error of 1e-7 allowed besides. Its linear layer has no bias and its gradients are PyTorch's own: of the
rest of a step nothing is asked.
"""

import numpy as np
from numpy.typing import NDArray

from scratch import Equations


def check(f: Equations) -> None:
    """Raise AssertionError unless these functions pass; what they raise themselves passes through."""
    _check_softmax(f)
    _check_cross_entropy(f)


def _check_softmax(f: Equations) -> None:
    # multiples of 1/1024: adding 100 must not round them
    Z = (np.random.default_rng(0).integers(0, 1024, (3, 5)) / 1024).astype(np.float32)
    for shift in (0, 100):
        P = np.exp(f.log_softmax(Z + np.float32(shift)))
        np.testing.assert_allclose(P, np.exp(_right(Z)), rtol=1e-7, atol=1e-6)


def _check_cross_entropy(f: Equations) -> None:
    random = np.random.default_rng(1)
    Z, y = random.random((8, 5)).astype(np.float32), random.integers(0, 5, 8)
    for times in (1, 1000):
        large = np.float32(times) * Z
        right = -_right(large)[np.arange(8), y].mean()
        np.testing.assert_allclose(f.nll_loss(f.log_softmax(large), y), right, rtol=1e-7, atol=1e-4)


def _right(Z: NDArray) -> NDArray:
    """The textbook formula in float64, shifted by the maximum."""
    S = Z.astype(np.float64) - Z.max(axis=1, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))
