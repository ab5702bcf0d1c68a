"""Each reason for a difference takes the difference away, and a mistake is not explained away."""

import pytest

from compare.bugs.catalogue import BUGS
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from compare.proof.rounding import attribute
from scratch import EQUATIONS


@pytest.mark.parametrize("batch_size", [7, 100])
def test_every_reason_takes_the_difference_away(batch_size: int, dtype: str):
    problem = Problem(load("mnist5k"), Hyperparameters(epochs=1, batch_size=batch_size))
    found = attribute(problem, dtype, EQUATIONS)
    assert [(a.tag, a.operation) for a in found] == [
        ("E1", "logits"), ("E2", "log_softmax"), ("E3", "nll_loss"), ("E4", "logits_gradient"), ("E5", "dW"),
        ("E5", "db"), ("E6", "sgd_step"),
    ]  # fmt: skip
    for a in found:
        assert a.left == 0, a
        assert a.scaled <= 16
    assert found[0].share > 0.3


@pytest.mark.parametrize("name", ["lr-off-by-1e-5", "divided-by-n-minus-1", "bias-forgotten-forward"])
def test_a_mistake_is_not_explained_away(digits: Problem, name: str):
    bug = BUGS[name]
    left = {a.operation: a.left for a in attribute(digits, "float64", bug.equations())}
    assert left.pop(bug.function) > 0.1
    assert set(left.values()) == {0.0}
