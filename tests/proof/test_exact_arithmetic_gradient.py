"""Where nothing rounds, logits_gradient may divide by N before exp, which rounds."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, backend
from compare.problem import Problem
from compare.proof.exact_arithmetic import first_unequal


def divided_before_exp(logP, y):
    dZ = np.exp(logP - np.log(logP.dtype.type(len(y))))
    dZ[np.arange(len(y)), y] -= 1 / logP.dtype.type(len(y))
    return dZ


def test_a_division_before_exp_is_no_mistake(digits: Problem, replaced: Callable):
    shares = [np.exp(-np.log(N)) for N in (2, 8, 32, 128, 1024)]
    assert [float(share) for share in shares] != [1 / N for N in (2, 8, 32, 128, 1024)]
    assert first_unequal(digits, "float64", replaced(logits_gradient=divided_before_exp), backend("torch")) == ""


def test_less_than_the_last_digit_is_no_mistake(digits: Problem, replaced: Callable):
    """In float64 inside, only the entries of right answers are not 0 afterwards: fewer than two rows in a hundred."""

    def inside(logP, y):
        return divided_before_exp(logP.astype(np.float64), y).astype(logP.dtype)

    logP = np.array([[0, -200]] * 8, np.float32)
    assert 0 < np.abs(inside(logP, np.zeros(8, int))).max() < 1e-16
    assert first_unequal(digits, "float32", replaced(logits_gradient=inside), backend("torch")) == ""


AFTER = {
    "where P and Y are 0": lambda dZ: np.where(dZ == 0, np.finfo(dZ.dtype).eps / 100, dZ),
    "by more than a few roundings": lambda dZ: dZ * dZ.dtype.type(1 + 6 * np.finfo(dZ.dtype).eps),
    "in one row by more": lambda dZ: dZ * (1 + 6 * np.finfo(dZ.dtype).eps * (np.arange(len(dZ)) == 1)[:, None]),
}


@pytest.mark.parametrize("after", AFTER)
def test_what_is_more_than_rounding_of_a_gradient_is_counted(
    digits: Problem, replaced: Callable, dtype: str, after: str
):
    ours = replaced(logits_gradient=lambda *inputs: AFTER[after](divided_before_exp(*inputs)).astype(dtype))
    assert first_unequal(digits, dtype, ours, SCRATCH).startswith("dZ, ")


def test_what_comes_before_the_gradient_is_equal(digits: Problem, replaced: Callable, dtype: str):
    def nll_loss(logP, y):
        return np.nextafter(scratch.nll_loss(logP, y), logP.dtype.type(1e30))

    ours = replaced(nll_loss=nll_loss, logits_gradient=divided_before_exp)
    assert first_unequal(digits, dtype, ours, SCRATCH) == "L, one winner, 2"
