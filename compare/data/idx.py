"""IDX, the file format of MNIST: a magic number, the sizes, then the values."""

import gzip
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compare.errors import InputError

IDX_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: Path) -> NDArray:
    """Read an IDX file, gzipped if its name ends in .gz, as an array in native byte order.

    Raises InputError, naming the file, if it cannot be read, is no IDX file, or is longer or shorter
    than its header says.
    """
    try:
        if path.suffix == ".gz":
            content = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8)
        else:
            content = np.fromfile(path, np.uint8)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (EOFError, zlib.error) as error:
        raise InputError(f"{path}: damaged gzip file ({error}); fetch it again") from None

    # magic number: 0, 0, the code of the dtype, the number of dimensions; then each dimension as uint32
    head = content[:4].tolist()
    if len(head) < 4 or head[:2] != [0, 0] or head[2] not in IDX_TYPES or head[3] == 0:
        raise InputError(f"{path}: not an IDX file (it starts with {bytes(head).hex() or 'nothing'})")
    dtype, start = np.dtype(IDX_TYPES[head[2]]), 4 + 4 * head[3]
    sizes = content[4:start].view(">u4").tolist() if len(content) >= start else []
    expected = start + dtype.itemsize * int(np.prod(sizes, dtype=object)) if sizes else start
    if len(content) != expected or not sizes:
        raise InputError(f"{path}: {len(content):,} bytes, its header asks for {expected:,}; fetch it again")
    try:
        values = content[start:].view(dtype).reshape(sizes)
    except ValueError as error:
        raise InputError(f"{path}: an IDX file of impossible sizes ({error})") from None
    return values.astype(dtype.newbyteorder("="), copy=False)
