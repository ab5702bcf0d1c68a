"""Where nothing rounds, nll_loss may be a running mean, which divides by 3, and rounds."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, backend
from compare.problem import Problem
from compare.proof.exact_arithmetic import first_unequal


def running_mean(logP, y):
    mean = 0.0
    for count, (row, k) in enumerate(zip(logP, y, strict=True), 1):
        mean += (-float(row[k]) - mean) / count
    return logP.dtype.type(mean)


def test_a_running_mean_is_no_mistake(digits: Problem, replaced: Callable):
    random, y = np.random.default_rng(0), np.zeros(32, int)
    batches = [-random.integers(0, 800, (32, 1)).astype(float) for _ in range(20)]
    assert any(running_mean(logP, y) != scratch.nll_loss(logP, y) for logP in batches)
    assert first_unequal(digits, "float64", replaced(nll_loss=running_mean), backend("torch")) == ""


def larger(share: float, above: int) -> Callable:
    """The right loss times 1 + share, of more than so many images."""

    def nll_loss(logP, y):
        return scratch.nll_loss(logP, y) * logP.dtype.type(1 + share * (len(y) > above))

    return nll_loss


@pytest.mark.parametrize(("roundings", "above"), [(6, 2), (1, 1), (1, 0)])
def test_what_is_more_than_rounding_of_a_loss_is_counted(
    digits: Problem, replaced: Callable, dtype: str, roundings: int, above: int
):
    """More than a few roundings; or any of two images, or of one, which have none."""
    ours = replaced(nll_loss=larger(roundings * np.finfo(dtype).eps, above))
    assert first_unequal(digits, dtype, ours, SCRATCH).startswith("L, ")


def test_all_else_is_equal_beside_a_running_mean(digits: Problem, replaced: Callable):
    def parameter_gradients(X, dZ):
        dW, db = scratch.parameter_gradients(X, dZ)
        return np.nextafter(dW, 1e30), db

    ours = replaced(nll_loss=running_mean, parameter_gradients=parameter_gradients)
    assert first_unequal(digits, "float64", ours, SCRATCH).startswith("dW, ")
