"""The problem both sides are given: the sole source of initial weights, split and batch order.

All three are drawn once, in NumPy, and handed to both sides: the seeds of two frameworks never match.
"""

import hashlib
import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.batches import Batches, Epochs
from compare.data.mapped import permutation, pieces, selected
from compare.data.registry import Dataset
from compare.errors import InputError
from scratch import Rows

# One independent stream of random numbers for each purpose, so that none shifts when another changes.
WEIGHTS, SPLIT, ORDER = range(3)

# The precisions in which the proof is made.
DTYPES = "float32", "float64"

FLOAT32_MAX = float(np.finfo(np.float32).max)

# More are a slip of the hand: a million epochs of the smallest data set are 15 million steps.
MOST_EPOCHS = 1_000_000

# So many epochs, and no more images than this, are in the checksum of the order: enough to tell two orders apart, and
# soon done for the longest run and for the largest data set.
EPOCHS_IN_CHECKSUM, IMAGES_IN_CHECKSUM = 1000, 60_000_000


@dataclass(frozen=True)
class Hyperparameters:
    """What a user chooses. Raises InputError, naming the value, for what cannot train.

    epochs: passes over the training images; batch_size: images a step; lr: the learning rate;
    seed: of weights, split and order; val_fraction: share of the images held out for validation, 0 for none;
    momentum, dampening, weight_decay, nesterov: as in `torch.optim.SGD`; train_subset: train on so many images
    only, the first of the split, or on all (None).
    """

    epochs: int
    batch_size: int = 100
    lr: float = 1e-3
    seed: int = 1
    val_fraction: float = 0.2
    momentum: float = 0.0
    dampening: float = 0.0
    weight_decay: float = 0.0
    nesterov: bool = False
    train_subset: int | None = None

    def __post_init__(self):
        # numbers of NumPy behave otherwise in arithmetic, and JSON does not take them
        for name, kind in ((f.name, f.type) for f in fields(self)):
            given = getattr(self, name)
            object.__setattr__(self, name, kind(given) if kind in (float, bool) else _whole(name, given))
        if not 1 <= self.epochs <= MOST_EPOCHS:
            raise InputError(f"epochs must lie in 1 ... {MOST_EPOCHS:,}, not {self.epochs}")
        if self.batch_size < 1:
            raise InputError(f"batch size must be at least 1, not {self.batch_size}")
        if not 0 < self.lr <= FLOAT32_MAX:
            raise InputError(f"lr must be above 0 and below 3.4e+38, not {self.lr}")
        if self.seed < 0:
            raise InputError(f"seed must be 0 or more, not {self.seed}")
        if not 0 <= self.val_fraction < 1:
            raise InputError(f"validation fraction must be at least 0 and below 1, not {self.val_fraction}")
        if not 0 <= self.momentum < 1:
            raise InputError(f"momentum must be at least 0 and below 1, not {self.momentum}")
        if not 0 <= self.dampening <= 1:
            raise InputError(f"dampening must lie in 0 ... 1, not {self.dampening}")
        if not 0 <= self.weight_decay <= FLOAT32_MAX:
            raise InputError(f"weight decay must be at least 0 and below 3.4e+38, not {self.weight_decay}")
        if self.nesterov and (self.momentum == 0 or self.dampening != 0):
            raise InputError("nesterov needs a momentum above 0 and a dampening of 0")
        if self.train_subset is not None and self.train_subset < 1:
            raise InputError(f"training subset must be at least 1 image, not {self.train_subset}")

    @property
    def descent(self) -> dict[str, Any]:
        """The options of SGD, by the names that `fit` and `torch.optim.SGD` give them."""
        names = "lr", "momentum", "dampening", "weight_decay", "nesterov"
        return {name: getattr(self, name) for name in names}


def _whole(name: str, number: Any) -> int | None:
    """An integer of Python; None stays. Raises InputError for what is no whole number."""
    if number is None:
        return None
    with suppress(TypeError, ValueError, OverflowError):
        if number == int(number):
            return int(number)
    raise InputError(f"{name.replace('_', ' ')} must be a whole number, not {number}")


class Problem:
    """A data set split in two, initial weights, and the batches of every epoch.

    train, validation, test: pairs of images (N, D) and labels (N,); test may be None, validation is empty where none
    are held out. The images of train and validation are `Rows` of the one array that the data set has: none is copied
    before it is in a batch.
    Raises InputError if a part of the split would be empty, or a batch larger than the training set.
    """

    def __init__(self, data: Dataset, chosen: Hyperparameters):
        self.name, self.classes, self.chosen, self.test = data.name, data.classes, chosen, data.test
        self.shape, self.names, self._data = data.shape, data.names, data
        images, labels = data.train
        self._split = permutation(self._random(SPLIT), len(labels))
        self.prepared = data.prepared
        held_out = _held_out(len(labels), chosen, data)
        validated_with, trained_on = self._split[:held_out], self._split[held_out:][: chosen.train_subset]
        self.train: tuple[Rows, NDArray] = Rows(images, trained_on), selected(labels, trained_on)
        self.validation = Rows(images, validated_with), selected(labels, validated_with)

    def __reduce__(self) -> tuple[type, tuple[Dataset, Hyperparameters]]:
        # another process draws the same, and has the images of a file by its path
        return Problem, (self._data, self.chosen)

    def __repr__(self) -> str:
        sizes = f"{len(self.train[1]):,} training and {len(self.validation[1]):,} validation images"
        return f"<Problem {self.name}: {sizes}, {self.steps:,} steps, lr {self.chosen.lr:g}, seed {self.chosen.seed}>"

    @property
    def evaluated_on(self) -> str:
        """The part that is evaluated after each epoch: validation, or test where nothing is held out."""
        return "validation" if self.chosen.val_fraction else "test"

    @property
    def evaluated(self) -> tuple[NDArray | Rows, NDArray]:
        """Images (N, D) and labels (N,) of that part."""
        return self.validation if self.chosen.val_fraction or self.test is None else self.test

    @property
    def beyond(self) -> tuple[float, float] | None:
        """The lowest and the highest pixel of the data set, where pixels are floats beyond 0 ... 1; else None."""
        return self._data.beyond

    @property
    def features(self) -> int:
        """D, the pixels of an image."""
        return self.train[0].shape[1]

    @property
    def steps_per_epoch(self) -> int:
        """Batches in an epoch; the last may be short."""
        return math.ceil(len(self.train[1]) / self.chosen.batch_size)

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.chosen.epochs * self.steps_per_epoch

    @property
    def batches(self) -> Epochs:
        """For each epoch its batches, arrays of indices into the training images; the same each time one iterates."""
        return Epochs(self.epoch_batches, self.chosen.epochs)

    def epoch_batches(self, epoch: int, first: int = 0) -> Batches:
        """Batches of one epoch, counted from 1: every training image once, in an order of its own.

        first: so many batches at the beginning are left out.
        """
        return Batches(self._order(epoch)[first * self.chosen.batch_size :], self.chosen.batch_size)

    def start(self, dtype: str) -> tuple[NDArray, NDArray]:
        """Initial W (K, D) and b (K,): uniform in ±1/sqrt(D), the law of PyTorch's nn.Linear.

        They are drawn in float64 and rounded, so every dtype starts from the same point.
        """
        limit, random = 1 / math.sqrt(self.features), self._random(WEIGHTS)
        W = random.uniform(-limit, limit, (self.classes, self.features))
        b = random.uniform(-limit, limit, self.classes)
        return W.astype(dtype), b.astype(dtype)

    @cached_property
    def checksums(self) -> dict[str, str]:
        """SHA-256 of what both sides are given: pixels, labels, split, batch order, W and b (in float64)."""
        W, b = self.start("float64")
        return {
            "images": checksum(self.train[0], self.validation[0]),
            "labels": checksum(self.train[1], self.validation[1]),
            "weight": checksum(W),
            "bias": checksum(b),
            "split": checksum(self._split),
            "order": self.order_checksum(self.chosen.epochs),
        }

    def order_checksum(self, epochs: int) -> str:
        """SHA-256 of the order of so many epochs; of at least one, and at most 1,000 epochs and 60 million images."""
        most = max(1, IMAGES_IN_CHECKSUM // len(self.train[1]))
        return _checksum(map(self._order, range(1, min(epochs, EPOCHS_IN_CHECKSUM, most) + 1)))

    def _order(self, epoch: int) -> NDArray:
        return permutation(self._random(ORDER, epoch), len(self.train[1]))

    def _random(self, *stream: int) -> "np.random.Generator":
        return np.random.default_rng([self.chosen.seed, *stream])


def _held_out(images: int, chosen: Hyperparameters, data: Dataset) -> int:
    """How many of the images are held out for validation. Raises InputError if there are too few for what is chosen."""
    held_out = round(images * chosen.val_fraction)
    left = images - held_out
    if not chosen.val_fraction and data.test is None:
        raise InputError(f"validation fraction 0 needs test images to evaluate on, and {data.name} has none")
    if (held_out < 1 and chosen.val_fraction) or left < 1:
        raise InputError(
            f"validation fraction {chosen.val_fraction}: {left:,} to train on, {held_out:,} to validate; both need one"
        )
    if chosen.train_subset is not None and chosen.train_subset > left:
        raise InputError(f"training subset of {chosen.train_subset:,}, but only {left:,} training images")
    if chosen.batch_size > (chosen.train_subset or left):
        most = chosen.train_subset or left
        raise InputError(
            f"batch size {chosen.batch_size}, but only {most:,} training images: take --batch-size {most} or less"
        )
    return held_out


def checksum(*arrays: NDArray | Rows) -> str:
    """SHA-256 of the values of arrays (N, ...), in hexadecimal, the same on machines of either byte order."""
    return _checksum(arrays)


def _checksum(arrays: Iterable[NDArray | Rows]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        for part in pieces(len(array), math.prod(array.shape[1:])):
            digest.update(np.ascontiguousarray(array[part], array.dtype.newbyteorder("<")).data)
    return digest.hexdigest()
