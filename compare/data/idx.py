"""IDX, the file format of MNIST: a magic number, the sizes, then the values."""

import gzip
import math
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from compare.data.mapped import map_array
from compare.data.regular_files import LARGEST, file_size
from compare.errors import InputError

IDX_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}

# What a byte of deflate can become at most: one symbol of two bits for 258 bytes is 1,032.
DEFLATE = 1032


def read_idx(path: Path) -> NDArray:
    """Read an IDX file, gzipped if its name ends in .gz, as an array in native byte order.

    A file of bytes that is not gzipped is mapped and not read: of any size, and read-only. Of others no more is read
    than the header asks for. Raises InputError, naming the file, if it cannot be read, is no IDX file, is longer or
    shorter than its header says or longer than is plausible, or if NumPy has no such array.
    """
    content = _content(path)
    dtype, sizes = np.dtype(IDX_TYPES[content[2]]), _sizes(content)
    try:
        if len(content) == _start(content) < _expected(content):
            return map_array(path, dtype, tuple(sizes), _start(content))
        values = np.frombuffer(content, dtype, offset=_start(content)).reshape(sizes)
    except ValueError as error:
        raise InputError(f"{path}: an IDX file of impossible sizes ({error})") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    return values.astype(dtype.newbyteorder("="), copy=False)


def idx_header(shape: tuple[int, ...]) -> bytes:
    """What an IDX file of uint8 values of this shape begins with."""
    return bytes([0, 0, 0x08, len(shape)]) + np.array(shape, ">u4").tobytes()


def _content(path: Path) -> bytearray:
    """All bytes of an IDX file, unpacked; of one that is to be mapped its header."""
    try:
        packed = path.suffix.lower() == ".gz"
        size = file_size(path, LARGEST if packed else None)
        with gzip.open(path) if packed else path.open("rb") as stream:
            content = _header(path, stream)
            expected = _expected(content)
            mapped = not packed and np.dtype(IDX_TYPES[content[2]]).itemsize == 1
            _check_size(path, expected, size, packed, None if mapped else LARGEST)
            if mapped:
                return content
            # one byte more than is asked for: it must not be there, and the checksum of gzip comes after the last
            content += stream.read(expected - len(content) + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (EOFError, zlib.error) as error:
        raise InputError(f"{path}: damaged gzip file ({error}); fetch it again") from None
    if len(content) < expected:
        raise _other_size(path, f"{len(content):,} bytes", expected)
    if len(content) > expected:
        raise _other_size(path, f"more than {expected:,} bytes", expected)
    return content


def _header(path: Path, stream: BinaryIO | gzip.GzipFile) -> bytearray:
    """The magic number (0, 0, the code of the dtype, the number of dimensions), and each dimension as uint32."""
    head = bytearray(stream.read(4))
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in IDX_TYPES or head[3] == 0:
        raise InputError(f"{path}: not an IDX file (it starts with {head.hex() or 'nothing'})")
    return head + stream.read(4 * head[3])


def _start(content: bytearray) -> int:
    return 4 + 4 * content[3]


def _sizes(content: bytearray) -> list[int]:
    return np.frombuffer(content[4 : _start(content)], ">u4").tolist()


def _expected(header: bytearray) -> int:
    """Bytes that the file must have; those of a whole header if it is cut off."""
    start = _start(header)
    if len(header) < start:
        return start
    return start + np.dtype(IDX_TYPES[header[2]]).itemsize * math.prod(_sizes(header))


def _check_size(path: Path, expected: int, size: int, packed: bool, largest: int | None) -> None:
    """Raise InputError before anything is read that a file of this size cannot hold, or that is not plausible."""
    if packed and expected > DEFLATE * size:
        raise _other_size(path, f"{size:,} bytes of gzip", expected)
    if not packed and expected != size:
        raise _other_size(path, f"{size:,} bytes", expected)
    if largest is not None and expected > largest:
        raise InputError(f"{path}: its header asks for {expected:,} bytes, and {largest:,} are the most that is read")


def _other_size(path: Path, found: str, expected: int) -> InputError:
    return InputError(f"{path}: {found}, its header asks for {expected:,}; fetch it again")
