"""Labels of any kind as classes 0 ... K-1, each with a name."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.data.mapped import as_int64, new_array, pieces
from compare.errors import InputError
from compare.words import printable

# More different labels are hardly classes: the weights have a row for each.
MOST_CLASSES = 1000
# Names that a message lists, and characters of each.
SHOWN, LONGEST = 5, 40


class Classes(NamedTuple):
    """The different labels in the order of their classes, and their names."""

    values: NDArray
    names: tuple[str, ...]

    @property
    def are_numbers(self) -> bool:
        """True if each label is the number of its class already."""
        return self.values.dtype.kind in "iu" and np.array_equal(self.values, np.arange(len(self.values)))

    @property
    def told(self) -> str:
        """Which label is which class, for a message; empty if each is called by its number."""
        numbers = tuple(map(str, range(len(self.values))))
        if self.are_numbers or self.names == numbers:
            return ""
        return f"{self.listed()} are the classes {numbers[0]} {'and' if len(numbers) == 2 else '...'} {numbers[-1]}"

    def listed(self) -> str:
        """The first few of them, for a message."""
        shown = ", ".join(map(short_label, self.values[:SHOWN]))
        return shown + (f" ... {short_label(self.values[-1])}" if len(self.values) > SHOWN else "")


def find_classes(labels: NDArray, where: str, names: tuple[str, ...] = ()) -> Classes:
    """The classes of labels (N,), in the order of numbers or of the alphabet.

    names: of the classes, if they have some. Raises InputError if there is one class only, or too many, if a label is
    neither a whole number nor a word, if there is another number of names, or if two of them are equal.
    """
    _check_kind(labels, where)
    found: set = set()
    for part in pieces(len(labels)):
        found.update(np.unique(labels[part]).tolist())
        if len(found) > MOST_CLASSES:
            raise InputError(f"{where}: has more than {MOST_CLASSES:,} different labels, so they are no classes")
    if len(found) < 2:
        only = f"only one, {short_label(next(iter(found)))}" if found else "none"
        raise InputError(f"{where}: two classes at least are needed, and there is {only}")
    values = np.array(sorted(found))
    if names and len(names) != len(values):
        raise InputError(f"{where}: {len(names):,} names, but {len(values):,} classes")
    return Classes(values, class_names(names or values.tolist(), where))


def as_classes(labels: NDArray, classes: Classes, where: str) -> NDArray:
    """Labels (N,) as numbers of classes (N,). Raises InputError for one that is no class."""
    _check_kind(labels, where)
    if labels.dtype.kind != classes.values.dtype.kind and "U" in (labels.dtype.kind, classes.values.dtype.kind):
        raise InputError(f"{where}: words and numbers are both labels; it takes one kind")
    if classes.are_numbers and labels.max(initial=0) < len(classes.values) and labels.min(initial=0) >= 0:
        return as_int64(labels)
    numbers = new_array(len(labels), np.int64)
    for part in pieces(len(labels)):
        places = np.searchsorted(classes.values, labels[part]).clip(max=len(classes.values) - 1)
        unknown = np.flatnonzero(classes.values[places] != labels[part])
        if len(unknown):
            n = part.start + unknown[0]
            raise InputError(f"{where}: label {short_label(labels[n])} of image {n} is no class of the training images")
        numbers[part] = places
    return numbers


def class_names(names: Sequence[object], where: str) -> tuple[str, ...]:
    """Names of classes as `short_label` has them, or whole where these would be equal.

    Raises InputError if two are equal.
    """
    short = tuple(map(short_label, names))
    if len(set(short)) == len(short):
        return short
    whole = tuple(printable(_text(name)) for name in names)
    name, count = Counter(whole).most_common(1)[0]
    if count > 1:
        raise InputError(f"{where}: {count:,} classes have the same name, {short_label(name)!r}")
    return whole


def short_label(label: object) -> str:
    """A label out of a file, short and without what a terminal would obey."""
    return printable(_text(label)[:LONGEST])


def _text(label: object) -> str:
    if isinstance(label, float | np.floating) and math.isfinite(label) and label == int(label):
        return str(int(label))
    return str(label)


def _check_kind(labels: NDArray, where: str) -> None:
    if labels.ndim != 1:
        made = "argmax(axis=1)" if labels.ndim == 2 and labels.shape[1] > 1 else "ravel()"
        raise InputError(f"{where}: labels must have shape (N,), not {labels.shape}; labels.{made} may make them")
    if labels.dtype.kind == "f":
        for part in pieces(len(labels)):
            values = np.asarray(labels[part])
            broken = np.flatnonzero(~np.isfinite(values) | (values != np.rint(values)))
            if len(broken):
                n = part.start + broken[0]
                raise InputError(f"{where}: label {labels[n]} of image {n} is no whole number")
    elif labels.dtype.kind not in "iuU":
        raise InputError(f"{where}: labels are whole numbers or words, not {labels.dtype}")
