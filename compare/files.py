"""Files: written whole or not at all, and the one page that is shipped with the code."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside `path` for writing, and give it that name when the block ends without an error.

    Raises OSError where it cannot be written; on any error nothing is left behind and what was there stays.
    What is there already and is no regular file (a pipe, a terminal) is written to directly.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            yield stream
        return
    beside = _beside(path)
    try:
        with beside.open("wb") as stream:
            yield stream
        beside.replace(path.resolve())
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def check_writable(path: Path) -> None:
    """Raise OSError now, before the work, if `whole_file` could not write `path` after it."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if path.is_file() or not path.exists():
        beside = _beside(path)
        beside.touch()
        beside.unlink()


def folder_fault(path: Path) -> str | None:
    """What would keep a folder from being made, or written to, at this path; None if nothing would."""
    there = next(parent for parent in (path, *path.absolute().parents) if parent.exists())
    if not there.is_dir():
        return f"{there} is not a folder"
    return None if os.access(there, os.W_OK) else f"{there} cannot be written to"


def maths_page() -> Path:
    """Where MATHS.md is: inside an installed package, or beside it in a checkout."""
    inside = Path(__file__).with_name("MATHS.md")
    return inside if inside.exists() else Path(__file__).parents[1] / "MATHS.md"


def _beside(path: Path) -> Path:
    # a link stays a link: the file goes where it points to
    try:
        path = path.resolve()
    except RuntimeError:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
    return path.with_name(f".{path.name}.{os.getpid()}.part")
