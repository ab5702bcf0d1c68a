"""One picture: transparent is white, greys are grey in any mode, turned as the camera says."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from compare.data.prepared import Prepared
from compare.data.read_pictures import read_as, read_one

LEVELS = np.arange(0, 240, 20, dtype=np.uint8).reshape(3, 4)
GREY = Image.fromarray(LEVELS)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "RGB", "1", "I;16"])
def test_each_mode_is_grey_or_colour(tmp_path: Path, mode: str):
    picture = Image.fromarray(LEVELS.astype(np.uint16) * 257) if mode == "I;16" else GREY.convert(mode)
    picture.save(tmp_path / "x.png")
    found = read_one(tmp_path / "x.png", Prepared())
    assert (found.size, found.colour) == ((4, 3), mode.startswith("RGB"))
    if mode != "1":
        expected = np.stack([LEVELS] * 3) if found.colour else LEVELS
        np.testing.assert_array_equal(found.pixels, expected, strict=True)
    np.testing.assert_array_equal(read_one(tmp_path / "x.png", Prepared(grey=True)).pixels.shape, (3, 4))


def test_a_palette_of_colours_is_colour(tmp_path: Path):
    picture = GREY.convert("P")
    picture.putpalette([200, 0, 0] * 256)
    picture.save(tmp_path / "x.png")
    assert read_one(tmp_path / "x.png", Prepared()).colour


def test_transparent_is_white(tmp_path: Path):
    picture = GREY.convert("LA")
    picture.putalpha(Image.fromarray(np.where(LEVELS < 100, 0, 255).astype(np.uint8)))
    picture.save(tmp_path / "x.png")
    expected = np.where(LEVELS < 100, 255, LEVELS)
    np.testing.assert_array_equal(read_one(tmp_path / "x.png", Prepared()).pixels, expected)


@pytest.mark.parametrize(("orientation", "size"), [(1, (4, 3)), (3, (4, 3)), (6, (3, 4)), (8, (3, 4))])
def test_it_is_turned_as_the_camera_says(tmp_path: Path, orientation: int, size: tuple[int, int]):
    exif = Image.Exif()
    exif[0x0112] = orientation
    GREY.save(tmp_path / "x.png", exif=exif)
    found = read_one(tmp_path / "x.png", Prepared())
    assert found.size == size == found.pixels.shape[::-1]


@pytest.mark.parametrize("shape", [(3, 4), (2, 2), (3, 3, 4), (3, 5, 2)])
def test_a_picture_is_made_as_those_that_were_trained_on(tmp_path: Path, shape: tuple[int, ...]):
    GREY.save(tmp_path / "x.png")
    found = read_as(tmp_path / "x.png", shape)
    assert (found.shape, found.dtype) == (shape, np.uint8)
    if shape == (3, 4):
        np.testing.assert_array_equal(found, LEVELS)


def test_a_large_picture_is_scaled_if_that_is_asked_for(tmp_path: Path):
    Image.new("L", (2000, 10), 50).save(tmp_path / "x.png")
    found = read_one(tmp_path / "x.png", Prepared(8))
    assert (found.size, found.pixels.shape) == ((2000, 10), (8, 8))
    assert (found.pixels == 50).all()
