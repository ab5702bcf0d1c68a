"""The hand-written gradients against four witnesses: differences, complex step, the chain rule, autograd."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

import scratch

H = 1e-5
TINY = 1e-200  # a complex step subtracts nothing, so it may be as small as it likes


@pytest.fixture
def batch(rng: np.random.Generator) -> tuple[NDArray, ...]:
    """X (7, 5), y, W (4, 5), b: random, nothing zero, every label present."""
    X, W, b = rng.uniform(0.1, 1, (7, 5)), rng.normal(size=(4, 5)), rng.normal(size=4)
    return X, np.array([0, 1, 2, 3, 3, 1, 0]), W, b


def gradients(X: NDArray, y: NDArray, W: NDArray, b: NDArray) -> tuple[NDArray, NDArray]:
    dZ = scratch.logits_gradient(scratch.log_softmax(scratch.logits(X, W, b)), y)
    return scratch.parameter_gradients(X, dZ)


def loss(X: NDArray, y: NDArray, W: NDArray, b: NDArray) -> np.number:
    return scratch.cross_entropy(scratch.logits(X, W, b), y)


def each_entry(tensor: NDArray, derivative) -> NDArray:
    """derivative(direction) for the unit direction of each entry of the tensor."""
    result = np.empty_like(tensor)
    for index in np.ndindex(tensor.shape):
        direction = np.zeros_like(tensor)
        direction[index] = 1
        result[index] = derivative(direction)
    return result


def test_central_differences(batch):
    X, y, W, b = batch
    dW, db = gradients(*batch)
    assert abs(dW).min() > 1e-4, "a gradient of zeros would prove nothing"
    by_W = each_entry(W, lambda d: (loss(X, y, W + H * d, b) - loss(X, y, W - H * d, b)) / (2 * H))
    by_b = each_entry(b, lambda d: (loss(X, y, W, b + H * d) - loss(X, y, W, b - H * d)) / (2 * H))
    # h^2 of truncation and eps / h of cancellation are both near 1e-11
    np.testing.assert_allclose(dW, by_W, rtol=0, atol=1e-10)
    np.testing.assert_allclose(db, by_b, rtol=0, atol=1e-10)


def test_complex_step(batch):
    X, y, W, b = batch
    dW, db = gradients(*batch)
    by_W = each_entry(W, lambda d: loss(X, y, W + 1j * TINY * d, b).imag / TINY)
    by_b = each_entry(b, lambda d: loss(X, y, W, b + 1j * TINY * d).imag / TINY)
    np.testing.assert_allclose(dW, by_W, rtol=0, atol=1e-15)
    np.testing.assert_allclose(db, by_b, rtol=0, atol=1e-15)


def test_gradient_of_the_logits(batch):
    X, y, W, b = batch
    Z = scratch.logits(X, W, b)
    dZ = scratch.logits_gradient(scratch.log_softmax(Z), y)
    by_step = each_entry(Z, lambda d: scratch.cross_entropy(Z + 1j * TINY * d, y).imag / TINY)
    np.testing.assert_allclose(dZ, by_step, rtol=0, atol=1e-16)


def test_fused_equals_the_chain_rule(batch):
    X, y, W, b = batch
    logP = scratch.log_softmax(scratch.logits(X, W, b))
    by_chain_rule = scratch.logits_gradient_by_chain_rule(np.exp(logP), y)
    np.testing.assert_allclose(scratch.logits_gradient(logP, y), by_chain_rule, rtol=0, atol=1e-16)


def test_jacobian_with_a_random_upstream_gradient(rng: np.random.Generator):
    # not .sum(): the sum of a softmax is constant, and a backward of zeros would pass
    Z, G = rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
    tensor = torch.from_numpy(Z).requires_grad_()
    F.softmax(tensor, dim=1).backward(torch.from_numpy(G))
    ours = np.einsum("nj,njk->nk", G, scratch.softmax_jacobian(scratch.softmax(Z)))
    np.testing.assert_allclose(ours, tensor.grad.numpy(), rtol=0, atol=1e-15)


def test_parameter_gradients_with_a_random_upstream_gradient(rng: np.random.Generator):
    X, G = rng.normal(size=(6, 5)), rng.normal(size=(6, 4))
    W, b = (torch.from_numpy(rng.normal(size=size)).requires_grad_() for size in ((4, 5), 4))
    F.linear(torch.from_numpy(X), W, b).backward(torch.from_numpy(G))
    dW, db = scratch.parameter_gradients(X, G)
    np.testing.assert_allclose(dW, W.grad.numpy(), rtol=0, atol=1e-14)
    np.testing.assert_allclose(db, b.grad.numpy(), rtol=0, atol=1e-14)


def test_autograd(batch):
    X, y, W, b = batch
    tensors = [torch.from_numpy(a).requires_grad_() for a in (W, b)]
    F.cross_entropy(F.linear(torch.from_numpy(X), *tensors), torch.from_numpy(y)).backward()
    for ours, tensor in zip(gradients(*batch), tensors, strict=True):
        np.testing.assert_allclose(ours, tensor.grad.numpy(), rtol=0, atol=1e-15)
