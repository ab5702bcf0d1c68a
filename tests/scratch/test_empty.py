"""No images, no classes, no pixels: what PyTorch gives, without a warning."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

import scratch

SHAPES = [(0, 3), (2, 0), (0, 0)]


def same(ours: NDArray, theirs: torch.Tensor) -> None:
    np.testing.assert_array_equal(ours, theirs.detach().numpy(), strict=True)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_logits_have_no_probabilities(shape: tuple[int, int], dtype: str):
    Z = np.empty(shape, dtype)
    tensor = torch.from_numpy(Z)
    same(scratch.log_softmax(Z), F.log_softmax(tensor, 1))
    same(scratch.softmax(Z), F.softmax(tensor, 1))
    assert scratch.softmax_jacobian(Z).shape == (*shape, shape[1])
    assert scratch.log_softmax(Z) is not Z


LOSSES: list[tuple[Callable, Callable]] = [(scratch.nll_loss, F.nll_loss), (scratch.cross_entropy, F.cross_entropy)]


@pytest.mark.parametrize(("ours", "theirs"), LOSSES)
@pytest.mark.parametrize("K", [0, 3])
def test_the_mean_loss_of_no_images_is_nan(ours: Callable, theirs: Callable, K: int, dtype: str):
    Z, y = torch.empty(0, K, dtype=getattr(torch, dtype), requires_grad=True), torch.empty(0, dtype=torch.int64)
    L = theirs(Z, y)
    loss = ours(Z.detach().numpy(), y.numpy())
    assert np.isnan(loss)
    assert L.isnan()
    assert loss.dtype == dtype
    L.backward()
    same(scratch.logits_gradient(Z.detach().numpy(), y.numpy()), Z.grad)
    same(scratch.logits_gradient_by_chain_rule(Z.detach().numpy(), y.numpy()), Z.grad)


@pytest.mark.parametrize("function", [scratch.nll_loss, scratch.cross_entropy, scratch.logits_gradient])
def test_where_there_are_no_classes_there_is_no_label(function: Callable):
    with pytest.raises(ValueError, match="labels must lie in"):
        function(np.empty((2, 0)), np.zeros(2, int))


@pytest.mark.parametrize(("N", "D", "K"), [(0, 4, 3), (2, 0, 3), (2, 4, 0), (0, 0, 0)])
def test_the_linear_map(N: int, D: int, K: int, dtype: str):
    X, W, b, dZ = (np.ones(shape, dtype) for shape in ((N, D), (K, D), K, (N, K)))
    tensors = [torch.from_numpy(a).requires_grad_() for a in (W, b)]
    Z = F.linear(torch.from_numpy(X), *tensors)
    same(scratch.logits(X, W, b), Z)
    Z.backward(torch.from_numpy(dZ))
    for ours, tensor in zip(scratch.parameter_gradients(X, dZ), tensors, strict=True):
        same(ours, tensor.grad)


def test_a_step_on_no_images_changes_nothing():
    model = scratch.SoftmaxRegression(np.ones((3, 4)), np.ones(3))
    done = scratch.step(model, scratch.SGD(0.1), np.empty((0, 4)), np.empty(0, int))
    assert np.isnan(done.L)
    np.testing.assert_array_equal(model.weight, np.ones((3, 4)))
