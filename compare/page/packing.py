"""Arrays as text, and back: each compressed, all in one string, and a table that says where each is.

Numbers of which a browser can compute nearly the same are packed as their distance, counted in floating-point numbers
between the two: mostly 0, 1 or 2, which compress well. Nothing is lost.
"""

import base64
import zlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.errors import InputError

# Windows of raw deflate, as a browser reads it.
RAW, MEMORY = -15, 9
# The last two characters of base64, without the slash, which has a meaning inside HTML.
ALTERNATIVE = b"+-"
# The array of the values of pixels that are not black.
PIXELS = "pixels"


class Packed(NamedTuple):
    """A table, one row an array, and the text of all."""

    table: list[dict[str, Any]]
    text: str


def pack(arrays: dict[str, NDArray]) -> Packed:
    """All arrays, by name."""
    table, blocks = [], []
    for name, array in arrays.items():
        blocks.append(_compressed(array, name == PIXELS))
        table.append({"name": name, "dtype": array.dtype.name, "shape": array.shape, "bytes": len(blocks[-1])})
    return Packed(table, base64.b64encode(b"".join(blocks), ALTERNATIVE).decode())


def unpack(packed: Packed) -> dict[str, NDArray]:
    """The arrays. Raises InputError if this is no text of `pack`."""
    try:
        content, first, arrays = base64.b64decode(packed.text, ALTERNATIVE, validate=True), 0, {}
        for row in packed.table:
            block = content[first : first + row["bytes"]]
            values = np.frombuffer(zlib.decompress(block, RAW), row["dtype"])
            arrays[row["name"]], first = values.reshape(row["shape"]), first + row["bytes"]
    except (ValueError, TypeError, KeyError, zlib.error) as error:
        raise InputError(f"the recording is damaged: {error}") from None
    return arrays


def _compressed(array: NDArray, hardly_repeats: bool) -> bytes:
    # to look for repetitions makes the bytes of such an array longer
    strategy = zlib.Z_HUFFMAN_ONLY if hardly_repeats else zlib.Z_DEFAULT_STRATEGY
    compressor = zlib.compressobj(9, zlib.DEFLATED, RAW, MEMORY, strategy)
    return compressor.compress(np.ascontiguousarray(array).tobytes()) + compressor.flush()


def pack_images(images: NDArray) -> tuple[NDArray, NDArray]:
    """uint8 images (N, D) -> which pixels are not black, eight in a byte, and the values of those."""
    return np.packbits(images > 0), images[images > 0]


def unpack_images(lit: NDArray, values: NDArray, shape: tuple[int, int]) -> NDArray:
    """The images (N, D) of `pack_images`."""
    images = np.zeros(shape, np.uint8)
    images[np.unpackbits(lit, count=images.size).reshape(shape).astype(bool)] = values
    return images


def distance(values: NDArray, near: NDArray) -> NDArray:
    """How many floating-point numbers `values` are above `near`, both float64, as int64; -0 and 0 are one number.

    Of numbers that are far apart it overflows, and `from_distance` leads back all the same.

    >>> distance(np.array([1.0, 1 + 2**-52, -0.0]), np.array([1.0, 1.0, 0.0]))
    array([0, 1, 0])
    """
    return _ranks(values) - _ranks(near)


def from_distance(near: NDArray, distances: NDArray) -> NDArray:
    """The values of `distance`.

    >>> from_distance(np.array([1.0, 2.0]), np.array([1, -1])).tolist()
    [1.0000000000000002, 1.9999999999999998]
    """
    ranks = _ranks(near) + distances
    bits = np.where(ranks < 0, np.iinfo(np.int64).min - ranks, ranks)
    return bits.view(np.float64)


def _ranks(values: NDArray) -> NDArray:
    """The place of each number among all of float64, 0 being that of 0."""
    bits = np.ascontiguousarray(values, np.float64).view(np.int64)
    return np.where(bits < 0, np.iinfo(np.int64).min - bits, bits)
