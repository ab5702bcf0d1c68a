"""What the tests of this folder share: small problems, and a step with tensors that are wrong."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import scratch
from compare.backends.by_name import backend, equations_backend
from compare.backends.protocol import Backend, State
from compare.bugs.diagnosis import Diagnostician
from compare.bugs.traces import NAMES, Observed
from compare.data.dataset import Dataset
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from compare.proof.single_steps import Case, SingleSteps
from compare.proof.tolerance import Start
from scratch import EQUATIONS


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


@pytest.fixture(scope="session")
def unseen() -> dict[str, dict[str, str]]:
    """The wrong functions of `unseen/*.toml` by name, each with its code and what it looks like: see test_unseen.py."""
    every: dict[str, dict[str, str]] = {}
    for file in sorted((Path(__file__).parent / "unseen").glob("*.toml")):
        here = tomllib.loads(file.read_text(encoding="utf-8"))
        assert not every.keys() & here.keys(), file
        every |= here
    return every


@pytest.fixture
def observed() -> Callable[..., Observed]:
    """One step, in which our tensors of these names are others. There are N images of D pixels, and K classes.

    A function makes the new tensor from the right one. Limits are 1e-12, in float32 1e-7.
    """

    def make(
        *,
        N: int = 6,
        K: int = 3,
        D: int = 5,
        lr: float = 0.5,
        kind: str = "training",
        dtype: str = "float64",
        **changes: Callable,
    ) -> Observed:
        random = np.random.default_rng(5)
        X, y = random.uniform(0, 1, (N, D)).astype(dtype), np.array([0, 2, 1, 1, 0, 2, 1])[:N]
        W, b = random.normal(size=(K, D)).astype(dtype), random.normal(size=K).astype(dtype)
        chosen, case = Hyperparameters(epochs=1, lr=lr), Case("step 1", State(W, b), np.arange(N))
        right = scratch.step(scratch.SoftmaxRegression(W, b), scratch.SGD(lr=lr), X, y)
        ours = right._replace(**{name: change(getattr(right, name)) for name, change in changes.items()})
        start, steps = Start(W, b, None, W, b, chosen), SingleSteps((X, y), chosen, (case,))
        limit = {"float64": 1e-12, "float32": 1e-7}[dtype]
        return Observed(kind, steps, case, start, ours, right, dict.fromkeys(NAMES, limit))

    return make


@pytest.fixture
def planted() -> Callable[..., Backend]:
    """Make `scratch` with these functions in place of its own, by name."""
    return lambda **functions: equations_backend("mine", lambda: EQUATIONS._replace(**functions))
