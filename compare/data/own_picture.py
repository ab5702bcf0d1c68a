"""From a picture to what the model expects, as MNIST did it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from compare.data.bounded_pictures import bounded_picture
from compare.errors import InputError

# MNIST scaled each digit into a box of 20 x 20 and put its centre of mass in the middle of 28 x 28.
BOX = 20 / 28
# Shares of the brightness range: what is fainter than paper grain is background, what is flatter holds no digit.
GRAIN, FLAT = 0.25, 0.1


def read_picture(path: Path) -> NDArray:
    """A PNG or JPEG (or another of FORMATS) as grey levels (H, W) in 0 ... 255, reduced if it is large.

    It is turned as the camera says. Transparent is white, or black where that would hide a white drawing.
    Raises InputError, naming the file, if it cannot be read or is too large.
    """
    rgba = bounded_picture(path)
    for paper in ("white", "black"):
        sheet = Image.new("RGBA", rgba.size, paper)
        grey = np.asarray(Image.alpha_composite(sheet, rgba).convert("L"), float)
        if np.ptp(grey) >= FLAT * 255:
            break
    return grey


def prepare(picture: NDArray, side: int) -> NDArray:
    """Grey levels (H, W) of a digit of any size and place -> uint8 (side, side), white ink on black, as in MNIST.

    The background is what the border mostly shows, brighter on one side than on the other if need be; the ink is what
    differs from it. The ink is cropped, scaled into the box and centred by mass. Raises InputError if the picture is
    all background.
    """
    ink = np.abs(picture - _background(picture))
    if ink.max() < FLAT * 255:
        raise InputError("the picture is of one colour: no digit in it")
    ink = ink / ink.max()
    ink[ink < GRAIN] = 0
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX * side / max(ink.shape)
    size = tuple(max(1, round(scale * length)) for length in reversed(ink.shape))
    small = np.asarray(Image.fromarray(np.rint(255 * ink).astype(np.uint8)).resize(size, Image.Resampling.BOX), float)
    return _centred(small, side)


def squeeze(picture: NDArray, side: int) -> NDArray:
    """Grey levels (H, W) -> uint8 (side, side) by scaling alone."""
    image = Image.fromarray(picture.astype(np.uint8))
    return np.asarray(image.resize((side, side), Image.Resampling.BOX))


def _background(picture: NDArray) -> NDArray:
    """A plane of brightness through the border of a picture (H, W), what is drawn across the border left out."""
    height, width = picture.shape
    y, x = np.mgrid[:height, :width]
    plane = np.stack([np.ones(picture.shape), x / width, y / height], axis=-1)
    border = (x == 0) | (y == 0) | (x == width - 1) | (y == height - 1)
    inliers = np.abs(picture - np.median(picture[border])) < FLAT * 255
    if (inliers & border).sum() < border.sum() / 2:
        inliers = np.ones_like(border)
    for _ in range(3):
        fitted = plane @ np.linalg.lstsq(plane[border & inliers], picture[border & inliers], rcond=None)[0]
        deviation = np.abs(picture - fitted)
        inliers = deviation <= np.median(deviation[border]) * 3 + 1
    return fitted


def _centred(small: NDArray, side: int) -> NDArray:
    total = small.sum()
    image = np.zeros((side, side))
    corner = []
    for axis, length in enumerate(small.shape):
        centre = (small.sum(axis=1 - axis) * np.arange(length)).sum() / total
        # whole pixels, and nothing of the digit may fall off the edge
        corner.append(int(np.clip(round((side - 1) / 2 - centre), 0, side - length)))
    top, left = corner
    image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return np.rint(255 * image / image.max()).astype(np.uint8)
