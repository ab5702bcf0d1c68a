"""What the tests of the maths share: one batch, and derivatives entry by entry."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.fixture
def batch(rng: np.random.Generator) -> tuple[NDArray, ...]:
    """X (7, 5), y, W (4, 5), b: random, nothing zero, every label present."""
    X, W, b = rng.uniform(0.1, 1, (7, 5)), rng.normal(size=(4, 5)), rng.normal(size=4)
    return X, np.array([0, 1, 2, 3, 3, 1, 0]), W, b


@pytest.fixture
def each_entry() -> Callable[[NDArray, Callable], NDArray]:
    """derivative(direction) for the unit direction of each entry of a tensor."""

    def derivatives(tensor: NDArray, derivative: Callable[[NDArray], float]) -> NDArray:
        result = np.empty_like(tensor)
        for index in np.ndindex(tensor.shape):
            direction = np.zeros_like(tensor)
            direction[index] = 1
            result[index] = derivative(direction)
        return result

    return derivatives


INF = np.inf


# Each row of each case is (logits, label).
CASES = {
    "plus and minus 1e4": [([1e4, -1e4, 0.0], 0), ([-1e4, 1e4, 1.0], 0)],
    "far from zero": [([1e4, 1e4 + 1, 1e4 - 1], 2)],
    "identical": [([3.0, 3.0, 3.0, 3.0], 1)],
    "one row": [([0.5, -1.5], 1)],
    "one class": [([7.0], 0), ([-1e4], 0)],
    "a class ruled out": [([0.0, -INF, 1.0], 2), ([-INF, -INF, 1.0], 2)],
    "the label ruled out": [([0.0, -INF], 1)],
    "mixed scales": [([1e-6, 0.0, -1e-6], 0), ([1e3, -1e3, 0.0], 1)],
}


@pytest.fixture(params=CASES)
def edge(request: pytest.FixtureRequest, dtype: str) -> tuple[NDArray, NDArray]:
    """Logits Z (N, K) of the dtype, and labels y (N,)."""
    rows, labels = zip(*CASES[request.param], strict=True)
    return np.array(rows, dtype), np.array(labels)
