"""The complete MNIST, from its four IDX files."""

import os
from pathlib import Path

from compare.data.dataset import Data, Dataset
from compare.data.folders import data_root
from compare.data.idx import read_idx
from compare.data.torchvision_sets import fetched
from compare.errors import InputError

FILES = tuple(f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1"))


def load_mnist(root: Path | None) -> Dataset:
    """The complete MNIST, from IDX files laid out as torchvision does, downloaded by it if they are missing."""
    root = data_root(root)
    try:
        folder = _folder(root)
        if folder is None:
            fetched("mnist", root)
            folder = root / "MNIST" / "raw"
    except PermissionError as error:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from None
    return Dataset("mnist", _part(folder, "train"), _part(folder, "t10k"), classes=10)


def _folder(root: Path) -> Path | None:
    for folder in (root / "MNIST" / "raw", root / "raw", root):
        names = {entry.name.removesuffix(".gz") for entry in os.scandir(folder)} if folder.is_dir() else set()
        missing = sorted(set(FILES) - names)
        if not missing:
            return folder
        if len(missing) < len(FILES):
            raise InputError(f"{folder}: MNIST is not whole, it lacks {', '.join(missing)}")
    return None


def _part(folder: Path, prefix: str) -> Data:
    images, labels = (_file(folder, f"{prefix}-{kind}-ubyte") for kind in ("images-idx3", "labels-idx1"))
    return read_idx(images), read_idx(labels)


def _file(folder: Path, name: str) -> Path:
    path = folder / name
    return path if path.exists() else folder / f"{name}.gz"
