"""An image as characters: it can be read, and copied, wherever text can."""

import numpy as np
from numpy.typing import NDArray

from compare.report.brightness import limits

SHADES = " .:-=+*#%@"


def as_text(image: NDArray) -> str:
    """An image (H, W) of bytes or floats as characters, two for a pixel.

    See `limits` for what is black and white.
    """
    low, high = limits(image)
    levels = np.rint(255 * ((image.astype(float) - low) / (high - low))).astype(int)
    shades = np.array(list(SHADES))[levels * len(SHADES) // 256]
    return "\n".join("".join(np.repeat(row, 2)).rstrip() for row in shades)
