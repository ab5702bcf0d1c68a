"""An image in a terminal: each character is two pixels, one above the other."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.text import Text

from compare.report.brightness import limits

# What stands for two grey pixels where there is no colour: the brightness of the upper and of the lower one.
BLOCKS = {" ": (0, 0), "░": (0.25, 0.25), "▒": (0.5, 0.5), "▓": (0.75, 0.75), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
# The size that a small image is enlarged to, and a large one is reduced to.
SMALL, LARGE = 24, 28


def half_blocks(row: NDArray, shape: tuple[int, ...], colour: bool, width: int = LARGE) -> list[Text]:
    """Lines of an image (D,) of `shape`, (H, W) or (C, H, W), at most 28 characters wide and 14 lines high.

    width: a smaller width that it must keep to. colour: whether the terminal shows colours; without, the brightness
    stands in blocks. No lines if the shape is that of no image.
    """
    if len(shape) not in (2, 3):
        return []
    low, high = limits(row)
    image = _sized(((row - low) / (high - low)).reshape(-1, *shape[-2:]), min(LARGE, width))
    if len(image) % 2:
        image = np.concatenate([image, np.zeros_like(image[:1])])
    pairs = zip(image[::2], image[1::2], strict=True)
    return [(_coloured if colour else _grey)(upper, lower) for upper, lower in pairs]


def _sized(channels: NDArray, width: int) -> NDArray:
    """Channels (C, H, W) -> (H, W, C) of another height and width, in the same proportion."""
    _, height, across = channels.shape
    scale = max(1, SMALL // max(height, across)) if across <= width else 1
    scale = min(width / across, LARGE / height) if across * scale > width or height > LARGE else scale
    size = max(1, round(across * scale)), max(1, round(height * scale))
    how = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.BOX
    return np.stack([np.asarray(Image.fromarray(c.astype(np.float32)).resize(size, how)) for c in channels], axis=-1)


def _grey(upper: NDArray, lower: NDArray) -> Text:
    """Of each pair (W, C) the block that is nearest to it."""
    pairs = np.stack([upper.mean(axis=-1), lower.mean(axis=-1)], axis=-1)
    distance = ((pairs[:, None] - np.array(list(BLOCKS.values()))) ** 2).sum(axis=-1)
    return Text("".join(np.array(list(BLOCKS))[distance.argmin(axis=1)]))


def _coloured(upper: NDArray, lower: NDArray) -> Text:
    """The upper pixel as ink, the lower one as ground."""
    return Text.assemble(*(("▀", f"{_rgb(top)} on {_rgb(bottom)}") for top, bottom in zip(upper, lower, strict=True)))


def _rgb(pixel: NDArray) -> str:
    """A pixel (C,) as Rich names its colour; other than three channels are one grey."""
    levels = pixel if len(pixel) == 3 else np.repeat(pixel.mean(), 3)
    red, green, blue = np.rint(255 * np.clip(levels, 0, 1)).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"
