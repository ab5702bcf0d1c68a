"""Arrays in files: those of a user are mapped and not read, and large ones of ours are kept in a file of their own.

The system has the pages of a file in memory while there is room. None of it is memory of the process. A file that
another program makes shorter while it is mapped ends this one by a bus error (exit code 135), without a message.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.errors import InputError
from scratch import Rows

# Bytes of an array of ours that is still kept in memory: 260,000 indices.
KEPT_IN_FILE = 2**21
# Values that are computed at a time.
PIECE = 2**20


class Place(NamedTuple):
    """Where in a file the values of an array are, in the order of C: the first byte, and what they are."""

    path: str
    dtype: str
    shape: tuple[int, ...]
    first: int

    def array(self) -> NDArray:
        """The array, read-only. Raises OSError if the file cannot be opened, ValueError if it is too short."""
        if 0 in self.shape:
            # nothing cannot be mapped
            return np.empty(self.shape, self.dtype)
        return np.memmap(self.path, self.dtype, "r", self.first, self.shape).view(np.ndarray)


def map_array(path: Path, dtype: np.dtype, shape: tuple[int, ...], first: int) -> NDArray:
    """The array whose values begin at byte `first` of a file, read-only. Raises what `Place.array` raises."""
    return Place(str(path.resolve()), dtype.str, shape, first).array()


def place_of(array: NDArray) -> Place | None:
    """Where the file has this array; None if it is not all of one in a file that another process can open."""
    owner = array
    while type(owner) is np.ndarray and isinstance(owner.base, np.ndarray):
        owner = owner.base
    if not isinstance(owner, np.memmap) or owner.mode != "r" or not array.flags.c_contiguous:
        return None
    first = owner.offset + array.ctypes.data - owner.ctypes.data
    return Place(str(owner.filename), array.dtype.str, array.shape, first)


def new_array(shape: int | tuple[int, ...], dtype: type | np.dtype) -> NDArray:
    """An array to be filled; a large one is in a file without a name, which ends with it.

    Raises InputError if the disk has no room for it.
    """
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    if size <= KEPT_IN_FILE:
        return np.empty(shape, dtype)
    with tempfile.TemporaryFile() as file:
        _make_room(file.fileno(), size)
        return np.memmap(file, dtype, "r+", shape=shape).view(np.ndarray)


def _make_room(file: int, size: int) -> None:
    """Give an open file so many bytes, all on the disk: a page that cannot be had would end the process."""
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file, 0, size)
        else:
            os.truncate(file, size)
    except OSError as error:
        where = tempfile.gettempdir()
        raise InputError(f"{where}: {size:,} bytes cannot be kept there: {error.strerror}; see TMPDIR") from None


def pieces(length: int, width: int = 1) -> Iterator[slice]:
    """All of an array (N, ...) in slices of at most PIECE values; `width` is how many values each of the N has."""
    step = max(1, PIECE // max(1, width))
    return (slice(n, n + step) for n in range(0, length, step))


def cut(images: NDArray | Rows, length: int) -> Iterator[NDArray | Rows]:
    """All images (N, D), or none, in parts of at most `length`; no pixel is copied."""
    for n in range(0, max(1, len(images)), length):
        part = slice(n, n + length)
        yield Rows(images.array, images.index[part]) if isinstance(images, Rows) else images[part]


def permutation(random: "np.random.Generator", length: int) -> NDArray:
    """What `random.permutation(length)` returns, made by `new_array`."""
    order = new_array(length, np.int64)
    for part in pieces(length):
        order[part] = np.arange(part.start, min(part.stop, length))
    random.shuffle(order)
    return order


def as_int64(values: NDArray) -> NDArray:
    """A copy of integers (N,) as int64, made by `new_array`."""
    copy = new_array(len(values), np.int64)
    for part in pieces(len(values)):
        copy[part] = values[part]
    return copy


def selected(values: NDArray, index: NDArray) -> NDArray:
    """The values (M,) at an index (N,), made by `new_array`."""
    # with the usual mode NumPy would keep a second copy until all are there
    return values.take(index, out=new_array(len(index), values.dtype), mode="clip")
