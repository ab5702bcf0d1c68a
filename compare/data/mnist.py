"""The complete MNIST, from its four IDX files."""

import functools
import hashlib
import os
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compare.data.dataset import Dataset
from compare.data.folders import data_root
from compare.data.idx import idx_header, read_idx
from compare.data.torchvision_sets import fetched
from compare.errors import InputError

# SHA-256 of each file, unpacked, as it was published; in the order of training and test.
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def load_mnist(root: Path | None) -> Dataset:
    """The complete MNIST, from IDX files laid out as torchvision does, downloaded by it if they are missing.

    Other files in their place are read too, and stderr says that they are not the original.
    """
    root = data_root(root)
    try:
        folder = _folder(root)
        if folder is None:
            fetched("mnist", root)
            folder = root / "MNIST" / "raw"
    except PermissionError as error:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from None
    read = [_read(_file(folder, name), sha256) for name, sha256 in SHA256.items()]
    (train_images, train_labels, test_images, test_labels), original = zip(*read, strict=True)
    data = Dataset("mnist", (train_images, train_labels), (test_images, test_labels), classes=10)
    if not all(original):
        _tell(folder)
    return data


def _folder(root: Path) -> Path | None:
    for folder in (root / "MNIST" / "raw", root / "raw", root):
        names = {entry.name.removesuffix(".gz") for entry in os.scandir(folder)} if folder.is_dir() else set()
        missing = sorted(set(SHA256) - names)
        if not missing:
            return folder
        if len(missing) < len(SHA256):
            raise InputError(f"{folder}: MNIST is not whole, it lacks {', '.join(missing)}")
    return None


def _read(path: Path, sha256: str) -> tuple[NDArray, bool]:
    """The array in a file, and whether it is the one that was published."""
    array = read_idx(path)
    digest = hashlib.sha256(idx_header(array.shape))
    digest.update(array.data if array.size else b"")
    return array, array.dtype == np.uint8 and digest.hexdigest() == sha256


@functools.cache
def _tell(folder: Path) -> None:
    """Say it once, however often the files are read."""
    print(f"note: the files in {folder} are not the original MNIST; figures of it do not apply", file=sys.stderr)


def _file(folder: Path, name: str) -> Path:
    path = folder / name
    return path if path.exists() else folder / f"{name}.gz"
