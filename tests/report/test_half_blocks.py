"""Images in a terminal, two pixels a character."""

import numpy as np
import pytest

from compare.report.half_blocks import BLOCKS, LARGE, half_blocks

# Each character by the two grey levels that it stands for.
PAIRS = {(0, 0): " ", (255, 255): "█", (255, 0): "▀", (0, 255): "▄", (60, 70): "░", (130, 120): "▒", (190, 200): "▓"}


def test_a_character_stands_for_the_pixel_above_and_the_one_below():
    image = np.array(list(PAIRS), np.uint8).T
    wide = np.concatenate([image, np.zeros((24, 7), np.uint8)])
    lines = half_blocks(wide.ravel(), wide.shape, colour=False)
    assert lines[0].plain == "".join(PAIRS.values())
    assert {line.plain for line in lines[1:]} == {" " * 7}
    assert set(PAIRS.values()) == set(BLOCKS)


def test_in_colour_the_upper_pixel_is_ink_and_the_lower_one_ground():
    image = np.zeros((3, 24, 24), np.uint8)
    image[:, 0, 0], image[:, 1, 0] = (255, 128, 0), (0, 0, 64)
    (line, *_) = half_blocks(image.ravel(), image.shape, colour=True)
    assert line.plain == "▀" * 24
    assert line.spans[0].style == "#ff8000 on #000040"
    grey = half_blocks(np.full(24 * 24, 64, np.uint8), (24, 24), colour=True)
    assert {span.style for line in grey for span in line.spans} == {"#404040 on #404040"}


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((28, 28), (28, 14)), ((8, 8), (24, 12)), ((5, 3), (12, 10)), ((3, 32, 32), (28, 14)), ((1, 2), (24, 6)),
        ((100, 60), (17, 14)), ((10, 200), (28, 1)), ((25, 25), (25, 13)), ((2, 4, 4), (24, 12)), ((300, 2), (1, 14)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("colour", [False, True])
def test_images_of_other_sizes_keep_their_proportion(shape: tuple, size: tuple, colour: bool):
    lines = half_blocks(np.zeros(np.prod(shape), np.uint8), shape, colour)
    assert {line.cell_len for line in lines} == {size[0]}
    assert len(lines) == size[1]


def test_it_keeps_to_a_narrow_terminal():
    lines = half_blocks(np.zeros(28 * 28, np.uint8), (28, 28), False, width=20)
    assert {line.cell_len for line in lines} == {20}
    assert len(lines) == 10
    lines = half_blocks(np.zeros(28 * 28, np.uint8), (28, 28), False, width=200)
    assert {line.cell_len for line in lines} == {LARGE}


def test_pixels_that_are_no_bytes_go_from_0_to_1_or_beyond():
    image = np.linspace(-3, 5, 24 * 24, dtype=np.float32).reshape(24, 24)
    lines = half_blocks(image.ravel(), image.shape, colour=False)
    assert [lines[0].plain[0], lines[6].plain[0], lines[-1].plain[-1]] == [" ", "▒", "█"]
    assert half_blocks(np.ones(24 * 24, np.float32), (24, 24), colour=False)[0].plain == "█" * 24
    assert half_blocks(np.zeros(24 * 24, np.float32), (24, 24), colour=False)[0].plain == " " * 24


@pytest.mark.parametrize("shape", [(), (7,), (1, 2, 3, 4)])
def test_what_is_no_image_has_no_lines(shape: tuple):
    assert half_blocks(np.zeros(7, np.uint8), shape, colour=False) == []
