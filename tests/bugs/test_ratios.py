"""The ratio of a wrong quantity to the right one: a formula is named only if it holds at every N, K, D and lr."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.bugs.ratios import common_ratio, ratio_of
from compare.bugs.traces import Observed

SIZES = ((6, 3, 0.5), (5, 3, 0.25), (6, 4, 0.1), (1, 5, 0.3), (7, 10, 1.7))
# By formula the exponents of N, K and lr, and a number.
FORMULAS = {
    "N": (1, 0, 0, 1.0), "1 / N": (-1, 0, 0, 1.0), "1 / K": (0, -1, 0, 1.0), "N / K": (1, -1, 0, 1.0),
    "N K": (1, 1, 0, 1.0), "1 / (N K)": (-1, -1, 0, 1.0), "N²": (2, 0, 0, 1.0), "N / 100": (1, 0, 0, 0.01),
    "2 N": (1, 0, 0, 2.0), "-N": (1, 0, 0, -1.0), "1 / lr": (0, 0, -1, 1.0), "lr": (0, 0, 1, 1.0),
    "1 / (100 lr)": (0, 0, -1, 0.01), "1 / ln 2": (0, 0, 0, 1 / np.log(2)), "": (0, 0, 0, 1.25),
}  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_formula_that_fits_all(observed: Callable, formula: str):
    n, k, rate, constant = FORMULAS[formula]
    factors = [constant * float(N) ** n * float(K) ** k * lr**rate for N, K, lr in SIZES]
    assert common_ratio(scaled(observed, factors), "dZ") == formula


@pytest.mark.parametrize(
    ("factors", "formula"),
    [
        ([N / max(N - 1, 1) for N, _, _ in SIZES], "N / (N - 1)"),
        ([1 + N + K for N, K, _ in SIZES], None),
        ([1.0 for _ in SIZES], None),
    ],
)
def test_what_is_no_product(observed: Callable, factors: list[float], formula: str | None):
    assert common_ratio(scaled(observed, factors), "dZ") == formula


def scaled(observed: Callable, factors: list[float]) -> list[Observed]:
    return [
        observed(N=N, K=K, lr=lr, dZ=lambda dZ, factor=factor: dZ * factor)
        for (N, K, lr), factor in zip(SIZES, factors, strict=True)
    ]


def test_what_holds_in_all_but_one_case_is_no_ratio(observed: Callable):
    cases = [observed(N=N, K=K, lr=lr, dZ=lambda dZ, N=N: dZ * N) for N, K, lr in SIZES]
    assert common_ratio(cases, "dZ") == "N"
    assert common_ratio([*cases, observed(N=4, dZ=lambda dZ: dZ * 3)], "dZ") is None
    assert common_ratio([*cases, observed(N=4, dZ=lambda dZ: dZ + 1)], "dZ") is None


def test_cases_that_are_not_finite_or_nearly_0_are_passed_over(observed: Callable):
    cases = [observed(N=N, dZ=lambda dZ: dZ * 2) for N in (3, 5)]
    lost = observed(dZ=lambda dZ: dZ * np.nan)
    tiny = observed(N=4)._replace(limits=dict.fromkeys(cases[0].limits, 1e-3))
    assert common_ratio([*cases, lost, tiny], "dZ") == ""
    assert common_ratio([lost, tiny], "dZ") is None


@pytest.mark.parametrize(
    ("change", "ratio"),
    [
        (lambda dZ: dZ * 2, 2.0),
        (lambda dZ: dZ * -0.5, -0.5),
        (lambda dZ: dZ * (1 + 5e-8), 1 + 5e-8),
        (lambda dZ: dZ * np.where(np.arange(18).reshape(6, 3) == 7, 2.01, 2), None),
        (lambda dZ: dZ * 0, None),
        (lambda dZ: dZ * np.nan, None),
        (lambda dZ: dZ * 1e-16, None),
    ],
)
def test_the_ratio_of_one_case(observed: Callable, change: Callable, ratio: float | None):
    found = ratio_of(observed(dZ=change), "dZ")
    assert found == (ratio and pytest.approx(ratio, rel=1e-12))
