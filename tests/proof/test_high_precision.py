"""The step in 60 digits: against the worked example, rationals and twice the digits, and as a measure of both sides."""

from collections.abc import Callable
from decimal import Context, Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest

from compare.backends.by_name import SCRATCH, backend
from compare.backends.protocol import Backend
from compare.bugs.catalogue import BUGS
from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.high_precision import WORKING_DIGITS, Distances, distances_from_exact, high_precision_step
from compare.proof.lockstep import StepPair
from compare.proof.single_steps import real_batch

EPS = {"float32": 2.0**-23, "float64": 2.0**-52}


def exact_step(pair: StepPair, lr: float, digits: int) -> dict[str, np.ndarray]:
    with localcontext(Context(prec=digits)):
        return high_precision_step(pair.reference.X, pair.reference.y, pair.start.W, pair.start.b, lr)


def largest(values: np.ndarray) -> Decimal:
    return max(map(abs, np.ravel(values)))


def test_the_exact_step_is_the_worked_example():
    """E1 has no rounding at all; the rest agrees with the page to its last digit, and with itself to 50."""
    X, y = np.array([[1, 0.5, 0, 0], [0.5, 0, 1, 0.5]]), np.array([0, 2])
    W, b = np.array([[1.0, -1, 0, -1], [0, 1, 1, 1], [0, -1, 1, 0]]), np.array([0.5, 0, -0.5])
    with localcontext(Context(prec=60)):
        exact = high_precision_step(X, y, W, b, 0.5)
        assert exact["Z"].tolist() == [[1, Decimal("0.5"), -1], [Decimal("0.5"), Decimal("1.5"), Decimal("0.5")]]
        ones = [sum(value.exp() for value in row) for row in exact["logP"]]
        assert all(abs(one - 1) < Decimal(10) ** -55 for one in ones)
        assert abs(sum(exact["db"])) < Decimal(10) ** -55
    assert float(exact["L"]) == pytest.approx(1.0532, abs=5e-5)
    np.testing.assert_allclose(exact["W"].astype(float)[0], [1.08, -0.9468, -0.053, -1.0265], atol=5e-5)
    np.testing.assert_allclose(exact["b"].astype(float), [0.5535, -0.2311, -0.3224], atol=5e-5)
    assert {name: np.shape(value) for name, value in exact.items()} == {
        "Z": (2, 3), "logP": (2, 3), "L": (), "dZ": (2, 3), "dW": (3, 4), "db": (3,), "W": (3, 4), "b": (3,),
    }  # fmt: skip


def test_an_exact_logit_is_the_sum_of_its_products():
    random = np.random.default_rng(3)
    X, W, b = (random.normal(size=shape).astype(np.float32) for shape in ((3, 40), (4, 40), (4,)))
    products = (Fraction(float(x)) * Fraction(float(w)) for x, w in zip(X[2], W[1], strict=True))
    by_hand = sum(products, Fraction(float(b[1])))
    with localcontext(Context(prec=60)):
        Z = high_precision_step(X, np.zeros(3, int), W, b, 0.1)["Z"]
        assert Z[2, 1] == Decimal(by_hand.numerator) / by_hand.denominator


def test_more_than_fifty_digits_are_correct(equal_pair: Callable):
    pair = equal_pair("float64")
    found, more = exact_step(pair, 0.1, WORKING_DIGITS), exact_step(pair, 0.1, 120)
    with localcontext(Context(prec=120)):
        for field, values in more.items():
            assert largest(found[field] - values) <= Decimal(10) ** -50 * largest(values), field


def test_a_distance_has_more_digits_than_float64(equal_pair: Callable, dtype: str):
    """The distances of the reference, computed again with twice the digits: 17 would not do."""
    pair = equal_pair(dtype)
    found, exact = distances_from_exact(pair, 0.1), exact_step(pair, 0.1, 120)
    assert list(found) == list(QUANTITIES)
    with localcontext(Context(prec=120)):
        for name, quantity in QUANTITIES.items():
            values = exact[quantity.field]
            floats = np.vectorize(Decimal, otypes=[object])(getattr(pair.reference, quantity.field).astype(float))
            in_eps = largest(floats - values) / largest(values) / Decimal(EPS[dtype])
            assert found[name].theirs == pytest.approx(float(in_eps), rel=1e-12), name
            assert found[name].ours == found[name].theirs


def test_each_side_has_its_own_distance(equal_pair: Callable):
    pair = equal_pair("float64")
    clean = distances_from_exact(pair, 0.1)
    off = pair.reference.dW + 3 * np.abs(pair.reference.dW).max()
    found = distances_from_exact(pair._replace(steps={"one_step": pair.reference._replace(dW=off)}), 0.1)
    assert found["dW"].ours == pytest.approx(3 / EPS["float64"])
    assert found["dW"].theirs == clean["dW"].theirs < 10
    assert {name: d for name, d in found.items() if name != "dW"} == {n: d for n, d in clean.items() if n != "dW"}


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_infinitely_far(equal_pair: Callable, value: float):
    pair = equal_pair("float32")
    pair.steps["one_step"].dZ[2, 1] = value
    found = distances_from_exact(pair, 0.1)["dZ"]
    assert found.ours == np.inf
    assert found.theirs < 10


def test_where_the_exact_values_are_zero_only_zero_is_near(equal_pair: Callable):
    """With one class all probabilities are 1, and all gradients 0."""
    pair = equal_pair("float64")
    one = {name: getattr(pair.reference, name)[:, :1] * 0 for name in ("Z", "logP", "dZ")}
    reference = pair.reference._replace(
        y=pair.reference.y * 0, L=np.float64(0), dW=np.zeros((1, 12)), db=np.zeros(1), W=np.zeros((1, 12)),
        b=np.zeros(1), **one,
    )  # fmt: skip
    start = pair.start._replace(W=np.zeros((1, 12)), b=np.zeros(1))
    ours = reference._replace(db=np.array([1e-300]))
    found = distances_from_exact(pair._replace(start=start, reference=reference, steps={"one_step": ours}), 0.1)
    assert found.pop("db") == Distances(np.inf, 0)
    assert set(found.values()) == {Distances(0, 0)}


def test_both_sides_are_near_the_exact_values_and_a_mistake_is_not(digits: Problem, dtype: str):
    def distances(ours: Backend) -> dict:
        ((_, pair),) = list(real_batch(digits, dtype).pairs(ours, backend("torch"), dtype))
        return distances_from_exact(pair, digits.chosen.lr)

    clean, wrong = distances(SCRATCH), distances(BUGS["divided-by-n-minus-1"].backend())
    assert set(clean) == set(QUANTITIES)
    # in eps of the largest value: correct code is a few roundings away
    assert 0 < max(max(distance) for distance in clean.values()) < 8
    assert wrong["dZ"].ours > 1e4
    assert wrong["dZ"].theirs == clean["dZ"].theirs
    assert wrong["loss"] == clean["loss"]
