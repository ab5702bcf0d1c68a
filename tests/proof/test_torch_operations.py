"""PyTorch's operations one by one: each is the equation that it stands for."""

import numpy as np
import pytest

import scratch
from compare.proof.torch_operations import OPERATIONS


@pytest.fixture
def batch(rng: np.random.Generator, dtype: str) -> tuple[np.ndarray, ...]:
    X, W, b = rng.uniform(0, 1, (7, 5)), rng.normal(size=(4, 5)), rng.normal(size=4)
    return *(array.astype(dtype) for array in (X, W, b)), np.array([0, 1, 2, 3, 3, 1, 0])


def test_each_operation_is_its_equation(batch: tuple, dtype: str):
    X, W, b, y = batch
    Z = scratch.logits(X, W, b)
    logP = scratch.log_softmax(Z)
    dZ = scratch.logits_gradient(logP, y)
    dW, db = scratch.parameter_gradients(X, dZ)
    expected = {
        "logits": ((X, W, b), Z),
        "log_softmax": ((Z,), logP),
        "nll_loss": ((logP, y), scratch.nll_loss(logP, y)),
        "logits_gradient": ((logP, y), dZ),
        "dW": ((X, dZ), dW),
        "db": ((X, dZ), db),
        "sgd_step": ((W, dW, 0.3), W - np.dtype(dtype).type(0.3) * dW),
        "exp": ((Z,), np.exp(Z)),
    }
    assert set(OPERATIONS) == set(expected)
    for name, (inputs, result) in expected.items():
        before = [np.array(value) for value in inputs]
        found = np.asarray(OPERATIONS[name](*inputs))
        assert (found.dtype, found.shape) == (np.asarray(result).dtype, np.shape(result)), name
        np.testing.assert_allclose(found, result, rtol=0, atol=8 * np.finfo(dtype).eps, err_msg=name)
        for value, kept in zip(inputs, before, strict=True):
            np.testing.assert_array_equal(value, kept, err_msg=f"{name} changes its input")
