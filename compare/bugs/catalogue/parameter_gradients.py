"""Mistakes in E5, the gradients by weights and bias, each as people write it."""

import numpy as np

import scratch
from compare.bugs.catalogue.register import bug


@bug(
    "parameter_gradients",
    "Slices end before their last index, so rows go up to N - 1.",
    "One image of each batch is never learned from; accuracy the same.",
    "X[:-1] ends before the last row.",
)
def last_row_dropped(X, dZ):
    return scratch.parameter_gradients(X[:-1], dZ[:-1])


@bug(
    "parameter_gradients",
    "X^T dZ has the right numbers, and reshape gives them the right shape.",
    "The right numbers in the wrong places; nothing is learned.",
    "reshape is no transpose.",
)
def transposed_gradient(X, dZ):
    return (X.T @ dZ).reshape(dZ.shape[1], X.shape[1]), dZ.sum(axis=0)


@bug(
    "parameter_gradients",
    "Only weights have gradients.",
    "b never moves; accuracy hardly changes.",
    "Every parameter has a gradient: compare all of them.",
)
def bias_forgotten_in_the_gradient(X, dZ):
    dW, db = scratch.parameter_gradients(X, dZ)
    return dW, np.zeros_like(db)


@bug(
    "parameter_gradients",
    "Gradients over a batch are averaged.",
    "The bias learns N times too slowly; accuracy the same.",
    "1 / N is in dZ already; what is left is a sum.",
)
def mean_for_the_bias(X, dZ):
    return scratch.parameter_gradients(X, dZ)[0], dZ.mean(axis=0)


@bug(
    "parameter_gradients",
    "range(K - 1) visits all classes.",
    "The template of the last class stays as it began; accuracy falls by a few points.",
    "Off by one in a loop over classes looks like a hard class.",
)
def one_class_lost(X, dZ):
    dW, db = scratch.parameter_gradients(X, dZ)
    dW[-1], db[-1] = 0, 0
    return dW, db


@bug(
    "parameter_gradients",
    "Clipping gradients makes training safe.",
    "None on mild data; where an answer is surely wrong the gradient stops growing.",
    "Clipping is a choice, and one that both sides must have made.",
)
def clipped_gradient(X, dZ):
    return tuple(np.clip(gradient, -0.2, 0.2) for gradient in scratch.parameter_gradients(X, dZ))


@bug(
    "parameter_gradients",
    "A batch that is not full is left out.",
    "The last images of each epoch are never learned from.",
    "drop_last=True changes the data; a short batch is as good as a full one.",
)
def short_batch_skipped(X, dZ):
    dW, db = scratch.parameter_gradients(X, dZ)
    return (dW, db) if len(X) >= 100 else (np.zeros_like(dW), np.zeros_like(db))


@bug(
    "parameter_gradients",
    "backward() computes the gradient.",
    "The first step is right, the second has two gradients in it; at a small rate accuracy is too good.",
    "backward() adds to the gradient: zero_grad() comes first.",
    stateful=True,
)
def stale_gradient():
    total = [0.0, 0.0]

    def parameter_gradients(X, dZ):
        total[:] = (old + new for old, new in zip(total, scratch.parameter_gradients(X, dZ), strict=True))
        return tuple(total)

    return parameter_gradients
