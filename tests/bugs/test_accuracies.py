"""The accuracy of a mistake is that of a training alone, and it is held against what is usual."""

from collections.abc import Callable
from itertools import chain

import numpy as np
import pytest

from compare.bugs.accuracies import accuracies, usual, with_accuracy
from compare.bugs.catalogue import BUGS
from compare.bugs.detection import Detection
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from scratch import EQUATIONS, Equations, SoftmaxRegression, evaluate, fit
from scratch.training import UNCHECKED


@pytest.fixture(scope="module")
def digits() -> Problem:
    return Problem(load("digits"), Hyperparameters(epochs=2, lr=0.1))


def alone(problem: Problem, equations: Equations) -> float:
    """What `scratch.fit` reaches in float32."""
    model = SoftmaxRegression(*problem.start("float32"))
    fit(model, problem.train, problem.validation, problem.batches, problem.chosen.lr, equations=equations)
    return evaluate(model, *problem.evaluated, equations=equations).accuracy


def test_each_has_the_accuracy_of_a_training_alone(digits: Problem):
    """A batch, functions with a state of their own, and a loss."""
    names = "labels-off-by-one", "never-shuffled", "float16-logits", "stale-gradient", "hidden-momentum", "summed-loss"
    some = {name: BUGS[name] for name in names}
    own = {"clean": EQUATIONS}
    found = accuracies(digits, own | {name: bug.equations() for name, bug in some.items()})
    expected = {name: alone(digits, equations) for name, equations in own.items()}
    expected |= {name: alone(digits, bug.equations()) for name, bug in some.items()}
    assert found == expected
    assert found["clean"] == found["summed-loss"]
    # half precision changes no answer here
    assert len(set(found.values())) == 5


def test_every_step_is_told_and_taken_on_one_thread(digits: Problem, threads_now: Callable):
    numbers = []
    assert accuracies(digits, {}, lambda: numbers.append(threads_now())) == {}
    assert numbers == [{1}] * len([*chain.from_iterable(digits.batches)])


def test_what_overflows_warns_nobody(digits: Problem):
    infinite = UNCHECKED._replace(sgd_step=lambda W, b, *_: (W * np.float32(1e38), b))
    assert 0 <= accuracies(digits, {"infinite": infinite})["infinite"] <= 1


@pytest.mark.parametrize(("band", "reason"), [((0.0, 1.0), ""), ((0.8, 0.8), ""), ((0.81, 1), "x"), ((0, 0.79), "x")])
def test_an_accuracy_outside_of_the_band_is_a_reason(band: tuple, reason: str):
    found = with_accuracy(Detection("a", {"one_step": "Z 1/1"}, reached=0.1), 0.8, band)
    assert (found.name, found.accuracy) == ("a", 0.8)
    assert found.reasons == {"one_step": "Z 1/1", "accuracy": reason and "80.0 %"}


def test_the_usual_accuracy_is_the_measured_one_or_that_of_the_clean_run(digits: Problem):
    low, high = usual(digits, 0.8)
    assert (low, high) == pytest.approx((0.775, 0.825))
    measured = Problem(load("mnist5k"), Hyperparameters(epochs=240))
    assert usual(measured, 0.1)[0] > 0.8
