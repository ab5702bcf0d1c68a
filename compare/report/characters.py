"""An image as characters: it can be read, and copied, wherever text can."""

import numpy as np
from numpy.typing import NDArray

SHADES = " .:-=+*#%@"


def as_text(image: NDArray) -> str:
    """An image (H, W) of bytes or floats as characters, two for a pixel.

    Floats are shades in 0 ... 1, or from the lowest to the highest if they go beyond.
    """
    shades = np.array(list(SHADES))[_levels(image) * len(SHADES) // 256]
    return "\n".join("".join(np.repeat(row, 2)).rstrip() for row in shades)


def _levels(image: NDArray) -> NDArray:
    if image.dtype.kind != "f":
        return image.astype(int)
    low, high = min(0.0, float(image.min())), max(1.0, float(image.max()))
    return np.rint(255 * ((image.astype(float) - low) / (high - low))).astype(int)
