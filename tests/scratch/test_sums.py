"""Long sums, in either layout: no more than twice the error of PyTorch's own, the exact sums being those of fsum."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

import scratch

LAYOUTS = {"C": np.ascontiguousarray, "F": np.asfortranarray, "strided": lambda a: np.repeat(a, 2, axis=1)[:, ::2]}
SEEDS = range(4)


def share(error: Callable[[NDArray], tuple[float, float]], make: Callable[[np.random.Generator], NDArray]) -> float:
    """Our error as a share of PyTorch's, both added up over seeds."""
    ours, theirs = zip(*(error(make(np.random.default_rng(seed))) for seed in SEEDS), strict=True)
    assert sum(theirs) > 0
    return sum(ours) / sum(theirs)


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest) -> Callable[[NDArray], NDArray]:
    return LAYOUTS[request.param]


@pytest.mark.parametrize("N", [100, 60_000])
def test_the_gradient_of_the_bias(N: int, dtype: str, layout: Callable):
    X = np.ones((N, 1), dtype)

    def error(dZ: NDArray) -> tuple[float, float]:
        exact = [math.fsum(column) for column in dZ.T.tolist()]
        sums = scratch.parameter_gradients(X, layout(dZ))[1], torch.from_numpy(dZ).sum(0).numpy()
        ours, theirs = (abs(total - exact).max() for total in sums)
        return ours, theirs

    assert share(error, lambda random: random.normal(size=(N, 3)).astype(dtype)) <= 2


@pytest.mark.parametrize("K", [10, 16, 17, 40, 64, 100, 1000, 10_000])
def test_log_softmax(K: int, layout: Callable):
    def error(Z: NDArray) -> tuple[float, float]:
        exact = scratch.log_softmax(Z.astype(np.float64))
        results = scratch.log_softmax(layout(Z)), F.log_softmax(torch.from_numpy(Z), 1).numpy()
        ours, theirs = (abs(result - exact).max() for result in results)
        return ours, theirs

    # nearly equal logits: the sum is large, and its logarithm is nearly all of the result
    assert share(error, lambda random: random.uniform(size=(10_000 // K + 1, K)).astype(np.float32)) <= 2


@pytest.mark.parametrize("N", [100, 60_000])
def test_the_loss(N: int):
    def error(logP: NDArray) -> tuple[float, float]:
        y = np.arange(N) % 10
        exact = -math.fsum(logP[np.arange(N), y].tolist()) / N
        ours, theirs = scratch.nll_loss(logP, y), F.nll_loss(torch.from_numpy(logP), torch.from_numpy(y))
        return abs(float(ours) - exact), abs(float(theirs) - exact)

    assert share(error, lambda random: -random.exponential(size=(N, 10)).astype(np.float32)) <= 2


def test_logits_lie_class_by_class(dtype: str):
    """What E2 and E5 are fast and exact on."""
    Z = scratch.logits(np.ones((7, 5), dtype), np.ones((3, 5), dtype), np.ones(3, dtype))
    dZ = scratch.logits_gradient(scratch.log_softmax(Z), np.zeros(7, int))
    assert Z.flags.f_contiguous
    assert dZ.flags.f_contiguous
