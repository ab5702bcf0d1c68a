"""A side's gradient against its own loss: three tests that a right one passes and a wrong one does not."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.backends.by_name import SCRATCH, backend
from compare.backends.protocol import Backend
from compare.bugs.catalogue import BUGS
from compare.problem import Problem
from compare.proof.gradient_check import check_gradients


@pytest.mark.parametrize("side", [SCRATCH, None], ids=["scratch", "torch"])
def test_right_gradients_have_a_u_and_a_slope_of_two(digits: Problem, side: Backend | None):
    small, real = check_gradients(digits, side or backend("torch"))
    assert (small.parameters, small.of) == (18, 18)
    assert (real.parameters, real.of) == (12, 650)
    for check in (small, real):
        assert check.right
        assert check.slope == pytest.approx(2, abs=0.01)
        assert check.complex_step < 1e-14
        errors = list(check.central.values())
        lowest = int(np.argmin(errors))
        # truncation falls with h squared on the left, rounding rises on the right
        assert errors[0] / errors[1] == pytest.approx(100, rel=0.05)
        assert 3 <= lowest <= 5
        assert errors[-1] > 1e4 * errors[lowest]


@pytest.mark.parametrize("name", ["wrong-sign", "summed-gradient", "stale-gradient", "hidden-label-smoothing"])
def test_wrong_gradients_have_a_slope_of_one(digits: Problem, name: str):
    for check in check_gradients(digits, BUGS[name].backend()):
        assert not check.right
        assert check.slope == pytest.approx(1, abs=0.1)
        assert check.complex_step > 1e-5


def test_gradients_of_a_loss_that_is_no_number_are_not_right(digits: Problem, replaced: Callable):
    nothing = replaced(nll_loss=lambda logP, _y: logP.sum() * np.nan)
    assert not any(check.right for check in check_gradients(digits, nothing))
