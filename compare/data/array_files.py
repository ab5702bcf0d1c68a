"""Images and labels in arrays: a pair of IDX or .npy files, or one .npz file. Nothing in them is ever run."""

import math
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from compare.data.dataset import Data
from compare.data.idx import read_idx
from compare.data.mapped import pieces
from compare.data.regular_files import LARGEST, BoundedReader, file_size
from compare.errors import InputError

NPY, ZIP = b"\x93NUMPY", b"PK"
TEST_NAMES = "test", "t10k"
# Of an array: numbers, and words for labels.
KINDS = "uifU"
# Bytes of a float.
WIDEST = 8
# What makes one of these out of another kind.
MADE = {
    ("images", "b"): '"float32"',
    ("images", "f"): '"float32"',
    ("labels", "b"): '"int64"',
    ("labels", "S"): "str",
    ("names", "S"): "str",
}
NAMES = "images", "labels", "test_images", "test_labels", "names"


def load_pair(path: Path) -> tuple[Data, Data | None]:
    """Images (N, ...) and labels (N,) of two files, and those of the test files beside them, if they are there.

    path: the file of the images; that of the labels has `labels` in its name where this has `images`, and those of the
    test have `test` or `t10k` in place of `train`, or before the whole. Raises InputError, naming the file.
    """
    train = read_array(path), read_array(_labels_of(path))
    for test in filter(Path.exists, _tests_of(path)):
        return train, (read_array(test), read_array(_labels_of(test)))
    return train, None


def find_pair(folder: Path) -> Path | None:
    """The one file of training images of a pair in this folder; None if there is none.

    A gzipped file beside the same without .gz, as torchvision leaves both, is no other one. Raises InputError if there
    is another one.
    """
    names = {path.name for path in folder.iterdir() if "images" in path.name and path.is_file()}
    found = [name for name in names if not any(test in name for test in TEST_NAMES)]
    found = [name for name in found if name.removesuffix(".gz") == name or name.removesuffix(".gz") not in names]
    arrays = sorted(name for name in found if is_array(folder / name))
    if len(arrays) > 1:
        raise InputError(f"{folder}: has more than one file of images, {arrays[0]} and {arrays[1]}: name one of them")
    return folder / arrays[0] if arrays else None


def is_array(path: Path) -> bool:
    """Whether a file begins as an IDX or .npy file does, or is gzipped. Raises OSError if it cannot be read."""
    head, _ = _head(path)
    return head == NPY or head.startswith(b"\0\0") or path.suffix.lower() == ".gz"


def read_array(path: Path) -> NDArray:
    """The array of an IDX or .npy file, mapped where that can be. Raises InputError, naming the file."""
    try:
        head, size = _head(path)
        return _read_npy(path, size) if head == NPY else read_idx(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None


def _head(path: Path) -> tuple[bytes, int]:
    """How a file begins, and its bytes."""
    size = file_size(path, None)
    with path.open("rb") as stream:
        return stream.read(len(NPY)), size


def load_npz(path: Path) -> tuple[Data, Data | None, tuple[str, ...]]:
    """`images` and `labels` of an .npz file, `test_images` and `test_labels` if it has them, and `names` if any.

    Raises InputError, naming the file, if it is damaged, holds objects, or more than is plausible.
    """
    try:
        with BoundedReader(path) as stream, zipfile.ZipFile(stream) as archive:
            arrays = dict(_members(archive, path))
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except Exception as error:
        # a damaged archive makes its readers raise almost anything
        raise InputError(
            f"{path}: not an .npz file of arrays of numbers, or a damaged one ({_reason(error)})"
        ) from None
    if not {"images", "labels"} <= set(arrays):
        held = ", ".join(map(ascii, sorted(arrays)[:6])) or "nothing"
        raise InputError(f"{path}: needs images and labels (test_images and test_labels may be there); it has {held}")
    if len({"test_images", "test_labels"} & set(arrays)) == 1:
        raise InputError(f"{path}: test_images and test_labels come together; one of them is missing")
    test = (arrays["test_images"], arrays["test_labels"]) if "test_images" in arrays else None
    names = tuple(map(str, arrays["names"].ravel().tolist())) if "names" in arrays else ()
    return (arrays["images"], arrays["labels"]), test, names


def as_pixels(images: NDArray, where: str) -> NDArray:
    """Images (N, ...) as Dataset takes them: bytes or floats, colour before height and width; a square side is found.

    Raises InputError for other numbers than 0 ... 255 in integers, and for another number of dimensions.
    """
    if images.ndim == 2:
        edge = math.isqrt(images.shape[1])
        images = images.reshape(len(images), *((edge, edge) if edge**2 == images.shape[1] else (1, -1)))
    if images.ndim == 4 and images.shape[3] in (1, 3) and images.shape[1] not in (1, 3):
        if images.nbytes > LARGEST:
            raise InputError(f"{where}: has its colours last, {images.shape}; a file of this size needs them first")
        images = images.transpose(0, 3, 1, 2)
    if images.ndim == 4 and images.shape[1] == 1:
        images = images[:, 0]
    if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[1] != 3):
        raise InputError(f"{where}: images are (N, H, W), (N, 3, H, W), (N, H, W, 3) or (N, D), not {images.shape}")
    return as_bytes(images, where) if images.dtype.kind in "iu" and images.dtype != np.uint8 else images


def is_whole(images: NDArray) -> bool:
    """Whether all of images (N, ...) are whole numbers in 0 ... 255."""
    parts = (images[n] for n in pieces(len(images), math.prod(images.shape[1:])))
    return all(np.all((part >= 0) & (part <= 255) & (part == np.rint(part))) for part in parts)


def beyond(pixel: str, mended: str) -> str:
    """What is said of a whole number that is no byte; mended: what to do if it is white, which no number below 0 is."""
    white = "" if pixel.startswith("-") else f"; if {pixel} is white, {mended}"
    return f"{pixel}, and whole numbers must be in 0 ... 255{white}"


def as_bytes(images: NDArray, where: str) -> NDArray:
    """Images of whole numbers as uint8. Raises InputError for others than 0 ... 255, and for a large file of them."""
    parts = list(pieces(len(images), math.prod(images.shape[1:])))
    low = min((images[part].min(initial=0) for part in parts), default=0)
    high = max((images[part].max(initial=0) for part in parts), default=0)
    if low < 0 or high > 255:
        outside = low if low < 0 else high
        told = beyond(f"{outside}", f'save (images / {outside}).astype("float32")')
        n = next(part.start + np.argwhere(images[part] == outside)[0, 0] for part in parts if outside in images[part])
        raise InputError(f"{where}: image {n} has the pixel {told}")
    if images.nbytes > LARGEST:
        raise InputError(f"{where}: whole numbers of {images.dtype}; a file of this size needs uint8")
    return images.astype(np.uint8)


def _labels_of(path: Path) -> Path:
    if "images" not in path.name:
        raise InputError(
            f"{path}: its labels are in the file with `labels` in its name where this has `images`, which it has not"
        )
    name = path.name.replace("images", "labels")
    whole = name.removesuffix(".gz")
    wanted = [name, whole, f"{whole}.gz"]
    candidates = [path.with_name(one) for each in wanted for one in (re.sub(r"idx\d", "idx1", each), each)]
    found = next(filter(Path.exists, candidates), None)
    if found is None:
        raise InputError(f"{path}: its labels are not there: no file {candidates[0].name} beside it")
    return found


def _tests_of(path: Path) -> list[Path]:
    if "train" in path.name:
        return [path.with_name(path.name.replace("train", test)) for test in TEST_NAMES]
    return [path.with_name(f"test{mark}{path.name}") for mark in "_-"]


def _read_npy(path: Path, size: int) -> NDArray:
    try:
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError:
        raise
    except Exception as error:
        # a damaged header makes its readers raise almost anything
        raise InputError(f"{path}: not an .npy file of numbers, or a damaged one ({_reason(error)})") from None
    if mapped.offset + mapped.nbytes != size:
        raise InputError(f"{path}: {size:,} bytes, its header asks for {mapped.offset + mapped.nbytes:,}")
    _check_kind(mapped.dtype, path, "labels" if "labels" in path.name else "images")
    array = np.asarray(mapped)
    if mapped.flags.c_contiguous and mapped.dtype.isnative:
        return array
    if mapped.nbytes > LARGEST:
        raise InputError(f"{path}: is in Fortran order or of another byte order; numpy.save it again in C order")
    return np.array(array, array.dtype.newbyteorder("="), order="C")


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _members(archive: zipfile.ZipFile, path: Path) -> Iterator[tuple[str, NDArray]]:
    """The arrays by name; no more room is made than an array needs that the archive can hold."""
    members = {member.filename.removesuffix(".npy"): member for member in archive.infolist()}
    wanted = {name: members[name] for name in NAMES if name in members}
    if sum(member.file_size for member in wanted.values()) > LARGEST:
        raise ValueError(f"it unpacks to more than {LARGEST:,} bytes; .npy files may have any size")
    if not {"images", "labels"} <= set(wanted):
        # only the names are needed, for what is said of it
        yield from ((name, np.empty(0)) for name in members)
        return
    for name, member in wanted.items():
        with archive.open(member) as stream:
            yield name, _read_member(name, stream, member.file_size, path)


def _read_member(name: str, stream: IO[bytes], size: int, path: Path) -> NDArray:
    version = np.lib.format.read_magic(stream)
    read: Any = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if read is None:
        raise ValueError(f"{name} is of version {version}")
    shape, fortran, dtype = read(stream)
    _check_kind(dtype, path, name)
    expected = math.prod(shape) * dtype.itemsize
    if expected > size:
        raise ValueError(f"{name} says that it has {expected:,} bytes, and it has {size:,}")
    content = stream.read(expected + 1)
    if len(content) != expected:
        raise ValueError(f"{name} has another length than it says")
    array = np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")
    return np.array(array, dtype.newbyteorder("="), order="C")


def _check_kind(dtype: np.dtype, path: Path, name: str) -> None:
    # a long double is a float that PyTorch does not have
    if dtype.kind not in KINDS or (dtype.kind == "f" and dtype.itemsize > WIDEST):
        made = MADE.get((name.removeprefix("test_"), dtype.kind))
        mended = f"save {name}.astype({made})" if made else "save it as one of these"
        raise InputError(f"{path}: {name} holds {dtype}, and only numbers and words are read; {mended}")
