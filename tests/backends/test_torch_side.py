"""`torch_impl` as a side."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import scratch
import torch_impl
from compare.backends.torch_side import TorchSide
from compare.problem import Problem


def test_the_log_probabilities_we_show_are_those_that_cross_entropy_uses(rng: np.random.Generator, dtype: str):
    Z, y = torch.from_numpy(rng.normal(size=(50, 10)).astype(dtype)), torch.from_numpy(rng.integers(0, 10, 50))
    assert F.nll_loss(torch.log_softmax(Z, dim=1), y).item() == F.cross_entropy(Z, y).item()


def test_quantities_are_those_that_the_step_computed(small: Problem, dtype: str):
    """By a step in plain PyTorch, and every quantity kept."""
    index = small.epoch_batches(1)[0]
    W, b = (torch.from_numpy(part).requires_grad_() for part in small.start(dtype))
    X = torch.from_numpy(small.train[0][index]).to(W.dtype) / 255
    y = torch.from_numpy(small.train[1][index])
    Z = F.linear(X, W, b)
    Z.retain_grad()
    L = F.cross_entropy(Z, y)
    L.backward()
    gradients = Z.grad, W.grad, b.grad
    new = (part - 0.1 * part.grad for part in (W, b))
    expected = [part.detach().numpy() for part in (X, y, Z, F.log_softmax(Z, 1), L, *gradients, *new)]
    done = TorchSide(small, dtype).step(index)
    assert type(done) is scratch.Step
    for name, ours, theirs in zip(scratch.Step._fields, done, expected, strict=True):
        rtol = 4 * np.finfo(dtype).eps if name in "Wb" else 0
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=0, strict=True, err_msg=name)


def test_evaluation_keeps_no_gradient(small: Problem):
    side = TorchSide(small, "float64")
    assert side.logits(small.train[0]).shape == (99, 4)
    model = torch_impl.SoftmaxRegression(*small.start("float64"))
    assert side.evaluate(*small.train) == pytest.approx(torch_impl.evaluate(model, *small.train))


def test_training_alone_keeps_no_gradient_of_the_logits(small: Problem):
    side, batches = TorchSide(small, "float64"), small.epoch_batches(1)
    assert not any(done.Z.retains_grad for done in side.epoch(batches))
    for _ in range(2):
        side.keep_quantities()
    assert all(done.Z.retains_grad for done in side.epoch(batches))
    assert len(side.model._forward_hooks) == 1
