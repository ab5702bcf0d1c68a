"""What the tests of this folder share: a small problem on real images."""

import pytest

from compare.data.registry import load
from compare.problem import Hyperparameters, Problem


@pytest.fixture(scope="session")
def digits() -> Problem:
    return Problem(load("digits"), Hyperparameters(epochs=2))
