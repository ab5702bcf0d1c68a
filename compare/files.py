"""Files: written whole or not at all, and the one page that is shipped with the code."""

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

# What fsync answers where a file system has no such thing.
NO_SYNC = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside `path` for writing, and give it that name when the block ends without an error.

    It is on the disk when this ends: a loss of power finds the old file or the new one. Raises OSError where it cannot
    be written; on any error nothing is left behind and what was there stays.
    What is there already and is no regular file (a pipe, a terminal) is written to directly.
    """
    if not is_regular(path):
        with path.open("wb") as stream:
            yield stream
        return
    path = _target(path)
    beside = path_beside(path)
    try:
        with beside.open("xb") as stream:
            # who may read it stays as it was, where there are such rights
            with suppress(OSError):
                shutil.copymode(path, beside)
            yield stream
            _sync(stream)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def short_path(path: Path) -> str:
    """The path for a message: relative to the working folder where that is shorter."""
    try:
        return min(str(path), os.path.relpath(path), key=len)
    except (OSError, ValueError):  # the working folder is gone, or on another drive
        return str(path)


def path_beside(path: Path) -> Path:
    """A new name in the same folder, for what will be renamed to `path`; short, for that may have 255 bytes already."""
    return path.with_name(f".part-{os.getpid()}-{secrets.token_hex(4)}")


def is_regular(path: Path) -> bool:
    """True if this is a regular file, or would be one. Raises OSError if no file can have this name."""
    mode = _mode(path)
    return mode is None or stat.S_ISREG(mode)


def check_writable(path: Path) -> None:
    """Raise OSError now, before the work, if `whole_file` could not write `path` after it."""
    mode = _mode(path)
    if mode is None or stat.S_ISREG(mode):
        if _is_held(_target(path)):
            raise PermissionError(errno.EPERM, "the file there is another user's, and only its owner may replace it")
        beside = path_beside(_target(path))
        try:
            beside.touch()
        finally:
            beside.unlink(missing_ok=True)
    elif stat.S_ISDIR(mode):
        raise _os_error(errno.EISDIR)
    elif stat.S_ISSOCK(mode):
        raise _os_error(errno.ENXIO)
    elif not os.access(path, os.W_OK):
        raise _os_error(errno.EACCES)


def _is_held(path: Path) -> bool:
    """Whether the folder lets only its owner, the owner of the file and root replace the file, as /tmp does."""
    folder = path.parent.stat()
    if os.name != "posix" or not folder.st_mode & stat.S_ISVTX or not path.exists():
        return False
    return os.geteuid() not in (0, folder.st_uid, path.stat().st_uid)


def folder_fault(path: Path) -> str | None:
    """What would keep a folder from being made, or written to, at this path; None if nothing would."""
    try:
        _mode(path)  # raises if all of it is too long
        # a link that leads nowhere is something too
        there = next(parent for parent in (path, *path.absolute().parents) if os.path.lexists(parent))
        if not there.is_dir():
            return f"{there} is not a folder"
        for name in path.absolute().relative_to(there.absolute()).parts:
            _mode(there / name)  # raises if one name is
    except OSError as error:
        return f"no folder can be there: {error.strerror}"
    return None if _takes_folders(there) else f"{there} cannot be written to"


def _takes_folders(folder: Path) -> bool:
    # permissions say nothing of a file system such as /proc, so it is tried
    beside = path_beside(folder / "new")
    with suppress(OSError):
        beside.mkdir()
        beside.rmdir()
        return True
    return False


def maths_page() -> Path:
    """Where MATHS.md is: inside an installed package, or beside it in a checkout."""
    inside = Path(__file__).with_name("MATHS.md")
    return inside if inside.exists() else Path(__file__).parents[1] / "MATHS.md"


def _mode(path: Path) -> int | None:
    """What kind of file is there; None if none is."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError:  # a NUL in the name
        raise _os_error(errno.EINVAL) from None


def _target(path: Path) -> Path:
    # a link stays a link: the file goes where it points to
    return Path(os.path.realpath(path))


def _sync(stream: BinaryIO) -> None:
    stream.flush()
    try:
        os.fsync(stream.fileno())
    except OSError as error:
        if error.errno not in NO_SYNC:
            raise


def _sync_folder(folder: Path) -> None:
    # the new name is on the disk too; not every system lets a folder be opened or synced
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _os_error(number: int) -> OSError:
    return OSError(number, os.strerror(number))
