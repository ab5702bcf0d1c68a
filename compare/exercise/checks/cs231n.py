"""What Stanford's course CS231n asks of a linear softmax classifier in its notebooks, written anew.

The notebooks print errors and say how large they should be; here these are limits. The scores of an affine layer are
right to 1e-8, and its gradients fit differences of the scores to 1e-8. The loss of nearly equal scores is log K to two
decimals, and its gradient by the scores fits differences to 1e-7. The loss of the classifier with small weights is
log K too, and ten of its gradients fit differences to 1e-5: this is the notebook on softmax, the rest that on layers.
Relative errors are those of the notebooks: the largest |a - b| / max(1e-8, |a| + |b|); all is in float64.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scratch import Equations

CENTRAL_STEP = 1e-5
K = 10


def check(f: Equations) -> None:
    """Raise AssertionError unless these functions pass; what they raise themselves passes through."""
    _check_affine_forward(f)
    _check_affine_backward(f)
    _check_loss(f)
    _check_classifier(f)


def _check_affine_forward(f: Equations) -> None:
    X, W = np.linspace(-0.1, 0.5, 240).reshape(2, 120), np.linspace(-0.2, 0.3, 360).reshape(120, 3).T
    b = np.linspace(-0.3, 0.1, 3)
    right = [[sum(x * w) + bias for w, bias in zip(W, b, strict=True)] for x in X]
    assert _relative_error(f.logits(X, W, b), np.array(right)) < 1e-8


def _check_affine_backward(f: Equations) -> None:
    random = np.random.default_rng(231)
    X, W, b = random.normal(size=(10, 6)), random.normal(size=(5, 6)), random.normal(size=5)
    arriving = random.normal(size=(10, 5))
    dW, db = f.parameter_gradients(X, arriving)
    assert _relative_error(dW, _differences(lambda V: (f.logits(X, V, b) * arriving).sum(), W)) < 1e-8
    assert _relative_error(db, _differences(lambda c: (f.logits(X, W, c) * arriving).sum(), b)) < 1e-8


def _check_loss(f: Equations) -> None:
    random = np.random.default_rng(231)
    Z, y = 0.001 * random.normal(size=(50, K)), random.integers(0, K, 50)
    assert abs(f.nll_loss(f.log_softmax(Z), y) - np.log(K)) < 0.01
    dZ = f.logits_gradient(f.log_softmax(Z), y)
    assert _relative_error(dZ, _differences(lambda scores: f.nll_loss(f.log_softmax(scores), y), Z)) < 1e-7


def _check_classifier(f: Equations) -> None:
    random = np.random.default_rng(231)
    X, y = random.normal(size=(500, 20)), random.integers(0, K, 500)
    W, b = 0.0001 * random.normal(size=(K, 20)), np.zeros(K)

    def loss(V: NDArray) -> float:
        return float(f.nll_loss(f.log_softmax(f.logits(X, V, b)), y))

    assert abs(loss(W) - np.log(K)) < 0.01
    dW, _ = f.parameter_gradients(X, f.logits_gradient(f.log_softmax(f.logits(X, W, b)), y))
    for place in zip(random.integers(0, K, 10), random.integers(0, 20, 10), strict=True):
        unit = np.zeros_like(W)
        unit[place] = CENTRAL_STEP
        assert _relative_error(dW[place], (loss(W + unit) - loss(W - unit)) / (2 * CENTRAL_STEP)) < 1e-5


def _relative_error(a: NDArray, b: NDArray | float) -> float:
    return float(np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))))


def _differences(function: Callable[[NDArray], Any], at: NDArray) -> NDArray:
    """Central differences of a scalar function, one value of `at` after the other."""
    found = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        unit = np.zeros_like(at)
        unit[place] = CENTRAL_STEP
        found[place] = (function(at + unit) - function(at - unit)) / (2 * CENTRAL_STEP)
    return found
