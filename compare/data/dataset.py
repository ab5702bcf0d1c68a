"""A data set: uint8 images and integer labels that were checked once, when they came in."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.data.mapped import Place, as_int64, pieces, place_of
from compare.data.prepared import Prepared
from compare.errors import InputError

Data = tuple[NDArray, NDArray]

# Where no pixel is above this, no image is meant so.
DARK = 25


@dataclass(frozen=True)
class Dataset:
    """A data set: train and test (if it has one) as pairs of images and labels (N,).

    Images of any shape become rows (N, D), `shape` being that of one, (H, W) or (C, H, W); labels become int64.
    names has a name for each class; their numbers unless given. prepared: how pictures of one's own were made alike;
    None for other data. Raises InputError if the images are not finite numbers, one for each label, or the labels not
    integers from 0 to classes - 1.
    """

    name: str
    train: Data
    test: Data | None
    classes: int
    names: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    prepared: Prepared | None = None

    def __post_init__(self) -> None:
        self._put("shape", np.shape(self.train[0])[1:])
        self._put("names", self.names or tuple(map(str, range(self.classes))))
        self._put("train", _checked(self.train, f"{self.name}, train", self.classes))
        if self.test is not None:
            self._put("test", _checked(self.test, f"{self.name}, test", self.classes))
            widths = self.train[0].shape[1], self.test[0].shape[1]
            if widths[0] != widths[1]:
                raise InputError(f"{self.name}: {widths[0]} pixels in training images, {widths[1]} in test images")

    def __repr__(self) -> str:
        tests = f" and {len(self.test[1]):,} test" if self.test else ""
        size = " x ".join(map(str, self.shape))
        return f"<Dataset {self.name}: {len(self.train[1]):,} training{tests} images of {size}, {self.classes} classes>"

    def __getstate__(self) -> dict[str, Any]:
        """For another process: what is in a file goes there by its path."""
        parts = {name: part and tuple(place_of(array) or array for array in part) for name, part in self._parts.items()}
        return vars(self) | parts

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        for name, part in self._parts.items():
            self._put(name, part and tuple(held.array() if isinstance(held, Place) else held for held in part))

    @cached_property
    def beyond(self) -> tuple[float, float] | None:
        """The lowest and the highest pixel, where pixels are floats beyond 0 ... 1; else None."""
        parts = [part[0] for part in (self.train, self.test) if part and part[0].dtype.kind == "f"]
        cut = [images[n] for images in parts for n in pieces(*images.shape)]
        low, high = min(map(np.min, cut), default=0), max(map(np.max, cut), default=0)
        return (float(low), float(high)) if low < 0 or high > 1 else None

    @property
    def _parts(self) -> dict[str, Any]:
        return {"train": self.train, "test": self.test}

    def _put(self, field: str, value: object) -> None:
        # the fields of a frozen dataclass are set this way only
        object.__setattr__(self, field, value)


def largest_if_dark(images: NDArray) -> int:
    """The largest pixel of images (N, D) of bytes of which none is above DARK; else 0."""
    highest = 0
    for part in pieces(*images.shape) if images.dtype == np.uint8 else ():
        highest = max(highest, int(images[part].max(initial=0)))
        if highest > DARK:
            return 0
    return highest


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
    _check_labels(labels, where, classes)
    images = images.reshape(len(images), -1)
    _check_pixels(images, where)
    return images, as_int64(labels)


def _check_labels(labels: NDArray, where: str, classes: int) -> None:
    for part in pieces(len(labels)):
        outside = np.flatnonzero((labels[part] < 0) | (labels[part] >= classes))
        if len(outside):
            n = part.start + outside[0]
            raise InputError(f"{where}: label {labels[n]} of image {n} is not one of 0 ... {classes - 1}")


def _check_pixels(images: NDArray, where: str) -> None:
    if images.dtype.kind == "f":
        for part in pieces(*images.shape):
            with np.errstate(over="ignore"):
                bad = np.argwhere(~np.isfinite(images[part].astype(np.float32, copy=False)))
            if not len(bad):
                continue
            n, d = bad[0] + (part.start, 0)
            raise InputError(f"{where}: pixel {d} of image {n} is {images[n, d]}, not a finite number of float32")
    elif images.dtype != np.uint8:
        raise InputError(f"{where}: pixels must be uint8 or floats, not {images.dtype}")
