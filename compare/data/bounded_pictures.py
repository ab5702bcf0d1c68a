"""Pictures from files, of any size and depth of pixels, read into a bounded amount of memory."""

import math
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from compare.data.prepared import SIDE
from compare.data.regular_files import BoundedReader
from compare.errors import InputError

# Pillow reads more; but for some, such as EPS, it starts a program.
FORMATS = "PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM"

# Pixels of the longest side that is read, for each row has a cost of its own.
LONGEST_SIDE = 2**16
# Bytes while a picture is decoded: 40 million pixels in colour.
MOST = 160_000_000
# Of a pixel in Pillow, four unless said; and how often a format has all pixels in memory at the same time.
BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2}
COPIES = {"WEBP": 4, "TIFF": 2}

# Of a progressive JPEG; the usual number is ten.
SCANS = 100

ORIENTATION, SAMPLE_FORMAT = 0x0112, 339
# Values of the orientation by which height and width change places.
SIDEWAYS = range(5, 9)

Box = tuple[int, int, int, int]


def bounded_picture(path: Path) -> Image.Image:
    """The picture as RGBA; see `read_bounded`."""
    return read_bounded(path).rgba


class Bounded(NamedTuple):
    """A picture in RGBA, and its width and height and its mode in the file."""

    rgba: Image.Image
    size: tuple[int, int]
    mode: str


def read_bounded(path: Path) -> Bounded:
    """The picture, turned as the camera says, larger ones reduced until no side is longer than SIDE.

    Pixels of 16 bits are divided by 257; of those of 32 bits the smallest becomes 0 and the largest 255.
    Raises InputError, naming the file, if it cannot be read or is too large.
    """
    try:
        with _silent(), BoundedReader(path) as stream, warnings.catch_warnings():
            # Pillow warns of what is odd in a file, and of sizes, for which there is a limit of ours
            warnings.simplefilter("ignore")
            with Image.open(stream, formats=FORMATS) as picture:
                size, mode = picture.size, picture.mode
                rgba = _read(path, picture, stream)
                turned = picture.getexif().get(ORIENTATION, 1) in SIDEWAYS
                return Bounded(rgba, size[::-1] if turned else size, mode)
    except InputError:
        raise
    except UnidentifiedImageError:
        raise InputError(f"{path}: not a picture that can be read; save it anew as PNG or JPEG") from None
    except Image.DecompressionBombError:
        raise _too_large(path) from None
    except Exception as error:
        # a damaged file makes Pillow raise anything
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0] or type(error).__name__
        raise InputError(f"{path}: the picture cannot be read: {reason}") from None


@contextmanager
def _silent() -> Iterator[None]:
    """Drop what is written to the stderr of the process: libtiff complains there, past Python."""
    try:
        kept = os.dup(2)
    except OSError:  # it is closed
        yield
        return
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _read(path: Path, picture: Image.Image, stream: BoundedReader) -> Image.Image:
    whole = math.prod(picture.size)
    # a JPEG is decoded at a half, a quarter or an eighth where that is enough
    picture.draft(None, (SIDE, SIDE))
    decoded = math.prod(picture.size) * BYTES.get(picture.mode, 4) * COPIES.get(picture.format or "", 1)
    # a progressive JPEG is kept as it is stored until it is whole, in two bytes for each value
    progressive = bool(picture.info.get("progressive"))
    kept = whole * 2 * len(picture.getbands()) if progressive else 0
    if progressive and _scans(stream) > SCANS:
        raise ValueError("it has too many scans")
    if decoded + kept > MOST or max(picture.size) > LONGEST_SIDE:
        raise _too_large(path)
    small = _reduced(picture)
    small.getexif()[ORIENTATION] = picture.getexif().get(ORIENTATION, 1)
    return ImageOps.exif_transpose(small)


def _scans(stream: BoundedReader) -> int:
    """How often a JPEG goes through the whole picture; a few bytes can ask for it each time."""
    place = stream.tell()
    stream.seek(0)
    count = stream.read().count(b"\xff\xda")
    stream.seek(place)
    return count


def _too_large(path: Path) -> InputError:
    return InputError(f"{path}: the picture is too large; {SIDE:,} x {SIDE:,} pixels are enough")


def _reduced(picture: Image.Image) -> Image.Image:
    """The picture as RGBA, converted and reduced piece by piece, so that it is never there twice in full size."""
    factor = math.ceil(max(picture.size) / SIDE)
    width, height = (math.ceil(length / factor) for length in picture.size)
    small = Image.new("RGBA", (width, height))
    eight_bits = _eight_bits(picture)
    for box in _boxes(picture, factor):
        piece = eight_bits(picture.crop(box)).convert("RGBA").reduce(factor)
        small.paste(piece, (box[0] // factor, box[1] // factor))
    return small


def _boxes(picture: Image.Image, factor: int) -> Iterator[Box]:
    """Pieces of the picture that together are the whole, each of a multiple of the factor."""
    edge = factor * max(1, SIDE // factor)
    width, height = picture.size
    for top in range(0, height, edge):
        for left in range(0, width, edge):
            yield left, top, min(left + edge, width), min(top + edge, height)


def _eight_bits(picture: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """What makes pixels in 0 ... 255 of a piece of this picture."""
    if picture.mode != "F" and not picture.mode.startswith("I"):
        return lambda piece: piece
    # Pillow clips these
    unsigned = getattr(picture, "tag_v2", {}).get(SAMPLE_FORMAT, (1,)) == (1,)
    low, span = _range(picture, unsigned)

    def scaled(piece: Image.Image) -> Image.Image:
        levels = (_values(piece, unsigned) - low) * (255 / span)
        return Image.fromarray(np.rint(levels).astype(np.uint8))

    return scaled


def _range(picture: Image.Image, unsigned: bool) -> tuple[float, float]:
    """What becomes 0, and how far above it 255 is: all of 16 bits, or what the picture has.

    Raises ValueError if the picture has pixels that are not finite.
    """
    if picture.mode.startswith("I;16") or (picture.mode == "I" and picture.format in ("PNG", "PPM")):
        return 0, 2**16 - 1
    pieces = (_values(picture.crop(box), unsigned) for box in _boxes(picture, 1))
    ends = np.array([(piece.min(), piece.max()) for piece in pieces])
    if not np.isfinite(ends).all():
        raise ValueError("it has pixels that are not finite numbers")
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    return low, high - low or 1.0


def _values(piece: Image.Image, unsigned: bool) -> NDArray:
    """Pixels (H, W) as float64."""
    values = np.asarray(piece)
    return (values.view(np.uint32) if piece.mode == "I" and unsigned else values).astype(float)
