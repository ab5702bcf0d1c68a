"""E1 and E5: the gradients of the parameters against differences, the complex step and autograd."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

import scratch

H = 1e-5


TINY = 1e-200  # a complex step subtracts nothing, so it may be as small as one likes


def gradients(X: NDArray, y: NDArray, W: NDArray, b: NDArray) -> tuple[NDArray, NDArray]:
    dZ = scratch.logits_gradient(scratch.log_softmax(scratch.logits(X, W, b)), y)
    return scratch.parameter_gradients(X, dZ)


def loss(X: NDArray, y: NDArray, W: NDArray, b: NDArray) -> np.number:
    return scratch.cross_entropy(scratch.logits(X, W, b), y)


def test_central_differences(batch: tuple, each_entry: Callable):
    X, y, W, b = batch
    dW, db = gradients(*batch)
    assert abs(dW).min() > 1e-4, "a gradient of zeros would prove nothing"
    by_W = each_entry(W, lambda d: (loss(X, y, W + H * d, b) - loss(X, y, W - H * d, b)) / (2 * H))
    by_b = each_entry(b, lambda d: (loss(X, y, W, b + H * d) - loss(X, y, W, b - H * d)) / (2 * H))
    # h^2 of truncation and eps / h of cancellation are both near 1e-11
    np.testing.assert_allclose(dW, by_W, rtol=0, atol=1e-10)
    np.testing.assert_allclose(db, by_b, rtol=0, atol=1e-10)


def test_complex_step(batch: tuple, each_entry: Callable):
    X, y, W, b = batch
    dW, db = gradients(*batch)
    by_W = each_entry(W, lambda d: loss(X, y, W + 1j * TINY * d, b).imag / TINY)
    by_b = each_entry(b, lambda d: loss(X, y, W, b + 1j * TINY * d).imag / TINY)
    np.testing.assert_allclose(dW, by_W, rtol=0, atol=1e-15)
    np.testing.assert_allclose(db, by_b, rtol=0, atol=1e-15)


def test_parameter_gradients_with_a_random_upstream_gradient(rng: np.random.Generator):
    X, G = rng.normal(size=(6, 5)), rng.normal(size=(6, 4))
    W, b = (torch.from_numpy(rng.normal(size=size)).requires_grad_() for size in ((4, 5), 4))
    F.linear(torch.from_numpy(X), W, b).backward(torch.from_numpy(G))
    dW, db = scratch.parameter_gradients(X, G)
    np.testing.assert_allclose(dW, W.grad.numpy(), rtol=0, atol=1e-14)
    np.testing.assert_allclose(db, b.grad.numpy(), rtol=0, atol=1e-14)


def test_autograd(batch: tuple):
    X, y, W, b = batch
    tensors = [torch.from_numpy(a).requires_grad_() for a in (W, b)]
    F.cross_entropy(F.linear(torch.from_numpy(X), *tensors), torch.from_numpy(y)).backward()
    for ours, tensor in zip(gradients(*batch), tensors, strict=True):
        np.testing.assert_allclose(ours, tensor.grad.numpy(), rtol=0, atol=1e-15)


@pytest.mark.parametrize("shape", [(1,), (2, 1), (3,)])
def test_a_bias_that_would_be_broadcast_is_refused(shape: tuple[int, ...]):
    with pytest.raises(ValueError, match=r"bias must have shape \(2,\), one for each class"):
        scratch.logits(np.ones((2, 3)), np.ones((2, 3)), np.ones(shape))


def test_a_model_fits_a_line():
    model = scratch.SoftmaxRegression(np.ones((3, 4), np.float32), np.ones(3, np.float32))
    assert repr(model) == "<SoftmaxRegression: 4 pixels to 3 classes, float32>"
