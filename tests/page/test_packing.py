"""Arrays as text and back: nothing is lost, and a damaged text is told."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.errors import InputError
from compare.page.packing import Packed, distance, from_distance, pack, pack_images, unpack, unpack_images

FLOATS = st.floats(allow_nan=False)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int64", "float64"])
@pytest.mark.parametrize("shape", [(0,), (7,), (3, 4)])
def test_arrays_come_back(rng: np.random.Generator, dtype: str, shape: tuple[int, ...]):
    array = (100 * rng.random(shape)).astype(dtype)
    packed = pack({"first": array, "second": array[::-1]})
    found = unpack(packed)
    assert list(found) == ["first", "second"]
    for name, expected in (("first", array), ("second", array[::-1])):
        assert found[name].dtype == dtype
        np.testing.assert_array_equal(found[name], expected)
    assert not set(packed.text) & {"/", '"', "\\", "\n"}, "it stands inside a script of HTML"


def test_images_come_back_and_are_smaller_than_before():
    images = np.array([[0, 0, 255, 1], [7, 0, 0, 0]], np.uint8)
    lit, values = pack_images(images)
    assert lit.tolist() == [0b00111000]
    assert values.tolist() == [255, 1, 7]
    np.testing.assert_array_equal(unpack_images(lit, values, (2, 4)), images)


@given(FLOATS, FLOATS)
def test_a_distance_leads_back(value: float, near: float):
    a, b = np.array([value]), np.array([near])
    assert from_distance(b, distance(a, b)) == a


@pytest.mark.parametrize(
    ("value", "near", "steps"),
    [(1.0, 1 - 2**-53, 1), (1 + 2**-51, 1.0, 2), (5e-324, -5e-324, 2), (-0.0, 0.0, 0), (-1.0, -1 - 2**-52, 1)],
)
def test_a_distance_counts_the_numbers_between(value: float, near: float, steps: int):
    assert distance(np.array([value]), np.array([near])).tolist() == [steps]


ROW: dict[str, Any] = {"name": "a", "dtype": "float64", "shape": [1], "bytes": 8}


@pytest.mark.parametrize(
    "packed",
    [
        Packed([ROW], "~~~~~"),
        Packed([ROW], "é"),
        Packed([ROW | {"dtype": "float7"}], pack({"a": np.ones(1)}).text),
        Packed([{"name": "a"}], ""),
        Packed([ROW | {"bytes": 10**6, "shape": [2]}], pack({"a": np.ones(1)}).text),
    ],
)
def test_a_damaged_text_is_one_line(packed: Packed):
    with pytest.raises(InputError, match=r"^the recording is damaged: [^\n]+$"):
        unpack(packed)
