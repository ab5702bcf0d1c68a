"""Every data set by its name: where it comes from, and what is in it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from compare.data.dataset import Dataset
from compare.data.embedded import load_digits, load_mnist5k
from compare.data.folders import DATA_ROOT_VARIABLE as DATA_ROOT_VARIABLE
from compare.data.folders import cache_path, data_root
from compare.data.mnist import load_mnist
from compare.data.prepared import Prepared, Watch, unwatched
from compare.data.torchvision_sets import load_with_torchvision
from compare.errors import InputError

# Of a proof, unless others are asked for.
USUAL_STEPS = 9600


@dataclass(frozen=True)
class Source:
    """Where a data set comes from, what is in it, and for how many epochs the proof trains on it.

    files: patterns of files in a data root, any of which says that it is there; none for what is inside the package.
    """

    load: Callable[[Path | None], Dataset]
    epochs: int
    size: tuple[int, int]
    shape: tuple[int, ...]
    classes: int
    origin: str
    files: tuple[str, ...] = ()

    def is_here(self, root: Path | None) -> bool:
        """True if loading it needs no download. Raises InputError if the root that is named is no folder."""
        if not self.files:
            return True
        if root:
            folder = data_root(root)
        else:
            try:
                folder = cache_path()
            except InputError:
                return False
        return any(True for pattern in self.files for _ in folder.glob(pattern))

    def outline(self, name: str) -> Dataset:
        """A data set of the same sizes in which all is 0; its zeros take no memory until they are looked at."""
        train, test = ((np.zeros((size, *self.shape), np.uint8), np.zeros(size, int)) for size in self.size)
        return Dataset(name, train, test if self.size[1] else None, self.classes)


def check_name(name: str) -> None:
    """Raise InputError if this is neither the name of a data set nor a path."""
    if name not in SOURCES and not is_path(name):
        raise InputError(f"unknown data set {name!r}; data --list shows all, and no file or folder here has this name")


def is_path(name: str) -> bool:
    """True if data are given by a path, not by name."""
    return name not in SOURCES and ("/" in name or os.sep in name or os.path.exists(name))


def load(
    name: str,
    root: str | Path | None = None,
    prepared: Prepared | None = None,
    watch: Watch = unwatched,
    check: Callable[[Dataset], object] | None = None,
) -> Dataset:
    """Load a data set by its name in SOURCES, or by a path: see `load_own`.

    root: the folder of the files of what has a name, unless they are inside the package; prepared: how pictures of
    one's own are made alike (other data are as they are); watch: is told how far it is; check: called before a download
    with an `outline` of the data set, so that what it refuses is not downloaded. Raises InputError if the name is
    unknown, or the data missing, unreadable or bad.
    """
    check_name(name)
    if is_path(name) or os.path.exists(name):
        # what reads pictures is imported when there are some
        from compare.data.own_data import load_own, tell

        if is_path(name):
            return load_own(name, prepared, watch)
        tell(f"{name} is the data set of that name; what is here by this name is ./{name}")
    source, folder = SOURCES[name], None if root is None else Path(root)
    if check and not source.is_here(folder):
        check(source.outline(name))
    return source.load(folder)


def usual_epochs(steps_per_epoch: int) -> int:
    """For how many epochs the proof trains on data of one's own: about as many steps as on the others."""
    return max(1, round(USUAL_STEPS / steps_per_epoch))


def _torchvision(name: str, epochs: int, size: tuple[int, int], shape: tuple, classes: int, files: str) -> Source:
    return Source(partial(load_with_torchvision, name), epochs, size, shape, classes, "torchvision", (files,))


MNIST_PATTERNS = tuple(f"{folder}train-images-idx3-ubyte*" for folder in ("MNIST/raw/", "raw/", ""))

# To add a data set, add an entry; if it comes through torchvision, name its class in fetch.py too.
# The epochs make about 9,600 steps of batch 100 at 20 % validation.
SOURCES = {
    "mnist5k": Source(load_mnist5k, 240, (5000, 0), (28, 28), 10, "in the package"),
    "digits": Source(load_digits, 640, (1797, 0), (8, 8), 10, "in the package"),
    "mnist": Source(load_mnist, 20, (60000, 10000), (28, 28), 10, "torchvision", MNIST_PATTERNS),
    "fashion-mnist": _torchvision("fashion-mnist", 20, (60000, 10000), (28, 28), 10, "FashionMNIST/raw/*"),
    "kmnist": _torchvision("kmnist", 20, (60000, 10000), (28, 28), 10, "KMNIST/raw/*"),
    "emnist-letters": _torchvision("emnist-letters", 10, (124800, 20800), (28, 28), 26, "EMNIST/raw/*letters*"),
    "emnist-balanced": _torchvision("emnist-balanced", 11, (112800, 18800), (28, 28), 47, "EMNIST/raw/*balanced*"),
    "usps": _torchvision("usps", 164, (7291, 2007), (16, 16), 10, "usps.bz2"),
    "cifar10": _torchvision("cifar10", 24, (50000, 10000), (3, 32, 32), 10, "cifar-10-batches-py/*"),
    "cifar100": _torchvision("cifar100", 24, (50000, 10000), (3, 32, 32), 100, "cifar-100-python/*"),
}
