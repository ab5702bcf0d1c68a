"""What the diagnosis knows beside its facts: what the advice is taken from."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, equations_backend
from compare.backends.protocol import Backend
from compare.bugs.catalogue import BUGS
from compare.bugs.diagnosis import Diagnostician
from compare.problem import Problem
from scratch import EQUATIONS

Planted = Callable[..., Backend]


@pytest.mark.parametrize("slope", [0.01, 0.1, 0.2])
def test_a_leaky_relu_is_a_relu(diagnostician: Diagnostician, planted: Planted, slope: float):
    def logits(X, W, b):
        Z = X @ W.T + b
        return np.where(Z > 0, Z, slope * Z)

    assert diagnostician.diagnose(planted(logits=logits)).guesses[0].bug.name == "relu-on-the-logits"


@pytest.mark.parametrize("rows", [slice(None, -1), slice(1, None)])
def test_the_lesson_of_a_lost_row_is_true_of_the_first_and_of_the_last(
    diagnostician: Diagnostician, planted: Planted, rows: slice
):
    lost = planted(parameter_gradients=lambda X, dZ: scratch.parameter_gradients(X[rows], dZ[rows]))
    guess = diagnostician.diagnose(lost).guesses[0].bug
    assert guess.lesson == "X[:-1] ends before the last row, and X[1:] begins after the first."


@pytest.mark.parametrize(("least", "shows"), [(3, True), (2, False)])
def test_the_example_of_maths_is_named_only_where_it_shows_the_mistake(
    diagnostician: Diagnostician, planted: Planted, least: int, shows: bool
):
    def logits_gradient(logP, y):
        return scratch.logits_gradient(logP, y) * len(y) / max(len(y), least)

    assert diagnostician.diagnose(planted(logits_gradient=logits_gradient)).by_hand is shows


def test_what_no_four_digits_show_is_not_to_be_redone_by_hand(diagnostician: Diagnostician, planted: Planted):
    found = diagnostician.diagnose(planted(logits=lambda X, W, b: scratch.logits(X, W, b) + 1e-5))
    assert found.facts
    assert not found.by_hand


def shifted_above(limit: float) -> Callable:
    def log_softmax(Z):
        S = Z - np.abs(Z).max(axis=1, keepdims=True) if Z.max() > limit else Z
        return S - np.log(np.exp(S).sum(axis=1, keepdims=True))

    return log_softmax


@pytest.mark.parametrize("limit", [-np.inf, 700])
def test_exp_that_overflows_or_underflows_of_large_logits_needs_the_shift(
    diagnostician: Diagnostician, planted: Planted, limit: float
):
    assert diagnostician.diagnose(planted(log_softmax=shifted_above(limit))).shift


NO_SHIFT = {
    "wrong of small logits": lambda Z: 2 * shifted_above(700)(Z),
    "finite of large ones": lambda Z: np.maximum(scratch.log_softmax(Z), -300),
}


@pytest.mark.parametrize("case", NO_SHIFT)
def test_another_mistake_needs_no_shift(diagnostician: Diagnostician, planted: Planted, case: str):
    assert not diagnostician.diagnose(planted(log_softmax=NO_SHIFT[case])).shift


def slower() -> Callable:
    calls = []

    def sgd_step(W, b, dW, db, lr):
        calls.append(lr)
        rate = lr / (1 + 0.01 * len(calls))
        return W - rate * dW, b - rate * db

    return sgd_step


def test_what_is_wrong_from_the_first_step_on_may_keep_something_too(diagnostician: Diagnostician):
    found = diagnostician.diagnose(equations_backend("mine", lambda: EQUATIONS._replace(sgd_step=slower())))
    assert (found.guesses, found.keeps) == ([], True)
    assert found.facts[0] == "W - W0 (E6) is the first to differ, in the first step"


def test_the_example_is_told_with_its_batch_its_sizes_and_its_precision(diagnostician: Diagnostician, planted: Planted):
    def only(condition: Callable):
        def logits_gradient(logP, y):
            return scratch.logits_gradient(logP, y) * (2 if condition(logP) else 1)

        return diagnostician.diagnose(planted(logits_gradient=logits_gradient)).example

    found = only(lambda logP: len(logP) == 36)
    assert (found.called, found.dtype) == ('"a batch of 36"', "float64")
    assert found.sizes.startswith("N 36, D 64, K 10, lr 0.001, |Z| to ")
    found = only(lambda logP: logP.dtype == np.float32)
    assert (found.called, found.dtype) == ("step 1", "float32")


def test_both_sides_alike_are_compared_with_scratch_and_that_is_known(random_problem: Callable[..., Problem]):
    both = BUGS["wrong-sign"].backend()
    assert Diagnostician(random_problem(), both).diagnose(both).with_scratch
    assert not Diagnostician(random_problem(), SCRATCH).diagnose(both).with_scratch
