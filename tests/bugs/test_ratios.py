"""The ratio of a wrong quantity to the right one: a formula is named only if it holds at every N, K, D and lr."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.bugs.ratios import _formula, _text, common_ratio, ratio_of
from compare.bugs.traces import Observed

# N, K, D and lr.
SIZES = ((6, 3, 5, 0.5), (5, 3, 4, 0.25), (6, 4, 7, 0.1), (1, 5, 2, 0.3), (7, 10, 3, 1.7), (2, 3, 6, 0.8))
# By formula the exponents of N, K, D and lr, and a number.
FORMULAS = {
    "N": (1, 0, 0, 0, 1.0), "1 / N": (-1, 0, 0, 0, 1.0), "N²": (2, 0, 0, 0, 1.0), "1 / N²": (-2, 0, 0, 0, 1.0),
    "K": (0, 1, 0, 0, 1.0), "1 / K": (0, -1, 0, 0, 1.0), "K²": (0, 2, 0, 0, 1.0), "1 / K²": (0, -2, 0, 0, 1.0),
    "D": (0, 0, 1, 0, 1.0), "1 / D": (0, 0, -1, 0, 1.0), "D²": (0, 0, 2, 0, 1.0), "1 / D²": (0, 0, -2, 0, 1.0),
    "sqrt(D)": (0, 0, 0.5, 0, 1.0), "1 / sqrt(D)": (0, 0, -0.5, 0, 1.0),
    "lr": (0, 0, 0, 1, 1.0), "1 / lr": (0, 0, 0, -1, 1.0), "lr²": (0, 0, 0, 2, 1.0), "1 / lr²": (0, 0, 0, -2, 1.0),
    "N / K": (1, -1, 0, 0, 1.0), "N K": (1, 1, 0, 0, 1.0), "1 / (N K)": (-1, -1, 0, 0, 1.0),
    "N² / D": (2, 0, -1, 0, 1.0), "N² D²": (2, 0, 2, 0, 1.0), "1 / (K² lr)": (0, -2, 0, -1, 1.0),
    "lr / sqrt(D)": (0, 0, -0.5, 1, 1.0), "D lr": (0, 0, 1, 1, 1.0),
    "N / 100": (1, 0, 0, 0, 0.01), "2 N": (1, 0, 0, 0, 2.0), "1 / (100 lr)": (0, 0, 0, -1, 0.01),
    "1.23457 K": (0, 1, 0, 0, 1.2345678), "3 / N": (-1, 0, 0, 0, 3.0),
    "-N": (1, 0, 0, 0, -1.0), "-1 / K": (0, -1, 0, 0, -1.0), "-2 N / K": (1, -1, 0, 0, -2.0),
    "-1 / (4 D)": (0, 0, -1, 0, -0.25),
    "1 / ln 2": (0, 0, 0, 0, 1.4426950408889634), "ln 2": (0, 0, 0, 0, 0.6931471805599453),
    "1 / ln 10": (0, 0, 0, 0, 0.4342944819032518), "ln 10": (0, 0, 0, 0, 2.302585092994046),
    "255 / 256": (0, 0, 0, 0, 0.99609375), "1 / 255": (0, 0, 0, 0, 0.00392156862745098),
    "": (0, 0, 0, 0, 1.25),
}  # fmt: skip


def factors(formula: str) -> list[float]:
    """What the formula is at each of the sizes."""
    *exponents, constant = FORMULAS[formula]
    return [constant * power for power in powers(exponents)]


def powers(exponents: list[float]) -> list[float]:
    return [float(np.prod(np.array(sizes, float) ** exponents)) for sizes in SIZES]


def scaled(observed: Callable, factors: list[float], sizes: tuple = SIZES, dtype: str = "float64") -> list[Observed]:
    return [
        observed(N=N, K=K, D=D, lr=lr, dtype=dtype, dZ=lambda dZ, factor=factor: dZ * dZ.dtype.type(factor))
        for (N, K, D, lr), factor in zip(sizes, factors, strict=True)
    ]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_the_formula_that_fits_all(observed: Callable, formula: str, dtype: str):
    assert common_ratio(scaled(observed, factors(formula), dtype=dtype), "dZ") == formula


@pytest.mark.parametrize(("dtype", "near", "far"), [("float64", 5e-10, 2e-9), ("float32", 5e-4, 2e-3)])
@pytest.mark.parametrize("formula", ["1 / ln 2", "ln 2", "1 / ln 10", "ln 10", "255 / 256", "1 / 255"])
def test_a_number_is_named_only_if_it_is_that_number(
    observed: Callable, formula: str, dtype: str, near: float, far: float
):
    for off, named in ((near, True), (-near, True), (far, False), (-far, False)):
        changed = [factor * (1 + off) for factor in factors(formula)]
        assert common_ratio(scaled(observed, changed, dtype=dtype), "dZ") == (formula if named else "")


@pytest.mark.parametrize("formula", ["N", "1 / sqrt(D)", "N / K", "1 / ln 2", "N / (N - 1)"])
def test_a_formula_holds_in_every_case_to_one_in_1e9(observed: Callable, formula: str):
    right = factors(formula) if formula in FORMULAS else [N / max(N - 1, 1) for N, *_ in SIZES]
    for off, named in ((5e-10, formula), (-5e-10, formula), (3e-9, None), (-3e-9, None)):
        for at in (1, -1):
            changed = list(right)
            changed[at] *= 1 + off
            assert common_ratio(scaled(observed, changed), "dZ") == named


# Sizes and ratios that several formulas fit, and the one that is told.
SIMPLEST = {
    "one power before two": ([(6, 3, 2, 0.5), (3, 3, 1, 0.1), (5, 5, 1, 0.3)], [6, 3, 5], "N"),
    "a square before two powers": ([(6, 4, 9, 0.5), (2, 4, 1, 0.1), (6, 3, 12, 0.3)], [36, 4, 36], "N²"),
    "a root beside a power before two powers": (
        [(6, 3, 4, 0.5), (3, 3, 1, 0.1), (5, 5, 1, 0.3)], [12, 3, 5], "N sqrt(D)"
    ),
    "a small power before a large one": ([(4, 3, 2, 0.5), (1, 4, 1, 0.1)], [4, 1], "N"),
    "a root before a power": ([(2, 3, 4, 0.5), (3, 4, 9, 0.1), (1, 2, 1, 0.7)], [2, 3, 1], "sqrt(D)"),
    "a number alone": ([(6, 3, 5, 0.5), (6, 4, 3, 0.1)], [6, 6], ""),
    "a number of N that is always the same": ([(5, 3, 5, 0.5), (5, 4, 3, 0.1)], [1.25, 1.25], ""),
}  # fmt: skip


@pytest.mark.parametrize("case", SIMPLEST)
def test_of_several_formulas_the_simplest_is_told(observed: Callable, case: str):
    sizes, ratios, formula = SIMPLEST[case]
    assert common_ratio(scaled(observed, ratios, tuple(sizes)), "dZ") == formula


@pytest.mark.parametrize(
    ("ratio", "formula"),
    [
        (lambda N, *_: N / max(N - 1, 1), "N / (N - 1)"),
        (lambda N, *_: -N / max(N - 1, 1), None),
        (lambda N, K, *_: 1 + N + K, None),
        (lambda *_: 1.0, None),
    ],
)
def test_what_is_no_product(observed: Callable, ratio: Callable, formula: str | None):
    assert common_ratio(scaled(observed, [ratio(*sizes) for sizes in SIZES]), "dZ") == formula


@pytest.mark.parametrize("exponents", [(1, 1, 0, -1), (0.5, 0, 0, 0), (0, 0.5, 0, 0), (0, 0, 0, 0.5), (3, 0, 0, 0)])
def test_a_product_of_three_or_of_another_power_is_told_by_none(observed: Callable, exponents: list[float]):
    assert common_ratio(scaled(observed, powers(exponents)), "dZ") is None


def test_what_holds_in_all_but_one_case_is_no_ratio(observed: Callable):
    cases = scaled(observed, factors("N"))
    assert common_ratio(cases, "dZ") == "N"
    assert common_ratio([*cases, observed(N=4, dZ=lambda dZ: dZ * 3)], "dZ") is None
    assert common_ratio([*cases, observed(N=4, dZ=lambda dZ: dZ + 1)], "dZ") is None


def test_cases_that_are_not_finite_or_nearly_0_are_passed_over(observed: Callable):
    cases = [observed(N=N, dZ=lambda dZ: dZ * 2) for N in (3, 5)]
    lost = observed(dZ=lambda dZ: dZ * np.where(np.arange(3) == 1, np.nan, 2))
    tiny = observed(N=4)._replace(limits=dict.fromkeys(cases[0].limits, 1e-3))
    assert common_ratio([*cases, lost, tiny], "dZ") == ""
    assert common_ratio([lost, tiny], "dZ") is None


@pytest.mark.parametrize(("share", "counts"), [(0.9e-11, True), (1e-9 * 0.01, True), (1.1e-11, False)])
def test_a_case_counts_if_its_limit_changes_no_ratio(observed: Callable, share: float, counts: bool):
    """A ratio is read to 1e-9, from elements of a hundredth of the largest: 1e-11 of the largest may be rounding."""
    seen = observed(dZ=lambda dZ: dZ * 2)
    limit = share * np.abs(seen.theirs.dZ).max()
    cases = [seen._replace(limits=dict.fromkeys(seen.limits, limit))]
    assert common_ratio(cases, "dZ") == ("" if counts else None)


@pytest.mark.parametrize(
    ("N", "ratios", "formula"),
    [([2, 3], [4, 1.5], "N / (N - 1)"), ([1, 1], [1000, 2000], ""), ([1, 1], [1000, 2001], None)],
)
def test_what_is_as_far_as_it_may_be_is_the_formula(N: list[int], ratios: list[float], formula: str | None):
    """With a spread of 1, which does not round."""
    assert _formula(np.array([[n, 1, 1, 1] for n in N], float), np.array(ratios, float), 1.0) == formula


@pytest.mark.parametrize(
    ("constant", "powers", "text"),
    [
        (1 + 2**-10, (1, 0, 0, 0), "N"),
        (1 - 2**-10, (1, 0, 0, 0), "N"),
        ((1 + 2**-10) * 255 / 256, (0,) * 4, "255 / 256"),
    ],
)
def test_a_number_that_is_as_far_as_it_may_be_is_that_number(constant: float, powers: tuple[float, ...], text: str):
    assert _text(constant, powers, 2.0**-10) == text


def pair(observed: Callable, mine: list[float], right: list[float], limit: float = 1e-12) -> Observed:
    """One step with these gradients."""
    seen = observed()
    ours, theirs = seen.ours._replace(dZ=np.array(mine)), seen.theirs._replace(dZ=np.array(right))
    return seen._replace(ours=ours, theirs=theirs, limits=dict.fromkeys(seen.limits, limit))


# Ours, what is right, how far they may differ, and their ratio.
PAIRS = {
    "a number": ([2.0, -4.0], [1.0, -2.0], 1e-12, 2.0),
    "a small one": ([0.9e-12, 1.8e-12], [1.0, 2.0], 1e-12, 0.9e-12),
    "a smaller one": ([0.4e-12, 0.8e-12], [1.0, 2.0], 1e-12, None),
    "a small one of large values": ([2e-10, 4e-10], [100.0, 200.0], 1e-12, 2e-12),
    "a smaller one of large values": ([4e-13, 8e-13], [100.0, 200.0], 1e-12, None),
    "a small one of small values": ([0.9e-12, 1.8e-12], [0.01, 0.02], 1e-12, 9e-11),
    "a smaller one of small values": ([0.4e-12, 0.8e-12], [0.01, 0.02], 1e-12, None),
    "beside 0, within the limit": ([2.0, 0.9e-12 * 2, 4.0], [1.0, 0.0, 2.0], 1e-12, 2.0),
    "beside 0, above the limit": ([2.0, 1.1e-12 * 2, 4.0], [1.0, 0.0, 2.0], 1e-12, None),
    "a small one beside 0, within the limit": ([0.5, 0.9e-12, 1.0], [1.0, 0.0, 2.0], 1e-12, 0.5),
    "a small one beside 0, above the limit": ([0.5, 1.1e-12, 1.0], [1.0, 0.0, 2.0], 1e-12, None),
    "minus a number beside 0, within the limit": ([-2.0, 0.9e-12 * 2, -4.0], [1.0, 0.0, 2.0], 1e-12, -2.0),
    "equal to 5 in 1e10": ([2.0, 4.0, 6.0 + 3e-9], [1.0, 2.0, 3.0], 1e-15, 2.0),
    "equal to 2 in 1e9": ([2.0, 4.0, 6.0 + 12e-9], [1.0, 2.0, 3.0], 1e-15, None),
    "less by 2 in 1e9": ([2.0, 4.0, 6.0 - 12e-9], [1.0, 2.0, 3.0], 1e-15, None),
    "a few of 2 %, which count": ([2.0, 0.0401, 0.0401], [1.0, 0.02, 0.02], 1e-4, None),
    "many of half a per cent, which do not": ([2.0, 0.0101, 0.0101], [1.0, 0.005, 0.005], 1e-4, 2.0),
    "many of one per cent, which do not": ([2.0, 0.0201, 0.0201], [1.0, 0.01, 0.01], 1e-4, 2.0),
    "another one in small elements": ([2.0, 0.001, 0.001], [1.0, 0.001, 0.001], 1e-12, None),
    "all zero": ([0.0, 0.0], [1.0, 2.0], 1e-12, None),
    "all zero where nothing rounds": ([0.0, 0.0], [1.0, 2.0], 0.0, None),
    "zero beside others where nothing rounds": ([2.0, 0.0, 4.0], [1.0, 0.0, 2.0], 0.0, 2.0),
    "right where all is zero": ([1.0, 1.0], [0.0, 0.0], 1e-12, None),
    "nan": ([np.nan, np.nan], [1.0, 2.0], 1e-12, None),
    "nan in a small element": ([2.0, 4.0, np.nan], [1.0, 2.0, 1e-9], 1e-12, None),
    "infinite": ([np.inf, np.inf], [1.0, 2.0], 1e-12, None),
    "infinite in one element": ([2.0, 4.0, np.inf], [1.0, 2.0, 3.0], 1e-12, None),
    "infinite where it should be": ([2.0, np.inf], [1.0, np.inf], 1e-12, None),
    "finite where it should be infinite": ([2.0, 4.0], [1.0, np.inf], 1e-12, None),
    "of nan": ([2.0, 4.0], [np.nan, 2.0], 1e-12, None),
}  # fmt: skip


@pytest.mark.parametrize("case", PAIRS)
def test_the_ratio_of_one_case(observed: Callable, case: str):
    mine, right, limit, ratio = PAIRS[case]
    # as a diagnosis computes
    with np.errstate(all="ignore"):
        found = ratio_of(pair(observed, mine, right, limit), "dZ")
    assert found == (ratio and pytest.approx(ratio, rel=1e-12))


@pytest.mark.parametrize("case", ["infinite where it should be", "right where all is zero"])
def test_a_case_whose_right_values_have_no_ratio_is_passed_over(observed: Callable, case: str):
    other = observed(dZ=lambda dZ: dZ * 2)
    with np.errstate(all="ignore"):
        assert common_ratio([other, pair(observed, *PAIRS[case][:3])], "dZ") == ""
