"""Data of one's own, by a path: a folder of pictures, an .npz, a CSV, or a pair of IDX or .npy files."""

import functools
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compare.data.array_files import as_bytes, as_pixels, find_pair, is_array, is_whole, load_npz, load_pair
from compare.data.csv_file import load_csv
from compare.data.dataset import Data, Dataset, largest_if_dark
from compare.data.labels import as_classes, find_classes
from compare.data.mapped import pieces
from compare.data.picture_folder import load_folder
from compare.data.prepared import Prepared, Watch, unwatched
from compare.errors import InputError
from compare.rank import is_first

KINDS = "a folder of pictures, an .npz or .csv file, or a pair of IDX or .npy files"


def load_own(name: str, prepared: Prepared | None = None, watch: Watch = unwatched) -> Dataset:
    """The data at a path, called by its name; stderr says in a line what was done to pictures or labels.

    prepared: how pictures are made alike. Raises InputError, naming the file, for whatever cannot be used.
    """
    path = Path(name)
    try:
        dataset = _load(name, path, prepared or Prepared(), watch)
        _tell_of_dark(dataset)
        return dataset
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from None


def _load(name: str, path: Path, prepared: Prepared, watch: Watch) -> Dataset:
    if path.is_dir():
        pair = find_pair(path)
        if pair is None:
            return load_folder(name, path, prepared, watch, tell)
        path = pair
    elif not path.exists():
        raise InputError(f"{name}: no such file or folder; data --list shows the data sets that have a name")
    kind = path.suffix.lower()
    if kind == ".csv":
        train, has_names = load_csv(path)
        return _dataset(name, train, None, (), "" if has_names else "its first column, for no line has names")
    if kind == ".npz":
        train, test, names = load_npz(path)
    elif not is_array(path):
        raise InputError(f"{path}: not a kind of file that is taken; data of your own are {KINDS}")
    else:
        (train, test), names = load_pair(path), ()
    return _dataset(name, train, test, names)


def _dataset(name: str, train: Data, test: Data | None, names: tuple[str, ...], labels_are: str = "") -> Dataset:
    """The data set, its labels turned into classes 0 ... K-1.

    labels_are: where they were found, if that was guessed.
    """
    if np.ndim(train[0]) == 1 < np.ndim(train[1]):
        shapes = f"images have shape {np.shape(train[0])}, and labels {np.shape(train[1])}"
        raise InputError(f"{name}: images and labels are exchanged: {shapes}")
    classes = find_classes(train[1], f"{name}, labels in {labels_are}" if labels_are else name, names)
    parts = {f"{name}, {part}": held for part, held in {"train": train, "test": test}.items() if held}
    images = {part: as_pixels(np.asarray(held[0]), part) for part, held in parts.items()}
    labels = [as_classes(held[1], classes, part) for part, held in parts.items()]
    made = list(zip(_divided(images, name), labels, strict=True))
    dataset = Dataset(name, made[0], made[1] if test else None, len(classes.values), classes.names)
    if told := "; ".join(filter(None, (f"they are {labels_are}" if labels_are else "", classes.told))):
        tell(f"labels of {name}: {told}")
    _tell_of_floats(dataset)
    return dataset


def _divided(images: dict[str, NDArray], name: str) -> list[NDArray]:
    """The images of each part, floats as bytes if they hold what bytes hold; where none is above 1 they may not."""
    floats = {part: held for part, held in images.items() if held.dtype.kind == "f"}
    if any(held.max(initial=0) > 1 for held in floats.values()) and all(map(is_whole, floats.values())):
        images |= {part: as_bytes(held, part) for part, held in floats.items()}
        tell(f"pixels of {name} are whole numbers, stored as floats, and are divided by 255")
    return list(images.values())


def _tell_of_floats(dataset: Dataset) -> None:
    """Say it if pixels are stored as floats beyond 0 ... 1, which is often a slip: nothing divides these."""
    if not dataset.beyond:
        return
    parts = [part[0] for part in (dataset.train, dataset.test) if part]
    whole = all(np.array_equal(images[n], np.rint(images[n])) for images in parts for n in pieces(*images.shape))
    low, high = dataset.beyond
    told = f"{'whole numbers' if whole else 'floats'} in {low:.4g} ... {high:.4g} and taken as they are"
    tell(f"pixels of {dataset.name} are {told}; whole numbers in 0 ... 255 are divided by 255")


def _tell_of_dark(dataset: Dataset) -> None:
    """Say it if bytes are far below 255: nothing is learned from images that are nearly black."""
    if highest := largest_if_dark(dataset.train[0]):
        times = f"255/{highest}" if highest > 1 else "255"
        told = f"the largest pixel of {dataset.name} is {highest}, and pixels are divided by 255"
        tell(f"{told}: multiply them by {times} if {highest} is white")


@functools.cache
def tell(text: str) -> None:
    """Say it on stderr, once however often the data are read; of several ranks the first says it."""
    # a note that cannot be written is no reason to end
    with suppress(OSError):
        if is_first():
            print(f"note: {text}", file=sys.stderr)
