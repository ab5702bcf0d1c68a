"""Memory that two processes see: files, in RAM where the system has a place for that.

A worker maps them. The process that asks it reads and writes them, and maps none: if a mapped file is made shorter, as
a worker could do, the system ends every process that then looks at what is gone (SIGBUS).
"""

import mmap
import os
import shutil
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.backends.channel import CAPACITY, Channel, ChannelError
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
    """The bytes of a file of `make_folder`, in a worker; access is that of mmap."""
    with path.open("r+b" if access == mmap.ACCESS_WRITE else "rb") as file:
        return mmap.mmap(file.fileno(), CAPACITY, access=access)


class SharedFile:
    """A file of `make_folder` that is not mapped; several threads may read it."""

    def __init__(self, path: Path):
        # nothing is read ahead: it changes
        self._file, self._lock = path.open("r+b", buffering=0), threading.Lock()

    def read(self, length: int) -> Any:
        """A copy of its first bytes. Raises ChannelError if there are fewer."""
        content = np.empty(length, np.uint8)
        with self._lock:
            if self._file.closed or self._file.seek(0) or self._file.readinto(content.data) < length:
                raise ChannelError("the file is shorter")
        return content

    def write(self, content: bytearray) -> None:
        """Put these bytes at its beginning. Raises OSError if they cannot be written."""
        with self._lock:
            self._file.seek(0)
            if self._file.write(content) < len(content):
                raise OSError("no room for all of it")

    def is_whole(self) -> bool:
        """False if somebody has made it shorter."""
        return self._file.closed or os.fstat(self._file.fileno()).st_size >= CAPACITY

    def close(self) -> None:
        """Close it: nothing is read from now on."""
        with self._lock:
            self._file.close()


class FileChannel(Channel):
    """The end that outlives the other, whatever that does with the files; inbox, outbox: see SharedFile.

    The arrays of a message are copies, which nobody changes any more.
    """

    def _room(self, length: int) -> Any:
        return bytearray(length)

    def _share(self, content: Any) -> None:
        self.outbox.write(content)

    def _shared(self, length: int) -> Any:
        return self.inbox.read(length)


def write_array(folder: Path, array: NDArray) -> Path:
    """Write the values of an array to a new file of this folder, or of the usual one if that is full or gone."""
    values = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
    try:
        return _written(values, folder)
    except OSError:
        return _written(values, None)


def _written(values: NDArray, folder: Path | None) -> Path:
    # a name that nobody knows before: what a worker has put in its place could be a pipe that nobody reads
    descriptor, name = tempfile.mkstemp(prefix="softmax-twice-", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            values.tofile(file)
    except OSError:
        os.unlink(name)
        raise
    return Path(name)
