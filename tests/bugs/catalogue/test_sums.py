"""Sums of E2 over a wrong axis: each is named, whichever maximum was subtracted before."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.backends.by_name import equations_backend
from compare.bugs.diagnosis import Diagnostician
from scratch import EQUATIONS


def log_softmax(maximum: Callable, axis: int | None) -> Callable:
    def wrong(Z):
        S = Z - maximum(Z)
        return S - np.log(np.exp(S).sum(axis=axis, keepdims=True))

    return wrong


WRONG = {
    "wrong-axis": [log_softmax(lambda Z: Z.max(axis=0), 0), log_softmax(lambda Z: Z.max(axis=1)[:, None], 0)],
    "sum-over-the-batch": [log_softmax(np.max, None), log_softmax(lambda Z: Z.max(axis=1)[:, None], None)],
}


@pytest.mark.parametrize("way", range(2))
@pytest.mark.parametrize("name", WRONG)
def test_a_sum_over_a_wrong_axis_is_named(diagnostician: Diagnostician, name: str, way: int):
    wrong = WRONG[name][way]
    found = diagnostician.diagnose(equations_backend("theirs", lambda: EQUATIONS._replace(log_softmax=wrong)))
    assert found.guesses[0].bug.name == name
    assert found.guesses[0].likeness > 0.99
