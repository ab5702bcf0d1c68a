"""How large a difference is told to be: one ratio, a bound, or a share of the largest value."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.bugs import facts as module
from compare.bugs.facts import facts, shared
from compare.bugs.traces import Observed


def said(seen: list[Observed], field: str) -> list[str]:
    """The facts after the first, which says where."""
    return facts(seen, 0, {"Z": "logits", "dZ": "logits_gradient"}[field], field, False)[1:]


@pytest.mark.parametrize(
    ("times", "text"),
    [
        (0.0123, "1 % of the largest value of Z"),
        (0.00123, "0.1 % of the largest value of Z"),
        (0.000123, "0.01 % of the largest value of Z"),
        (0.0000123, "1e-05 of the largest value of Z"),
        (99.4, "9940 % of the largest value of Z"),
        (100.2, "far over 100 times its size"),
    ],
)
def test_how_far_it_is_off(observed: Callable, times: float, text: str):
    def change(Z):
        off = np.zeros_like(Z)
        off[3:5, :2] = times * np.abs(Z).max()
        return Z + off

    assert said([observed(Z=change)], "Z") == [f"there Z is off by {text}"]


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (9.4e-5, "9e-05"), (1e-4, "0.01 %"), (9.4e-4, "0.09 %"), (1e-3, "0.1 %"), (9.4e-3, "0.9 %"), (0.01, "1 %"),
        (0.994, "99 %"),
    ],
)  # fmt: skip
def test_a_share_has_about_one_digit(share: float, text: str):
    assert shared(share) == text


@pytest.mark.parametrize(
    ("ratio", "fact"),
    [
        (1 + 2e-6, "Z is 1.000002 times what it should be, in every element"),
        (1 + 9e-7, "Z is off by 9e-07 of its size, in every element"),
        (1 - 9e-7, "Z is off by 9e-07 of its size, in every element"),
        (1 - 2e-6, "Z is 0.999998 times what it should be, in every element"),
        (1 + 1e-13, "Z is off by 1e-13 of its size, in every element"),
    ],
)
def test_a_ratio_near_one(observed: Callable, ratio: float, fact: str):
    seen = observed(Z=lambda Z: Z * ratio)
    assert said([seen._replace(limits=dict.fromkeys(seen.limits, 0.0))], "Z") == [fact]


@pytest.mark.parametrize(
    ("limit", "fact"),
    [
        ("NEAR", "Z is 1.5 times what it should be, in every element"),
        ("ROUNDING", "there Z is off by 50 % of the largest value of Z"),
    ],
)
def test_a_ratio_at_a_limit(observed: Callable, monkeypatch: pytest.MonkeyPatch, limit: str, fact: str):
    monkeypatch.setattr(module, limit, 0.5)
    assert said([observed(Z=lambda Z: 1.5 * Z)], "Z") == [fact]


def test_a_hundred_times_is_far(observed: Callable):
    seen = observed(Z=lambda Z: np.where(np.arange(Z.size).reshape(Z.shape) % 5, 1.0, 101.0))
    seen = seen._replace(theirs=seen.theirs._replace(Z=np.ones_like(seen.theirs.Z)))
    assert said([seen], "Z")[-1] == "there Z is off by far over 100 times its size"


def test_a_rounding_is_no_ratio(observed: Callable):
    """Where nothing may differ, all elements are one number times the right ones but for their last digits."""
    seen = observed(Z=lambda Z: Z * (1 + 4e-15))
    assert said([seen._replace(limits=dict.fromkeys(seen.limits, 0.0))], "Z") == [
        "there Z is off by 4e-15 of the largest value of Z"
    ]


@pytest.mark.parametrize(
    ("bounds", "bounded"), [((0.02, 0.02), True), ((0.02, 0.03), False), ((0.02,), False), ((0.0, 0.0), False)]
)
def test_a_bound_is_the_same_in_several_cases(observed: Callable, bounds: tuple[float, ...], bounded: bool):
    seen = [
        observed(N=6 + n, K=3 + n, dZ=lambda dZ, most=most: np.clip(dZ, -most, most)) for n, most in enumerate(bounds)
    ]
    assert ("no element of dZ is above 0.02 in size" in said(seen, "dZ")) == bounded
    assert any("no element" in fact for fact in said(seen, "dZ")) == bounded


def test_what_is_larger_than_it_should_be_has_no_bound(observed: Callable):
    seen = [observed(dZ=lambda dZ: np.where(dZ > 0, 3, dZ)), observed(N=7, K=4, dZ=lambda dZ: np.where(dZ > 0, 3, dZ))]
    assert not any("no element" in fact for fact in said(seen, "dZ"))
    # in one case it is not smaller
    bounded = [observed(dZ=lambda dZ: np.clip(dZ, -0.02, 0.02)) for _ in range(2)]
    right = bounded[1].theirs
    bounded[1] = bounded[1]._replace(theirs=right._replace(dZ=right.dZ / 20))
    assert not any("no element" in fact for fact in said(bounded, "dZ"))


def test_where_the_largest_element_is_right_there_is_no_bound(observed: Callable):
    def change(dZ):
        return np.where(np.abs(dZ) < np.median(np.abs(dZ)), dZ / 3, dZ)

    assert not any("no element" in fact for fact in said([observed(dZ=change), observed(dZ=change)], "dZ"))
