"""A proof of two correct sides: match, whatever the data, the batches and the options."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import equations_backend
from compare.data.registry import Dataset, load
from compare.equations import QUANTITIES
from compare.problem import DTYPES, Hyperparameters, Problem
from compare.proof.checks import READINGS
from compare.proof.comparison import Comparison
from compare.proof.prove import prove
from scratch import EQUATIONS, Equations

# Each size and each rate once for every day.
EACH = [
    pytest.param(lr, *sizes, marks=[] if n == m else [pytest.mark.heavy])
    for n, sizes in enumerate([(1, 3), (7, 20), (89, 20)])
    for m, lr in enumerate([1e-5, 1e-3, 0.1])
]


@pytest.mark.parametrize(("lr", "batch_size", "epochs"), EACH)
def test_the_two_as_they_are_match(small: Problem, dtype: str, lr: float, batch_size: int, epochs: int):
    data = Dataset("small", small.train, small.test, small.classes)
    problem = Problem(data, Hyperparameters(epochs=epochs, batch_size=batch_size, lr=lr, val_fraction=0.1))
    run = prove(problem, dtype)
    assert run.verdict == "match"
    assert run.first_divergence is None
    assert not run.only_amplified
    assert run.growth is None
    assert set(run.worst) == {(name, reading) for name in QUANTITIES for reading in READINGS}
    assert all(0 <= found.used <= 1 for found in run.worst.values())
    assert run.predictions.compared == len(problem.validation[1]) + len(problem.test[1])
    assert run.predictions.differ == 0


def separable() -> Dataset:
    """Three classes that a linear model tells apart at once: each has a bright pixel of its own."""
    random = np.random.default_rng(5)
    images, labels = random.integers(0, 100, (60, 3)).astype(np.uint8), random.integers(0, 3, 60)
    images[np.arange(60), labels] = 255
    return Dataset("separable", (images, labels), None, classes=3)


@pytest.mark.heavy
@pytest.mark.parametrize("batch_size", [1, 16])
def test_a_run_that_fits_its_images_perfectly_is_no_false_alarm(lockstep: Callable, dtype: str, batch_size: int):
    """Losses and gradients near 0: a purely relative tolerance would be too tight there."""
    problem = Problem(separable(), Hyperparameters(epochs=150 if batch_size > 1 else 15, batch_size=batch_size, lr=1.0))
    run = prove(problem, dtype)
    assert run.history["torch"][-1].train_loss < 0.01
    assert run.verdict == "match"
    # the last steps, where the sides are as different as they are allowed to be relative to nothing
    late = Comparison()
    for epoch, pair in lockstep(problem, dtype):
        if epoch > problem.chosen.epochs - 10:
            late.add(1, pair)
    assert max(found.scaled_error for found in late.worst.values()) > 16 * np.finfo(dtype).eps


@pytest.mark.heavy
def test_a_learning_rate_that_amplifies_rounding_is_told_from_a_bug(dtype: str):
    random = np.random.default_rng(6)
    images, labels = random.integers(0, 256, (200, 64)).astype(np.uint8), random.integers(0, 3, 200)
    problem = Problem(Dataset("noise", (images, labels), None, 3), Hyperparameters(epochs=60, batch_size=20, lr=10))
    run = prove(problem, dtype)
    assert run.verdict == "differ"
    assert run.first_divergence.reading == "whole_run"
    assert run.only_amplified
    assert run.growth > 1000


@pytest.mark.heavy
def test_what_adds_up_in_a_stable_training_is_told_from_rounding(small: Problem):
    """A drift of a quarter of what a step may be off, always to the same side, after 60 calls."""

    def drifting() -> Equations:
        calls = [0]

        def sgd_step(W, b, dW, db, lr):
            W, b = scratch.sgd_step(W, b, dW, db, lr)
            calls[0] += 1
            return W + W.dtype.type(0.25 * np.finfo(W.dtype).eps * np.abs(W).max() * (calls[0] > 60)), b

        return EQUATIONS._replace(sgd_step=sgd_step)

    data = Dataset("small", small.train, None, small.classes)
    problem = Problem(data, Hyperparameters(epochs=200, batch_size=20, lr=1e-3))
    run = prove(problem, "float64", ours=equations_backend("drifting", drifting))
    assert run.only_amplified
    assert run.growth < 10


@pytest.mark.heavy
def test_one_image_a_step_at_a_high_rate_is_no_false_alarm_of_a_single_step():
    run = prove(Problem(load("mnist5k"), Hyperparameters(epochs=1, batch_size=1, lr=1.0, train_subset=300)), "float64")
    assert max(found.used for (_, reading), found in run.worst.items() if reading == "one_step") <= 1


@pytest.mark.parametrize("batch_size", [1, *(pytest.param(n, marks=pytest.mark.heavy) for n in (7, 100, 300))])
def test_no_false_alarm_whatever_the_batch(dtype: str, batch_size: int):
    """A few of the runs of benchmarks/false_alarms.py, with few steps."""
    run = prove(Problem(load("digits"), Hyperparameters(1, batch_size, seed=2, train_subset=300)), dtype)
    assert all(run.checks.values()), run.checks


@pytest.mark.heavy
def test_no_false_alarm_with_two_threads(small: Problem):
    run = prove(small, "float32", thread_count=2)
    assert all(run.checks.values()), run.checks


OPTIONS = {
    "momentum": {"momentum": 0.9},
    "dampened": {"momentum": 0.9, "dampening": 0.3},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "decay": {"weight_decay": 0.01},
    "all but nesterov": {"momentum": 0.5, "dampening": 0.1, "weight_decay": 0.1},
    "all but dampening": {"momentum": 0.5, "nesterov": True, "weight_decay": 0.1},
}


@pytest.fixture(scope="module")
def plain(small: Problem) -> dict[str, dict[str, str]]:
    """By precision the final weights without any option."""
    return {dtype: prove(small, dtype).weights for dtype in DTYPES}


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=[pytest.mark.heavy] * (not case.startswith("all"))) for case in OPTIONS]
)
def test_it_holds_with_every_option_of_sgd(plain: dict, make_small, case: str, dtype: str):
    run = prove(make_small(**OPTIONS[case]), dtype)
    assert run.verdict == "match"
    assert run.weights != plain[dtype], "an option that does nothing would match as well"
