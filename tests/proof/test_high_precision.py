"""The step in 60 digits: against the worked example and rationals, and as a measure of both sides."""

from decimal import Context, Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest

from compare.backends.by_name import SCRATCH, backend
from compare.backends.protocol import Backend
from compare.bugs.catalogue import BUGS
from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.high_precision import distances_from_exact, high_precision_step
from compare.proof.single_steps import plain


def test_the_exact_step_is_the_worked_example():
    """E1 has no rounding at all; the rest agrees with the page to its last digit, and with itself to 50."""
    X, y = np.array([[1, 0], [0.5, 1]]), np.array([0, 2])
    W, b = np.array([[1.0, 0], [0, 1], [-1, 1]]), np.array([0, 0.5, 0])
    with localcontext(Context(prec=60)):
        exact = high_precision_step(X, y, W, b, 1.0)
        assert exact["Z"].tolist() == [[1, Decimal("0.5"), -1], [Decimal("0.5"), Decimal("1.5"), Decimal("0.5")]]
        ones = [sum(value.exp() for value in row) for row in exact["logP"]]
        assert all(abs(one - 1) < Decimal(10) ** -55 for one in ones)
        assert abs(sum(exact["db"])) < Decimal(10) ** -55
    assert float(exact["L"]) == pytest.approx(1.0532, abs=5e-5)
    np.testing.assert_allclose(exact["W"].astype(float)[0], [1.16, -0.106], atol=5e-5)


def test_an_exact_logit_is_the_sum_of_its_products():
    random = np.random.default_rng(3)
    X, W, b = (random.normal(size=shape).astype(np.float32) for shape in ((3, 40), (4, 40), (4,)))
    products = (Fraction(float(x)) * Fraction(float(w)) for x, w in zip(X[2], W[1], strict=True))
    by_hand = sum(products, Fraction(float(b[1])))
    with localcontext(Context(prec=60)):
        Z = high_precision_step(X, np.zeros(3, int), W, b, 0.1)["Z"]
        assert Z[2, 1] == Decimal(by_hand.numerator) / by_hand.denominator


def test_both_sides_are_near_the_exact_values_and_a_mistake_is_not(digits: Problem, dtype: str):
    def distances(ours: Backend) -> dict:
        ((_, pair),) = list(plain(digits, dtype).pairs(ours, backend("torch"), dtype))
        return distances_from_exact(pair, digits.chosen.lr)

    clean, wrong = distances(SCRATCH), distances(BUGS["divided-by-n-minus-1"].backend())
    assert set(clean) == set(QUANTITIES)
    # in eps of the largest value: correct code is a few roundings away
    assert 0 < max(max(distance) for distance in clean.values()) < 8
    assert wrong["dZ"].ours > 1e4
    assert wrong["dZ"].theirs == clean["dZ"].theirs
    assert wrong["loss"] == clean["loss"]
