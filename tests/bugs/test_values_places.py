"""Where values differ: in every element, in one row or column, or in one element; and where nothing may differ."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from compare.bugs.traces import NAMES
from compare.bugs.values import TESTS, one_element, one_slice, zero

# What is off of a tensor, and what is said.
SLICES = [
    ("Z", np.s_[0], "only the first image of {} differs"),
    ("Z", np.s_[3], "only image 3 of {} differs"),
    ("Z", np.s_[5], "only the last image of {} differs"),
    ("logP", np.s_[:, 0], "only the first class of {} differs"),
    ("logP", np.s_[:, 1], "only class 1 of {} differs"),
    ("dZ", np.s_[:, 2], "only the last class of {} differs"),
    ("dW", np.s_[0], "only the first class of {} differs"),
    ("dW", np.s_[2], "only the last class of {} differs"),
    ("W", np.s_[:, 0], "only the first pixel of {} differs"),
    ("W", np.s_[:, 3], "only pixel 3 of {} differs"),
    ("W", np.s_[:, 4], "only the last pixel of {} differs"),
    ("W", np.s_[1, 1:3], "only class 1 of {} differs"),
    ("Z", np.s_[2:4, 1], "only class 1 of {} differs"),
    ("Z", np.s_[2:4, 1:3], ""),
]


@pytest.mark.parametrize(("field", "index", "text"), SLICES)
def test_the_only_row_or_column_that_differs(observed: Callable, field: str, index: tuple, text: str):
    def change(array: NDArray) -> NDArray:
        array = array.copy()
        array[index] += 1 + array[index] ** 2
        return array

    seen = observed(**{field: change})
    assert one_slice(seen, field, *seen.pair(field)) == text


def test_zero_where_zero_is_right_is_no_fact(observed: Callable):
    seen, nothing = observed(), np.zeros((2, 2))
    assert zero(seen, "dW", nothing, nothing + 1)
    assert not zero(seen, "dW", nothing, nothing)
    assert not zero(seen, "dW", nothing + 1, nothing)
    assert not zero(seen, "dW", np.eye(2), nothing + 1)
    assert zero(seen, "dW", nothing, np.eye(2))


# What is added to whole numbers where nothing may differ, and all that is said.
EXACT: list[tuple[NDArray, set[str]]] = [
    (np.array([[1.0], [2.0], [4.0], [0.0], [-1.0], [8.0]]), {"each row of {} is off by a number of its own"}),
    (np.array([1.0, 0.0, 3.0]), {"each class of {} is off by a number of its own"}),
    (np.array([[0.0], [0.0], [4.0], [0.0], [0.0], [0.0]]), {"only image 2 of {} differs"}),
    (np.array([0.0, 3.0, 0.0]), {"only class 1 of {} differs"}),
    (np.array([2.0]), {"{} is off by 2 in every element"}),
    (np.eye(6, 3, -4)[:, ::-1] * [0, 0, 1], {"only the element [4, 2] of {} differs"}),
]


@pytest.mark.parametrize(("offsets", "texts"), EXACT)
def test_where_nothing_may_differ_nothing_does(observed: Callable, offsets: NDArray, texts: set[str]):
    right = np.array([[9.0, 2, 4], [3, 0, 7], [1, 6, 5], [2, 2, 8], [5, 3, 1], [0, 4, 4]])
    seen = observed()._replace(limits=dict.fromkeys(NAMES, 0.0))
    assert {text for test in TESTS if (text := test(seen, "Z", right + offsets, right))} == texts


def test_one_cannot_say_that_one_of_one_differs(observed: Callable):
    """None, so that such a case does not speak against what others say."""
    seen, a, b = observed(), np.ones((3, 1)), np.zeros((3, 1))
    assert one_element(seen, "db", a[:1, 0], b[:1, 0]) == ""
    assert one_slice(seen, "db", a[:, 0], b[:, 0]) is None
    assert one_slice(seen, "dW", *(np.eye(3)[:1] for _ in range(2))) == ""
    assert one_slice(seen, "dW", np.eye(1, 3), np.zeros((1, 3))) is None


def test_small_numbers_in_another_order_are_no_transpose(observed: Callable):
    seen, right = observed(), np.arange(1.0, 16).reshape(3, 5) * 1e-9
    text = "{} has the right numbers in the order of the transpose"
    for made, told in ((right.T.reshape(3, 5), True), (right * 1.1, False), (right[::-1], False)):
        assert (text in {test(seen, "dW", made, right) for test in TESTS}) == told


def test_one_image_of_one_or_two(observed: Callable):
    seen = observed()
    for N, text in ((1, ""), (2, "only the first image of {} differs")):
        right = np.arange(3.0 * N).reshape(N, 3)
        made = right + np.where(np.arange(N) == 0, 1, 0)[:, None] * [1, 0, 2]
        assert one_slice(seen, "Z", made, right) == text
