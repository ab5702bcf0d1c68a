"""Every function and rung as it should be, from the functions of `scratch`."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

import scratch


def one_hot(y: NDArray, like: NDArray) -> NDArray:
    """Labels (N,) as Y (N, K), in the shape and dtype of another array."""
    Y = np.zeros_like(like)
    Y[np.arange(len(y)), y] = 1
    return Y


def log_probabilities_gradient(logP: NDArray, y: NDArray) -> NDArray:
    """DlogP = -Y / N: logP (N, K), y (N,) -> dlogP (N, K)."""
    # no -0.0 beside the labels: 1 / -0.0 is -inf
    return one_hot(y, logP) / -len(y) + 0.0


def probabilities_gradient(P: NDArray, dlogP: NDArray) -> NDArray:
    """DP = dlogP / P, each (N, K); P must not be 0."""
    return dlogP / P


def softmax_backward(P: NDArray, dP: NDArray) -> NDArray:
    """dZ[n, k] = sum over j of dP[n, j] J[n, j, k]: P (N, K), dP (N, K) -> dZ (N, K)."""
    return np.einsum("nj,njk->nk", dP, scratch.softmax_jacobian(P))


def weight_gradient(X: NDArray, dZ: NDArray) -> NDArray:
    """DW = dZ^T X: X (N, D), dZ (N, K) -> dW (K, D)."""
    return scratch.parameter_gradients(X, dZ)[0]


def bias_gradient(dZ: NDArray) -> NDArray:
    """Db = sum over n of dZ[n]: dZ (N, K) -> db (K,)."""
    return dZ.sum(axis=0)


def one_epoch(X: NDArray, y: NDArray, W: NDArray, b: NDArray, lr: float, batch_size: int) -> tuple[NDArray, NDArray]:
    """A step for each batch_size images in their order: W (K, D), b (K,) after the last."""
    model = scratch.SoftmaxRegression(W, b)
    for first in range(0, len(y), batch_size):
        part = slice(first, first + batch_size)
        scratch.step(model, scratch.SGD(lr), X[part], y[part])
    return model.weight, model.bias


RIGHT: dict[str, Callable] = {
    **{name: getattr(scratch, name) for name in scratch.EQUATIONS._fields[1:]},
    "log_probabilities_gradient": log_probabilities_gradient,
    "probabilities_gradient": probabilities_gradient,
    "softmax_backward": softmax_backward,
    "weight_gradient": weight_gradient,
    "bias_gradient": bias_gradient,
    "one_epoch": one_epoch,
}
