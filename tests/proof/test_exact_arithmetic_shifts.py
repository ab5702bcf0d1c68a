"""Where nothing rounds, log_softmax may subtract another number than the largest logit."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, backend
from compare.problem import Problem
from compare.proof.exact_arithmetic import first_unequal


def log_softmax_shifted_by(Z, shift):
    S = Z - shift
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


SHIFTS = {
    "its ceiling": np.ceil,
    "its floor": np.floor,
    "the nearest integer": np.rint,
    "one more": lambda m: m + 1,
    "two less": lambda m: m - 2,
    "a third more": lambda m: m + m.dtype.type(1 / 3),
    "ln 10 more": lambda m: m + m.dtype.type(np.log(10)),
}


@pytest.mark.parametrize("shift", SHIFTS)
def test_another_shift_is_no_mistake(digits: Problem, replaced: Callable, dtype: str, shift: str):
    ours = replaced(
        log_softmax=lambda Z: log_softmax_shifted_by(Z, SHIFTS[shift](Z.max(axis=1, keepdims=True))),
    )
    assert first_unequal(digits, dtype, ours, backend("torch")) == ""


@pytest.mark.parametrize("after", [lambda logP: logP + logP.dtype.type(1e-6), lambda logP: np.maximum(logP, -100)])
def test_what_is_more_than_rounding_of_log_softmax_is_counted(digits: Problem, replaced: Callable, after: Callable):
    ours = replaced(log_softmax=lambda Z: after(scratch.log_softmax(Z)))
    assert first_unequal(digits, "float32", ours, SCRATCH) == "logP, one winner, 2"


def test_logits_are_equal_whatever_log_softmax_does(digits: Problem, replaced: Callable, dtype: str):
    def logits(X, W, b):
        return np.nextafter(scratch.logits(X, W, b), X.dtype.type(1e30))

    def log_softmax(Z):
        return log_softmax_shifted_by(Z, Z.max(axis=1, keepdims=True) + Z.dtype.type(1 / 3))

    ours = replaced(logits=logits, log_softmax=log_softmax)
    assert first_unequal(digits, dtype, ours, SCRATCH) == "Z, one winner, 2"


@pytest.mark.parametrize(("rounding", "first"), [(3.5, ""), (6, "logP, one winner, 2")])
def test_more_than_a_few_roundings_in_one_row_are_counted(
    digits: Problem, replaced: Callable, dtype: str, rounding: float, first: str
):
    """Other rows round as after another shift; one row of the first batch is off by more, within its budget."""

    def log_softmax(Z):
        logP = log_softmax_shifted_by(Z, Z.max(axis=1, keepdims=True) + Z.dtype.type(1 / 3))
        if len(Z) == 2:
            logP[0] = scratch.log_softmax(Z[:1])[0]
            logP[0, Z[0].argmax()] = -rounding * np.finfo(Z.dtype).eps
        return logP

    assert first_unequal(digits, dtype, replaced(log_softmax=log_softmax), backend("torch")) == first
