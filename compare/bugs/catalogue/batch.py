"""Mistakes in the batch, the images and labels of a step, each as people write it."""

import numpy as np

import scratch
from compare.bugs.catalogue.register import bug


@bug(
    "batch",
    "Pixels have 256 values, so dividing by 256 brings them into 0 ... 1.",
    "All logits are 0.4 % too near to the bias; training hardly notices.",
    "Divide by 255, the largest pixel, as ToTensor does: a model sees at test time what it saw in training.",
)
def pixels_by_256(images, labels, index, dtype):
    X, y = scratch.batch(images, labels, index, dtype)
    return X * dtype.type(255 / 256), y


@bug(
    "batch",
    "The last column of the file was the label, so it has to go.",
    "None on digits, whose last pixel is always black.",
    "A test on real data sees only what real data contain; use dense random images too.",
)
def last_pixel_dropped(images, labels, index, dtype):
    X, y = scratch.batch(images, labels, index, dtype)
    X[:, -1] = 0
    return X, y


@bug(
    "batch",
    "The first column is a row number.",
    "None on digits, whose first pixel is always black.",
    "The same blind spot at the other end.",
)
def first_pixel_dropped(images, labels, index, dtype):
    X, y = scratch.batch(images, labels, index, dtype)
    X[:, 0] = 0
    return X, y


@bug(
    "batch",
    "Labels count from 1.",
    "The loss falls as it should, and accuracy is near 0: every answer is one too high.",
    "Look at an image beside its label before training.",
    shift=(1, -1),
)
def labels_off_by_one(images, labels, index, dtype, *, shift=1):
    X, y = scratch.batch(images, labels, index, dtype)
    return X, (y + shift) % (labels.max() + 1)


@bug(
    "batch",
    "Images and labels are read by two iterators that keep step.",
    "Nothing can be learned; accuracy is that of guessing.",
    "Index images and labels by one and the same index.",
    shift=(1, -1),
)
def labels_of_the_neighbour(images, labels, index, dtype, *, shift=1):
    X, y = scratch.batch(images, labels, index, dtype)
    return X, np.roll(y, shift)


@bug(
    "batch",
    "A DataLoader shuffles by itself.",
    "The same few images in the same order; on sorted data whole batches of one class.",
    "shuffle=True has to be said, and the order is part of what two runs must share.",
)
def never_shuffled(images, labels, index, dtype):
    return scratch.batch(images, labels, np.arange(len(index)) % len(labels), dtype)
