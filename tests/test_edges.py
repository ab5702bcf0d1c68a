"""Numerics at the edges: the hand-written functions give what PyTorch gives, and refuse what makes no sense."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import scratch
from tests.conftest import DTYPES

INF = np.inf

# Each row of each case is (logits, label).
CASES = {
    "plus and minus 1e4": [([1e4, -1e4, 0.0], 0), ([-1e4, 1e4, 1.0], 0)],
    "far from zero": [([1e4, 1e4 + 1, 1e4 - 1], 2)],
    "identical": [([3.0, 3.0, 3.0, 3.0], 1)],
    "one row": [([0.5, -1.5], 1)],
    "one class": [([7.0], 0), ([-1e4], 0)],
    "a class ruled out": [([0.0, -INF, 1.0], 2), ([-INF, -INF, 1.0], 2)],
    "the label ruled out": [([0.0, -INF], 1)],
    "mixed scales": [([1e-6, 0.0, -1e-6], 0), ([1e3, -1e3, 0.0], 1)],
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", CASES)
def test_edges_give_what_pytorch_gives(case: str, dtype: str):
    Z = np.array([row for row, _ in CASES[case]], dtype)
    y = np.array([label for _, label in CASES[case]])
    tensor = torch.from_numpy(Z).requires_grad_()
    loss = F.cross_entropy(tensor, torch.from_numpy(y))
    loss.backward()
    eps = np.finfo(dtype).eps
    logP = scratch.log_softmax(Z)

    assert logP.dtype == scratch.softmax(Z).dtype == scratch.cross_entropy(Z, y).dtype == dtype
    close = {"rtol": 4 * eps, "atol": 4 * eps}
    np.testing.assert_allclose(logP, F.log_softmax(tensor, 1).detach().numpy(), **close)
    np.testing.assert_allclose(scratch.softmax(Z), F.softmax(tensor, 1).detach().numpy(), **close)
    np.testing.assert_allclose(scratch.cross_entropy(Z, y), loss.item(), **close)
    np.testing.assert_allclose(scratch.logits_gradient(logP, y), tensor.grad.numpy(), **close)


@pytest.mark.parametrize("row", [[-INF, -INF], [INF, 0.0], [np.nan, 0.0]])
def test_no_distribution_is_nan_as_in_pytorch(row: list[float]):
    Z = np.array([row])
    with np.errstate(invalid="ignore"):
        ours = scratch.log_softmax(Z)
    np.testing.assert_array_equal(ours, F.log_softmax(torch.from_numpy(Z), 1).numpy())
    assert np.isnan(ours).all()


def test_the_long_gradient_fails_where_the_fused_one_does_not():
    logP, y = scratch.log_softmax(np.array([[0.0, 1e4]])), np.array([0])
    np.testing.assert_array_equal(scratch.logits_gradient(logP, y), [[-1, 1]])
    with np.errstate(all="ignore"):
        assert np.isnan(scratch.logits_gradient_by_chain_rule(np.exp(logP), y)).any()


BAD_LABELS = {
    "too large": (np.array([0, 3]), ValueError, r"0 \.\.\. 2"),
    "negative": (np.array([0, -1]), ValueError, r"0 \.\.\. 2"),
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


ONES = np.ones((2, 3))
SHAPES = {
    "a bias of one": (lambda: scratch.logits(ONES, ONES, np.ones(1)), ValueError, r"shape \(2,\)"),
    "a bias a matrix": (lambda: scratch.logits(ONES, ONES, np.ones((2, 1))), ValueError, r"shape \(2,\)"),
    "logits of integers": (lambda: scratch.log_softmax(np.ones((2, 3), np.uint8)), TypeError, "uint8"),
    "logP a vector": (lambda: scratch.nll_loss(np.ones(3), np.zeros(3, int)), ValueError, r"\(3,\)"),
    "bias gradient a column": (
        lambda: scratch.sgd_step(ONES, np.ones(2), ONES, np.ones((2, 1)), 0.1),
        ValueError,
        r"\(2, 1\)",
    ),
}


@pytest.mark.parametrize("case", SHAPES)
def test_shapes_that_would_be_broadcast_are_refused(case: str):
    call, error, words = SHAPES[case]
    with pytest.raises(error, match=words):
        call()


def test_a_learning_rate_of_numpy_leaves_float32_alone():
    W, b = np.ones((2, 3), np.float32), np.ones(2, np.float32)
    assert {array.dtype for array in scratch.sgd_step(W, b, W, b, np.float64(0.1))} == {np.dtype("float32")}
    assert type(scratch.SGD(np.float64(0.1)).lr) is float


def test_logits_that_are_no_matrix_are_refused():
    with pytest.raises(ValueError, match=r"\(N, K\)"):
        scratch.log_softmax(np.zeros(3))


BAD_PARAMETERS = {
    "bias of another length": (np.zeros((3, 2)), np.zeros(2)),
    "weight a vector": (np.zeros(3), np.zeros(3)),
    "two dtypes": (np.zeros((3, 2)), np.zeros(3, np.float32)),
    "integers": (np.zeros((3, 2), int), np.zeros(3, int)),
}


@pytest.mark.parametrize("case", BAD_PARAMETERS)
@pytest.mark.parametrize("package", ["scratch", "torch_impl"])
def test_models_refuse_parameters_that_do_not_fit(package: str, case: str):
    module = pytest.importorskip(package)
    with pytest.raises(ValueError, match="weight"):
        module.SoftmaxRegression(*BAD_PARAMETERS[case])
