"""E2: the Jacobian against autograd."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import scratch


def test_jacobian_with_a_random_upstream_gradient(rng: np.random.Generator):
    # not .sum(): the sum of a softmax is constant, and a backward of zeros would pass
    Z, G = rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
    tensor = torch.from_numpy(Z).requires_grad_()
    F.softmax(tensor, dim=1).backward(torch.from_numpy(G))
    ours = np.einsum("nj,njk->nk", G, scratch.softmax_jacobian(scratch.softmax(Z)))
    np.testing.assert_allclose(ours, tensor.grad.numpy(), rtol=0, atol=1e-15)


INF = np.inf


def test_edges_give_what_pytorch_gives(edge):
    Z, _ = edge
    expected = F.log_softmax(torch.from_numpy(Z), 1).numpy()
    eps = np.finfo(Z.dtype).eps
    for ours, theirs in ((scratch.log_softmax(Z), expected), (scratch.softmax(Z), np.exp(expected))):
        assert ours.dtype == Z.dtype
        np.testing.assert_allclose(ours, theirs, rtol=4 * eps, atol=4 * eps)


@pytest.mark.parametrize("row", [[-INF, -INF], [INF, 0.0], [np.nan, 0.0]])
def test_no_distribution_is_nan_as_in_pytorch(row: list[float]):
    Z = np.array([row])
    with np.errstate(invalid="ignore"):
        ours = scratch.log_softmax(Z)
    np.testing.assert_array_equal(ours, F.log_softmax(torch.from_numpy(Z), 1).numpy())
    assert np.isnan(ours).all()


def test_logits_that_are_no_matrix_or_no_floats_are_refused():
    with pytest.raises(ValueError, match=r"\(N, K\)"):
        scratch.log_softmax(np.zeros(3))
    with pytest.raises(TypeError, match="uint8"):
        scratch.log_softmax(np.ones((2, 3), np.uint8))


def test_the_jacobian_is_the_derivative_of_the_softmax(rng: np.random.Generator):
    Z = rng.normal(size=(4, 5))
    expected = [torch.autograd.functional.jacobian(lambda z: F.softmax(z, 0), torch.from_numpy(row)) for row in Z]
    np.testing.assert_allclose(scratch.softmax_jacobian(scratch.softmax(Z)), np.stack(expected), rtol=0, atol=1e-15)
