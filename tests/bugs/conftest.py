"""What the tests of this folder share: small problems, and a step with tensors that are wrong."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import backend
from compare.backends.protocol import State
from compare.bugs.diagnosis import Diagnostician
from compare.bugs.traces import Observed
from compare.data.dataset import Dataset
from compare.data.registry import load
from compare.equations import QUANTITIES
from compare.problem import Hyperparameters, Problem
from compare.proof.single_steps import Case
from compare.proof.tolerance import Start


@pytest.fixture(scope="session")
def digits() -> Problem:
    return Problem(load("digits"), Hyperparameters(epochs=2))


@pytest.fixture(scope="session")
def diagnostician(digits: Problem) -> Diagnostician:
    return Diagnostician(digits, backend("torch"))


@pytest.fixture(scope="session")
def random_problem() -> Callable[..., Problem]:
    """Make a problem of 88 training and 22 validation images of 12 random pixels in 4 classes, by its options."""
    random = np.random.default_rng(3)
    images, labels = random.integers(0, 256, (110, 12)).astype(np.uint8), random.integers(0, 4, 110)
    data = Dataset("random", (images, labels), None, classes=4)
    return lambda **chosen: Problem(data, Hyperparameters(**{"epochs": 1, "batch_size": 20, "lr": 0.1} | chosen))


@pytest.fixture
def observed() -> Callable[..., Observed]:
    """One step on 6 images of 5 pixels in 3 classes, in which our tensors of these names are others; limits are 1e-9.

    A function makes the new tensor from the right one.
    """
    random = np.random.default_rng(5)
    X, y = random.uniform(0, 1, (6, 5)), np.array([0, 2, 1, 1, 0, 2])
    W, b = random.normal(size=(3, 5)), random.normal(size=3)
    right = scratch.step(scratch.SoftmaxRegression(W, b), scratch.SGD(lr=0.5), X, y)
    start = Start(W, b, None, W, b, Hyperparameters(epochs=1, lr=0.5))

    def make(*, real: bool = True, case: str = "step 1", **changes: Callable) -> Observed:
        ours = right._replace(**{name: change(getattr(right, name)) for name, change in changes.items()})
        limits = dict.fromkeys(QUANTITIES, 1e-9)
        return Observed(Case(case, State(W, b), np.arange(6)), real, y, start, ours, right, limits)

    return make
