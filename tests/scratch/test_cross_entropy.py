"""E3 and E4: the gradient of the logits against the complex step and the chain rule."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import scratch

TINY = 1e-200  # a complex step subtracts nothing, so it may be as small as one likes


def test_gradient_of_the_logits(batch: tuple, each_entry: Callable):
    X, y, W, b = batch
    Z = scratch.logits(X, W, b)
    dZ = scratch.logits_gradient(scratch.log_softmax(Z), y)
    by_step = each_entry(Z, lambda d: scratch.cross_entropy(Z + 1j * TINY * d, y).imag / TINY)
    np.testing.assert_allclose(dZ, by_step, rtol=0, atol=1e-16)


def test_fused_equals_the_chain_rule(batch: tuple):
    X, y, W, b = batch
    logP = scratch.log_softmax(scratch.logits(X, W, b))
    by_chain_rule = scratch.logits_gradient_by_chain_rule(np.exp(logP), y)
    np.testing.assert_allclose(scratch.logits_gradient(logP, y), by_chain_rule, rtol=0, atol=1e-16)


def test_edges_give_what_pytorch_gives(edge):
    Z, y = edge
    tensor = torch.from_numpy(Z).requires_grad_()
    loss = F.cross_entropy(tensor, torch.from_numpy(y))
    loss.backward()
    eps = np.finfo(Z.dtype).eps
    ours = scratch.cross_entropy(Z, y), scratch.logits_gradient(scratch.log_softmax(Z), y)
    for array, expected in zip(ours, (loss.detach(), tensor.grad), strict=True):
        assert array.dtype == Z.dtype
        np.testing.assert_allclose(array, expected.numpy(), rtol=4 * eps, atol=4 * eps)


def test_the_long_gradient_is_the_fused_one(rng: np.random.Generator):
    logP, y = scratch.log_softmax(rng.normal(size=(20, 5))), rng.integers(0, 5, 20)
    long = scratch.logits_gradient_by_chain_rule(np.exp(logP), y)
    np.testing.assert_allclose(long, scratch.logits_gradient(logP, y), rtol=0, atol=1e-16)


def test_the_long_gradient_fails_where_the_fused_one_does_not():
    logP, y = scratch.log_softmax(np.array([[0.0, 1e4]])), np.array([0])
    np.testing.assert_array_equal(scratch.logits_gradient(logP, y), [[-1, 1]])
    with np.errstate(all="ignore"):
        assert np.isnan(scratch.logits_gradient_by_chain_rule(np.exp(logP), y)).any()


BAD_LABELS = {
    "too large": (np.array([0, 3]), ValueError, r"0 \.\.\. 2, not 0 \.\.\. 3"),
    "negative": (np.array([0, -1]), ValueError, r"0 \.\.\. 2, not -1 \.\.\. 0"),
    "floats": (np.array([0.0, 1.0]), TypeError, "float64"),
    "a column": (np.array([[0], [1]]), ValueError, r"\(2, 1\)"),
    "too few": (np.array([0]), ValueError, r"\(1,\)"),
}


@pytest.mark.parametrize("case", BAD_LABELS)
@pytest.mark.parametrize(
    "function",
    [scratch.nll_loss, scratch.cross_entropy, scratch.logits_gradient, scratch.logits_gradient_by_chain_rule],
)
def test_bad_labels_are_refused(function, case: str):
    labels, error, words = BAD_LABELS[case]
    with pytest.raises(error, match=words):
        function(np.full((2, 3), 1 / 3), labels)


def test_log_probabilities_that_are_no_matrix_are_refused():
    with pytest.raises(ValueError, match=r"a matrix \(N, K\) expected, not \(3,\)"):
        scratch.nll_loss(np.ones(3), np.zeros(3, int))
