"""The tests of the values of one quantity, each alone: what it says, and when it says nothing or cannot say."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import scratch
from compare.bugs.traces import Observed
from compare.bugs.values import TESTS, one_element, one_slice, zero


def said(seen: Observed, field: str) -> set[str]:
    """What all tests say of our tensor of one step."""
    return {text for test in TESTS if (text := test(seen, field, *seen.pair(field)))}


def add(*index: int, by: float = 1.0) -> Callable[[NDArray], NDArray]:
    """A change of these elements only."""

    def change(array: NDArray) -> NDArray:
        array = array.copy()
        array[index] += by
        return array

    return change


# What our tensor is, what is said of it, and a tensor a little different of which it is not said.
NEAR: dict[str, tuple[str, Callable, str, Callable]] = {
    "zero": ("dW", np.zeros_like, "{} is zero in every element", lambda a: a * 1e-9),
    "an offset": ("L", lambda L: np.array([L, L]) + 0.25, "{} is off by 0.25 in every element", lambda L: L + 0.25),
    "rows": ("Z", lambda Z: Z + Z[:, :1], "each row of {} is off by a number of its own", lambda Z: Z + Z[:, :1] * Z),
    "columns": ("logP", lambda P: P + P[:1], "each class of {} is off by a number of its own", lambda P: P + P[:1] * P),
    "the transpose": (
        "dW",
        lambda dW: dW.T.reshape(dW.shape),
        "{} has the right numbers in the order of the transpose",
        lambda dW: dW.T.reshape(dW.shape) * 1.001,
    ),
    "probabilities": (
        "logP", np.exp, "the rows of {} sum to 1: these are probabilities, not logarithms", lambda P: np.exp(P) * 1.001
    ),
    "the wrong axis": (
        "logP",
        lambda P: scratch.log_softmax(P.T).T,
        "the columns of P sum to 1; its rows should",
        lambda P: scratch.log_softmax(P.T).T + 0.001,
    ),
    "few digits": (
        "dZ",
        lambda dZ: dZ.astype("f2").astype(float),
        "{} has no more digits than float16 has",
        lambda dZ: add(0, 0, by=1e-9)(dZ.astype("f2").astype(float)),
    ),
    "an element": ("dW", add(1, 3), "only the element [1, 3] of {} differs", add(1, slice(3, 5))),
    "a class": ("dW", add(1), "only class 1 of {} differs", lambda dW: add(0, 0)(add(1)(dW))),
    "a pixel": ("dW", add(slice(None), 2), "only pixel 2 of {} differs", add(slice(None), slice(2, 4))),
    "an image": ("Z", add(5), "only the last image of {} differs", add(slice(4, 6))),
}  # fmt: skip


@pytest.mark.parametrize("case", NEAR)
def test_it_is_said_of_this_tensor_and_not_of_one_near_it(observed: Callable, case: str):
    field, change, text, other = NEAR[case]
    assert text in said(observed(**{field: change}), field)
    assert text not in said(observed(**{field: other}), field)


def test_zero_where_zero_is_right_is_no_fact(observed: Callable):
    seen, nothing = observed(), np.zeros((2, 2))
    assert zero(seen, "dW", nothing, nothing + 1)
    assert not zero(seen, "dW", nothing, nothing)
    assert not zero(seen, "dW", nothing + 1, nothing)


def test_few_digits_are_no_fact_where_the_right_tensor_has_as_few(observed: Callable):
    seen, few, all_digits = observed(), np.array([0.5, 2.0]), np.array([0.1, 0.3])
    told = {
        test(seen, "db", few, right) for right in (few, few * 2) for test in TESTS if test.__name__ == "_few_digits"
    }
    assert told == {""}
    assert "{} has no more digits than float16 has" in {test(seen, "db", few, all_digits) for test in TESTS}


def test_one_cannot_say_that_one_of_one_differs(observed: Callable):
    """None, so that such a case does not speak against what others say."""
    seen, a, b = observed(), np.ones((3, 1)), np.zeros((3, 1))
    assert one_element(seen, "db", a[:1, 0], b[:1, 0]) == ""
    assert one_slice(seen, "db", a[:, 0], b[:, 0]) is None
    assert one_slice(seen, "dW", *(np.eye(3)[:1] for _ in range(2))) == ""
    assert one_slice(seen, "dW", np.eye(1, 3), np.zeros((1, 3))) is None


@pytest.mark.parametrize(("N", "cannot"), [(1, ["_columns_offset", "_other_labels"]), (2, [])])
def test_of_one_image_one_cannot_say_whose_label_it_is(observed: Callable, N: int, cannot: list[str]):
    seen = observed(N=N, dZ=add(0))
    assert [test.__name__ for test in TESTS if test(seen, "dZ", *seen.pair("dZ")) is None] == cannot


def test_what_is_within_its_limit_does_not_differ(observed: Callable):
    for by, text in ((0.9e-12, "only the element [1, 3] of {} differs"), (1e-10, "only class 1 of {} differs")):
        seen = observed(dW=lambda dW, by=by: add(1, 3)(add(1, 0, by=by)(dW)))
        assert said(seen, "dW") == {text}


def test_nan_is_a_difference(observed: Callable):
    seen = observed(dW=add(1, 3, by=np.nan))
    assert one_element(seen, "dW", *seen.pair("dW")) == "only the element [1, 3] of {} differs"
