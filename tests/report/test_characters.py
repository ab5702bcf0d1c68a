"""An image as characters: ten shades, two characters for a pixel."""

import numpy as np
import pytest

from compare.report.characters import as_text


def test_pixels_become_ten_shades():
    ramp = np.array([[0, 25, 26, 51, 52, 230, 231, 255], [255, 0, 0, 0, 0, 0, 0, 0]], np.uint8)
    assert as_text(ramp) == "    ....::%%@@@@\n@@"


@pytest.mark.parametrize("most", [1, 255, 1e30, 3e38])
def test_floats_are_shades_from_0_to_1_or_as_far_as_they_go(most: float):
    assert as_text(np.array([[0, most / 2, most]], np.float32)) == "  ++@@"
    assert as_text(np.array([[-most, 0, most]], np.float32)) == "  ++@@"
    assert as_text(np.array([[0, 0.5, 0.25]], np.float32)) == "  ++::"
