"""Each reason for a difference takes the difference away, and a mistake is not explained away."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.bugs.catalogue import BUGS
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from compare.proof import torch_operations
from compare.proof.rounding import _reason, attribute
from scratch import EQUATIONS

OPERATIONS = [
    ("E1", "logits"), ("E2", "log_softmax"), ("E3", "nll_loss"), ("E4", "logits_gradient"), ("E5", "dW"), ("E5", "db"),
    ("E6", "sgd_step"),
]  # fmt: skip


@pytest.mark.parametrize("batch_size", [7, 100])
def test_every_reason_takes_the_difference_away(batch_size: int, dtype: str):
    problem = Problem(load("mnist5k"), Hyperparameters(epochs=1, batch_size=batch_size))
    found = attribute(problem, dtype, EQUATIONS)
    assert [(a.tag, a.operation) for a in found] == OPERATIONS
    for a in found:
        assert a.left == 0, a
        assert a.scaled <= 16
        assert a.ulps >= a.scaled or a.ulps == a.scaled == 0
    assert found[0].share > 0.3


def test_the_reasons_are_those_of_the_operations(digits: Problem):
    found = {a.operation: a for a in attribute(digits, "float32", EQUATIONS)}
    for name in ("logits", "nll_loss", "dW", "db"):
        assert found[name].reason == "order of summation"
        assert found[name].experiment == "where no sum rounds"
    assert found["log_softmax"].reason == "exp and log of the two libraries"
    assert found["logits_gradient"].reason.startswith("exp and log of the two libraries; (P - Y) / N")
    for name in ("log_softmax", "logits_gradient"):
        assert found[name].experiment.startswith("exp alone: ")
        assert found[name].experiment.endswith("% of its values differ; where it gives 0 and 1")
    assert "multiply-add" in found["sgd_step"].reason


def test_exp_is_compared_on_logits_less_the_maximum_of_their_row():
    """The other exp is wrong below -2.5 and above 0: one of these four values is."""

    def other(values):
        return np.exp(values) + ((values < -2.5) | (values > 0))

    Z = np.array([[1.0, 3.0], [5.0, 2.0]])
    for name in ("log_softmax", "logits_gradient"):
        _, experiment = _reason(name, other, {"log_softmax": (Z,)})
        assert experiment == "exp alone: 25 % of its values differ; where it gives 0 and 1"


def scaled(name: str, factor: float) -> Callable:
    """A function of `scratch` with all its results times a factor."""

    def function(*inputs):
        result = getattr(scratch, name)(*inputs)
        if isinstance(result, tuple):
            return tuple(part * part.dtype.type(factor) for part in result)
        return result * result.dtype.type(factor)

    return function


@pytest.mark.parametrize("name", ["logits", "nll_loss", "logits_gradient", "parameter_gradients", "sgd_step"])
def test_a_factor_is_measured_and_left(digits: Problem, name: str, dtype: str):
    """Twice as large: every value that is not 0 differs, by as many ulps as a mantissa has."""
    found = {a.operation: a for a in attribute(digits, dtype, EQUATIONS._replace(**{name: scaled(name, 2)}))}
    wrong = {"parameter_gradients": ("dW", "db")}.get(name, (name,))
    mantissa = 2.0 ** {"float32": 23, "float64": 52}[dtype]
    for operation, a in found.items():
        if operation in wrong:
            assert a.share > 0.4
            # of x and 2 x, in ulps of 2 x: between a half and a whole mantissa
            assert mantissa / 2 <= a.scaled <= mantissa
            assert mantissa / 2 <= a.ulps <= mantissa
            assert a.left > 0.1
        else:
            assert a.left == 0, operation
            assert a.scaled <= 16


def test_the_share_and_the_ulps_are_of_the_values_that_differ(digits: Problem):
    """Half of the columns of Z is off by three ulps of its own; the rest is PyTorch's."""

    def logits(X, W, b):
        Z = torch_operations.OPERATIONS["logits"](X, W, b)
        for _ in range(3):
            Z[:, :5] = np.nextafter(Z[:, :5], np.float32(9))
        return Z

    first = attribute(digits, "float32", EQUATIONS._replace(logits=logits))[0]
    assert first.share == 0.5
    assert first.ulps == 3
    assert first.scaled <= 3
    # of the exact steps, whose logits are not spread evenly: some are too small or too large for three ulps to show
    assert 0.45 < first.left < 0.55


def test_a_difference_is_scaled_by_the_largest_value(digits: Problem):
    """One logit, a small one, is off by eight units in the last place of the largest."""

    def logits(X, W, b):
        Z = torch_operations.OPERATIONS["logits"](X, W, b)
        Z.flat[np.abs(Z).argmin()] += 8 * np.spacing(np.abs(Z).max())
        return Z

    first = attribute(digits, "float32", EQUATIONS._replace(logits=logits))[0]
    assert first.scaled == pytest.approx(8, rel=1e-2)
    assert first.share == 1 / (len(digits.epoch_batches(1)[0]) * digits.classes)
    assert first.ulps > 1000


@pytest.mark.parametrize("name", ["lr-off-by-1e-5", "divided-by-n-minus-1", "bias-forgotten-forward"])
def test_a_mistake_is_not_explained_away(digits: Problem, name: str):
    bug = BUGS[name]
    left = {a.operation: a.left for a in attribute(digits, "float64", bug.equations())}
    assert left.pop(bug.function) > 0.1
    assert set(left.values()) == {0.0}


def test_each_operation_is_computed_on_one_thread(digits: Problem, threads_now: Callable):
    numbers = []

    def logits(X, W, b):
        numbers.append(threads_now())
        return scratch.logits(X, W, b)

    attribute(digits, "float32", EQUATIONS._replace(logits=logits))
    assert numbers
    assert all(each == {1} for each in numbers)
