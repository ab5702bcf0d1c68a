"""What all pictures share: title and take-away, colours that the colour-blind can tell apart, files.

Matplotlib is imported when the first picture is drawn, and draws to files only: no display is needed.
"""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compare.errors import InputError
from compare.files import whole_file
from compare.report.brightness import limits
from compare.report.tables import in_lines
from compare.words import per_cent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = ".png", ".svg"
# What `prove` writes beside its pictures, see overview.py.
RECORDING = "overview.json"
# Okabe and Ito's colours.
BLUE, VERMILION, GREEN = "#0072B2", "#D55E00", "#009E73"
PALETTE = BLUE, VERMILION, GREEN, "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7F7F7F"
# Characters that fit in an inch: of a title, and of a take-away.
TITLE_PER_INCH, PER_INCH = 11, 15


def check_picture(path: Path) -> None:
    """Raise InputError if the name does not say which kind of picture to draw."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: a picture is named *.png or *.svg")


def save_picture(figure: "Figure", path: Path) -> None:
    """Write the figure whole or not at all. Raises InputError where it cannot be written."""
    check_picture(path)
    _without_maths(figure)
    kind = path.suffix[1:].lower()
    options: dict[str, Any] = {"pil_kwargs": {"optimize": True}} if kind == "png" else {}
    try:
        with whole_file(path) as stream, warnings.catch_warnings():
            # a name in letters that the font has not is drawn as boxes
            warnings.filterwarnings("ignore", "Glyph .* missing from")
            figure.savefig(stream, format=kind, dpi=150, **options)
    except OSError as error:
        raise InputError(f"{path}: the picture cannot be written: {error.strerror}") from None


def _without_maths(figure: "Figure") -> None:
    """Show every text as it is: in a name, a pair of $ is no formula. Only powers of 10 along an axis are formulas."""
    from matplotlib.axis import Axis, Tick
    from matplotlib.text import Text
    from matplotlib.ticker import LogFormatter

    powers = [axis for axis in figure.findobj(Axis) if isinstance(axis.get_major_formatter(), LogFormatter)]
    of_powers = {text for axis in powers for tick in axis.findobj(Tick) for text in tick.findobj(Text)}
    for text in set(figure.findobj(Text)) - of_powers:
        text.set_parse_math(False)


def save_pictures(figures: dict[str, "Figure"], folder: Path) -> None:
    """Write each figure into the folder by its name, as PNG and as SVG. Raises InputError where that fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: the pictures cannot be written: {error.strerror}") from None
    for name, figure in figures.items():
        for suffix in SUFFIXES:
            save_picture(figure, folder / f"{name}{suffix}")


def new_figure(width: float, height: float, title: str, take_away: str) -> "Figure":
    """An empty figure of so many inches with its title above and what it says in one line below."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.suptitle(in_lines(title, round(TITLE_PER_INCH * width)))
    figure.supxlabel(in_lines(take_away, round(PER_INCH * width)), fontsize="small")
    return figure


def per_cent_axis(axis: Any) -> None:
    """Label an axis of shares in per cent."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda share, _: per_cent(share, None)))


def epoch_axis(axes: Any) -> None:
    """Whole epochs along the bottom."""
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    axes.grid(alpha=0.3)


def as_image(row: NDArray, shape: tuple[int, ...]) -> NDArray:
    """A row of pixels (D,) as an image (H, W), or (H, W, C) in colour."""
    image = row.reshape(shape)
    return image.transpose(1, 2, 0) if image.ndim == 3 else image


def show(axes: Any, image: NDArray, *, ink: bool) -> None:
    """Draw an image without axes. ink: a grey one as ink on paper; else it is as bright as its pixels are, in a frame.

    See `limits` for the ends of the greys.
    """
    low, high = limits(image)
    if image.ndim == 3:
        # Matplotlib looks at the limits of grey images only
        image = (image - low) / (high - low)
    axes.imshow(image, cmap="gray_r" if ink else "gray", vmin=low, vmax=high, interpolation="nearest")
    axes.set_axis_off()
    if not ink:
        # what is white at the edge would look cut off
        axes.set_axis_on()
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set(color="lightgrey", linewidth=0.5)


def as_weights(weights: NDArray, shape: tuple[int, ...]) -> NDArray:
    """The weights (D,) of a class as an image (H, W): of a colour image the sum over its channels."""
    summed: NDArray = np.asarray(weights).reshape(-1, *shape[-2:]).sum(axis=0)
    return summed


def show_weights(axes: Any, weights: NDArray, shape: tuple[int, ...], limit: float) -> None:
    """Draw the weights (D,) of a class: red above 0, blue below, white at 0; the page has orange and blue."""
    axes.imshow(as_weights(weights, shape), cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
    axes.set_axis_off()
