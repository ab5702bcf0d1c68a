"""Which pixel is drawn black, and which white."""

import numpy as np
import pytest
from numpy.typing import NDArray

from compare.report.brightness import brighter, limits


@pytest.mark.parametrize(
    ("image", "ends"),
    [
        (np.array([0, 255], np.uint8), (0, 255)),
        (np.array([100, 200], np.uint8), (0, 255)),
        (np.array([7, 26], np.uint8), (0, 255)),
        (np.array([7, 25], np.uint8), (0, 25)),
        (np.array([0, 1], np.uint8), (0, 1)),
        (np.array([0, 0], np.uint8), (0, 255)),
        (np.array([0.25, 0.5]), (0, 1)),
        (np.array([0.25, 1.5], np.float32), (0, 1.5)),
        (np.array([-0.25, 0.5]), (-0.25, 1)),
        (np.array([0.0, 0.0]), (0, 1)),
    ],
)
def test_the_ends_of_the_greys(image: NDArray, ends: tuple[float, float]):
    assert limits(image) == ends
    assert set(map(type, limits(image))) == {float}


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (np.array([0, 20], np.uint8), ["drawn brighter than it is: the largest pixel is 20, and white is 255"]),
        (np.array([0, 26], np.uint8), []),
        (np.array([0, 0], np.uint8), []),
        (np.array([0, 0.25]), []),
    ],
)
def test_what_is_drawn_brighter_is_told(image: NDArray, told: list[str]):
    assert brighter(image) == told
