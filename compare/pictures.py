"""Pictures: PNG or SVG by the name of the file, in colours that the colour-blind can tell apart.

Matplotlib is imported when the first picture is drawn, and draws to files only: no display is needed.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compare.datasets import Dataset
from compare.errors import InputError
from compare.files import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = ".png", ".svg"
# Okabe and Ito's colours: blue, vermilion, green
SCRATCH, TORCH, PUBLISHED = "#0072B2", "#D55E00", "#009E73"
SAMPLES = 10


def check_picture(path: Path) -> None:
    """Raise InputError if the name does not say which kind of picture to draw."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: a picture is named *.png or *.svg")


def save_picture(figure: "Figure", path: Path) -> None:
    """Write the figure whole or not at all. Raises InputError where it cannot be written."""
    check_picture(path)
    try:
        with whole_file(path) as stream:
            figure.savefig(stream, format=path.suffix[1:].lower(), dpi=150)
    except OSError as error:
        raise InputError(f"{path}: the picture cannot be written: {error.strerror}") from None


def samples(data: Dataset) -> "Figure":
    """The first images of each class, a row a class, of at most 26 classes."""
    images, labels = data.train
    rows = min(data.classes, 26)
    figure = _figure(0.6 * SAMPLES + 1, 0.6 * rows)
    grid = figure.subplots(rows, SAMPLES, squeeze=False)
    for k, row in enumerate(grid):
        row[0].text(-0.2, 0.5, data.names[k], ha="right", va="center", transform=row[0].transAxes)
        for axes in row:
            axes.set_axis_off()
        for axes, index in zip(row, np.flatnonzero(labels == k), strict=False):
            show(axes, as_image(images[index], data.shape))
    figure.subplots_adjust(left=0.16, right=0.99, bottom=0.01, top=0.99, wspace=0.05, hspace=0.05)
    return figure


def as_image(row: NDArray, shape: tuple[int, ...]) -> NDArray:
    """A row of pixels (D,) as an image (H, W), or (H, W, C) in colour."""
    image = row.reshape(shape)
    return image.transpose(1, 2, 0) if image.ndim == 3 else image


def show(axes: Any, image: NDArray) -> None:
    """Draw an image without axes; grey ones as ink on paper."""
    axes.imshow(image, cmap="gray_r", interpolation="nearest")
    axes.set_axis_off()


def _figure(width: float, height: float, **options: Any) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), **options)
