"""Memory that two processes see: files that both map, in RAM where the system has a place for that."""

import mmap
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compare.backends.channel import CAPACITY
from compare.errors import InputError

# Linux keeps the files of this folder in RAM; elsewhere, or where it is full, they are in the folder for such files.
IN_RAM = Path("/dev/shm")
REQUESTS, ANSWERS = "requests", "answers"


def make_folder() -> Path:
    """A new folder with the two files of a channel, all of their bytes being there. Raises InputError if it is full."""
    for place in (IN_RAM, Path(tempfile.gettempdir())):
        with suppress(OSError):
            return _make_folder(place)
    raise InputError(f"{tempfile.gettempdir()}: {2 * CAPACITY:,} bytes for a worker cannot be written there")


def _make_folder(place: Path) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="softmax-twice-", dir=place))
    try:
        for name in (REQUESTS, ANSWERS):
            # written, not only sized: a page that cannot be had would end the process that touches it
            (folder / name).write_bytes(bytes(CAPACITY))
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def map_file(path: Path, access: int) -> mmap.mmap:
    """The bytes of a file of `make_folder`; access is that of mmap."""
    with path.open("r+b" if access == mmap.ACCESS_WRITE else "rb") as file:
        return mmap.mmap(file.fileno(), CAPACITY, access=access)


def write_array(folder: Path, name: str, array: NDArray) -> Path:
    """Write the values of an array to a file of this folder, or of the usual one if that is full."""
    values = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
    path = folder / name
    try:
        values.tofile(path)
    except OSError:
        path.unlink(missing_ok=True)
        descriptor, other = tempfile.mkstemp(prefix="softmax-twice-")
        os.close(descriptor)
        path = Path(other)
        values.tofile(path)
    return path
