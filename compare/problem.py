"""The problem both sides are given: the sole source of initial weights, split and batch order.

All three are drawn once, in NumPy, and handed to both sides: the seeds of two frameworks never match.
"""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.data.registry import Dataset
from compare.errors import InputError

# One independent stream of random numbers for each purpose, so that none shifts when another changes.
WEIGHTS, SPLIT, ORDER = range(3)

# The precisions in which the proof is made.
DTYPES = "float32", "float64"

FLOAT32_MAX = float(np.finfo(np.float32).max)

# More are a slip of the hand: a million epochs of the smallest data set are 15 million steps.
MOST_EPOCHS = 1_000_000

# Enough to tell two orders apart, and soon done for the longest run.
EPOCHS_IN_CHECKSUM = 1000


@dataclass(frozen=True)
class Hyperparameters:
    """What a user chooses. Raises InputError, naming the value, for what cannot train.

    epochs: passes over the training images; batch_size: images a step; lr: the learning rate;
    seed: of weights, split and order; val_fraction: share of the images held out for validation;
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
        for name, kind in ((f.name, f.type) for f in fields(self) if f.type in (int, float)):
            object.__setattr__(self, name, kind(getattr(self, name)))
        if not 1 <= self.epochs <= MOST_EPOCHS:
            raise InputError(f"epochs must lie in 1 ... {MOST_EPOCHS:,}, not {self.epochs}")
        if self.batch_size < 1:
            raise InputError(f"batch size must be at least 1, not {self.batch_size}")
        if not 0 < self.lr <= FLOAT32_MAX:
            raise InputError(f"lr must be above 0 and below 3.4e+38, not {self.lr}")
        if self.seed < 0:
            raise InputError(f"seed must be 0 or more, not {self.seed}")
        if not 0 < self.val_fraction < 1:
            raise InputError(f"validation fraction must lie between 0 and 1, not {self.val_fraction}")
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


class Problem:
    """A data set split in two, initial weights, and the batches of every epoch.

    train, validation, test: pairs of images (N, D) and labels (N,); test may be None.
    Raises InputError if a part of the split would be empty, or a batch larger than the training set.
    """

    def __init__(self, data: Dataset, chosen: Hyperparameters):
        self.name, self.classes, self.chosen, self.test = data.name, data.classes, chosen, data.test
        self.shape, self.names = data.shape, data.names
        images, labels = data.train
        self._split = self._random(SPLIT).permutation(len(labels))
        held_out = _held_out(len(labels), chosen)
        validated_with, trained_on = self._split[:held_out], self._split[held_out:][: chosen.train_subset]
        self.train = images[trained_on], labels[trained_on]
        self.validation = images[validated_with], labels[validated_with]

    def __repr__(self) -> str:
        sizes = f"{len(self.train[1]):,} training and {len(self.validation[1]):,} validation images"
        return f"<Problem {self.name}: {sizes}, {self.steps:,} steps, lr {self.chosen.lr:g}, seed {self.chosen.seed}>"

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
    def batches(self) -> Iterator[list[NDArray]]:
        """For each epoch its batches, arrays of indices into the training images; the same on every call."""
        return map(self.epoch_batches, range(1, self.chosen.epochs + 1))

    def epoch_batches(self, epoch: int) -> list[NDArray]:
        """Batches of one epoch, counted from 1: every training image once, in an order of its own."""
        order = self._random(ORDER, epoch).permutation(len(self.train[1]))
        return [order[n : n + self.chosen.batch_size] for n in range(0, len(order), self.chosen.batch_size)]

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
        """SHA-256 of the order of so many epochs, of the first 1,000 at most."""
        counted = range(1, min(epochs, EPOCHS_IN_CHECKSUM) + 1)
        return checksum(*(np.concatenate(self.epoch_batches(epoch)) for epoch in counted))

    def _random(self, *stream: int) -> np.random.Generator:
        return np.random.default_rng([self.chosen.seed, *stream])


def _held_out(images: int, chosen: Hyperparameters) -> int:
    """How many of the images are held out for validation. Raises InputError if there are too few for what is chosen."""
    held_out = round(images * chosen.val_fraction)
    left = images - held_out
    if held_out < 1 or left < 1:
        raise InputError(
            f"validation fraction {chosen.val_fraction}: {left:,} to train on, {held_out:,} to validate; both need one"
        )
    if chosen.train_subset is not None and chosen.train_subset > left:
        raise InputError(f"training subset of {chosen.train_subset:,}, but only {left:,} training images")
    if chosen.batch_size > (chosen.train_subset or left):
        raise InputError(f"batch size {chosen.batch_size}, but only {chosen.train_subset or left:,} training images")
    return held_out


def checksum(*arrays: NDArray) -> str:
    """SHA-256 of the values of arrays, in hexadecimal, the same on machines of either byte order."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).data)
    return digest.hexdigest()
