"""The order of arrays in memory: which an array has, and a copy in another."""

from itertools import product

import numpy as np
import pytest

from compare.backends.memory_order import ORDERS, laid_out, order_of, places, view

SHAPES = (3, 4), (3, 1), (1, 4), (5,), (2, 3, 4), (0, 3), ()


def test_there_are_three():
    assert ORDERS == ("C", "F", "gaps")


@pytest.mark.parametrize(("shape", "order", "dtype"), [*product(SHAPES, ORDERS, ("float32", "int64"))])
def test_a_copy_has_the_values_and_the_order(shape: tuple[int, ...], order: str, dtype: str):
    array = np.arange(np.prod(shape), dtype=dtype).reshape(shape)
    for given in (array, np.array(array, order="F"), np.repeat(array, 2, axis=0)[::2] if shape else array):
        made = laid_out(given, order)
        np.testing.assert_array_equal(made, array, strict=True)
        assert not np.shares_memory(made, given)
        # of rows or columns that are one after the other both ways, order makes no difference
        both_ways = not shape or array.size == 0 or (order == "F" and sum(size > 1 for size in shape) < 2)
        assert order_of(made) == ("C" if both_ways else order)


def test_the_order_of_an_array():
    array = np.zeros((4, 6))
    assert [order_of(a) for a in (array, array.T, array[:, ::2], array[::2], array[:, 0], array[:1])] == [
        "C", "F", "gaps", "gaps", "gaps", "C",
    ]  # fmt: skip


def test_a_copy_cannot_be_written_to():
    for order in ORDERS:
        made = laid_out(np.ones((2, 3)), order)
        with pytest.raises(ValueError, match="read-only"):
            made[0, 0] = 1
        with pytest.raises(ValueError, match="WRITEABLE"):
            made.flags.writeable = True


def test_in_the_gaps_stands_what_is_before_them():
    made = laid_out(np.array([[1.0, 2], [3, 4]]), "gaps")
    assert made.strides == (32, 16)
    np.testing.assert_array_equal(np.lib.stride_tricks.as_strided(made, (8,), (8,)), [1, 1, 2, 2, 3, 3, 4, 4])


def test_a_view_begins_where_it_is_told_and_takes_as_much_as_is_said():
    memory = np.arange(20.0)
    for order, expected in (
        ("C", [[2, 3, 4], [5, 6, 7]]),
        ("F", [[2, 4, 6], [3, 5, 7]]),
        ("gaps", [[2, 4, 6], [8, 10, 12]]),
    ):
        found = view(memory, "float64", (2, 3), order, 16)
        np.testing.assert_array_equal(found, expected)
        assert np.shares_memory(found, memory)
    assert [places((2, 3), order) for order in ORDERS] == [6, 6, 12]
