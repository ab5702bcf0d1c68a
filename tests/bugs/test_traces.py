"""How alike two traces are, and which differences belong to one."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.bugs.traces import likeness, traces


def test_a_trace_has_what_is_over_its_limit_in_units_of_it(observed: Callable):
    def change(dZ):
        dZ = dZ.copy()
        dZ[2, 1] += 3e-9
        return dZ

    found = traces([observed(), observed(dZ=change, L=lambda L: L + 0.9e-9)])
    assert list(found) == [(1, "dZ")]
    assert found[1, "dZ"].shape == (6, 3)
    assert np.argwhere(np.abs(found[1, "dZ"]) > 0.1).tolist() == [[2, 1]]
    assert found[1, "dZ"][2, 1] == pytest.approx(3, rel=1e-6)


def test_nan_is_over_every_limit(observed: Callable):
    assert list(traces([observed(L=lambda L: L * np.nan)])) == [(0, "loss")]


def test_updates_are_compared_not_weights(observed: Callable):
    """W and b of both sides are taken from where the step started."""
    seen = observed(W=lambda W: W * 0, b=lambda b: b + 1)
    (ours, theirs), (b, right_b) = seen.pair("W"), seen.pair("b")
    np.testing.assert_array_equal(ours, -seen.start.W)
    np.testing.assert_allclose(theirs, -0.5 * seen.theirs.dW, rtol=1e-12)
    np.testing.assert_allclose(b - right_b, 1, rtol=1e-12)
    assert [one.shape for one in seen.pair("loss")] == [(1,), (1,)]


ONES, FIRST, LAST = np.ones((2, 2)), np.eye(2)[:1], np.eye(2)[1:]
# Two traces of one quantity, and how alike they are: 1/2 for the direction, 1/2 for the length.
PAIRS = {
    "the same": (ONES, ONES, 1.0),
    "three times as long": (ONES, 3 * ONES, 0.5 + 0.5 / 3),
    "a third as long": (3 * ONES, ONES, 0.5 + 0.5 / 3),
    "opposite": (ONES, -ONES, 0.8),
    "opposite and twice as long": (-2 * ONES, ONES, 0.8 * 0.75),
    "nothing in common": (FIRST, LAST, 0.0),
    "half of it": (FIRST, FIRST + LAST, (0.5 + 0.5 / np.sqrt(2)) / np.sqrt(2)),
    "squares that overflow": (1e200 * ONES, 2e200 * ONES, 0.75),
    "not finite in the same places": (np.array([np.inf, 1]), np.array([np.nan, 5]), 1.0),
    "not finite in other places": (np.array([np.inf, 1, 1, 1]), np.array([1, np.nan, 1, 1]), 0.5),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_likeness_of_one_quantity(pair: str):
    a, b, expected = PAIRS[pair]
    assert likeness({(0, "dZ"): a}, {(0, "dZ"): b}) == pytest.approx(expected, abs=1e-12)


def test_likeness_of_several_is_their_mean_and_what_only_one_has_is_zero():
    three = {(0, "dZ"): ONES, (0, "dW"): ONES, (1, "dZ"): ONES}
    assert likeness(three, three) == pytest.approx(1)
    assert likeness(three, {(0, "dZ"): ONES}) == pytest.approx(1 / 3)
    assert likeness({(0, "dZ"): ONES}, three) == pytest.approx(1 / 3)
    assert likeness({(0, "dZ"): ONES}, {(1, "dZ"): ONES}) == 0
    assert likeness(three, {}) == 0
