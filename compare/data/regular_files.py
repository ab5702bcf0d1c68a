"""Files that the program is given to read: of what kind and how large they are, before they are opened."""

import errno
import io
import os
import stat
from pathlib import Path

# Bytes, of a file and of what is unpacked from it. The images of MNIST have 47 million, a run of 100,000 epochs 20.
LARGEST = 2**28

# How often all of a file is read at most.
AGAIN = 10

KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def file_size(path: Path, largest: int | None = LARGEST) -> int:
    """Bytes of a file that can be read to its end.

    Raises OSError, with the reason as its `strerror`, for what is missing, a folder, a pipe, a socket, a device, or
    larger than `largest`, if that is given: what is mapped may have any size.
    """
    if "\0" in str(path):
        raise OSError(errno.EINVAL, "its name has a zero byte")
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode):
        # opening a pipe that nobody writes to would wait for ever
        raise OSError(errno.EINVAL, f"it is {KINDS.get(stat.S_IFMT(found.st_mode), 'something else')}, not a file")
    if largest is not None and found.st_size > largest:
        raise OSError(errno.EFBIG, f"it has {found.st_size:,} bytes, and {largest:,} are the most that is read")
    return found.st_size


class BoundedReader(io.BufferedReader):
    """A file that is read: asked for more than is left, it makes no room for more than is left.

    Python's own makes room for all that it is asked for, and formats ask for what a damaged header says; or for the
    same bytes again and again, which ends with an OSError here. Raises OSError as `file_size` does.
    """

    def __init__(self, path: Path):
        self.size = file_size(path)
        self._may_read = AGAIN * self.size + io.DEFAULT_BUFFER_SIZE
        super().__init__(io.FileIO(path))

    def read(self, size: int | None = -1, /) -> bytes:
        """As of every stream."""
        left = max(0, self.size - self.tell())
        found = super().read(left if size is None or size < 0 else min(size, left))
        self._may_read -= len(found)
        if self._may_read < 0:
            raise OSError(errno.EINVAL, "it asks for the same bytes again and again")
        return found


def read_bytes(path: Path) -> bytes:
    """All of a file. Raises OSError as `file_size` does."""
    with BoundedReader(path) as stream:
        return stream.read()
