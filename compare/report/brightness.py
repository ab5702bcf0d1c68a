"""How bright the pixels of an image are drawn, in files and in the terminal."""

from numpy.typing import NDArray

from compare.data.dataset import DARK


def limits(image: NDArray) -> tuple[float, float]:
    """The pixel that is drawn black, and the one that is drawn white.

    Of bytes they are 0 and 255, or the largest that there is where all are dark; of floats 0 and 1, or as far as they
    go beyond.
    """
    low, high = min(0.0, float(image.min())), float(image.max())
    if image.dtype.kind == "f":
        return low, max(1.0, high)
    return low, high if 0 < high <= DARK else 255.0


def brighter(image: NDArray) -> list[str]:
    """A line on an image that is drawn brighter than its pixels are, which a model takes as they are; or none."""
    _, white = limits(image)
    bright = image.dtype.kind == "f" or white == 255
    return [] if bright else [f"drawn brighter than it is: the largest pixel is {white:g}, and white is 255"]
