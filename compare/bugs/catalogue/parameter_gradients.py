"""Mistakes in E5, the gradients by weights and bias, each as people write it."""

import numpy as np

import scratch
from compare.bugs.catalogue.register import bug


@bug(
    "parameter_gradients",
    "Slices end before their last index, so rows go up to N - 1.",
    "One image of each batch is never learned from; accuracy the same.",
    "X[:-1] ends before the last row, and X[1:] begins after the first.",
    rows=(slice(None, -1), slice(1, None)),
    bias=(True, False),
)
def last_row_dropped(X, dZ, *, rows=slice(None, -1), bias=True):
    dW, db = scratch.parameter_gradients(X[rows], dZ[rows])
    return dW, db if bias else dZ.sum(axis=0)


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
    k=(-1, 0),
)
def one_class_lost(X, dZ, *, k=-1):
    dW, db = scratch.parameter_gradients(X, dZ)
    dW[k], db[k] = 0, 0
    return dW, db


@bug(
    "parameter_gradients",
    "Clipping gradients makes training safe.",
    "None on mild data; where an answer is surely wrong the gradient stops growing.",
    "Clipping is a choice, and one that both sides must have made.",
    limit=(1e-3, 1e-2, 0.1, 0.2, 1.0, 5.0, 10.0),
)
def clipped_gradient(X, dZ, *, limit=0.2):
    return tuple(np.clip(gradient, -limit, limit) for gradient in scratch.parameter_gradients(X, dZ))


@bug(
    "parameter_gradients",
    "A batch that is not full is left out.",
    "The last images of each epoch are never learned from.",
    "drop_last=True changes the data; a short batch is as good as a full one.",
    size=(100, 32, 64, 65, 128),
)
def short_batch_skipped(X, dZ, *, size=100):
    dW, db = scratch.parameter_gradients(X, dZ)
    return (dW, db) if len(X) >= size else (np.zeros_like(dW), np.zeros_like(db))


@bug(
    "parameter_gradients",
    "backward() computes the gradient.",
    "The first step is right, the second has two gradients in it; at a small rate accuracy is too good.",
    "backward() adds to the gradient: zero_grad() comes first.",
    stateful=True,
    kept=(1.0, 0.9, 0.5),
)
def stale_gradient(*, kept=1.0):
    total = [0.0, 0.0]

    def parameter_gradients(X, dZ):
        total[:] = (kept * old + new for old, new in zip(total, scratch.parameter_gradients(X, dZ), strict=True))
        return tuple(total)

    return parameter_gradients


@bug(
    "parameter_gradients",
    "Gradients are averaged over the batch.",
    "Gradients N times too small: it hardly learns.",
    "1 / N is in dZ already; what is left is a sum.",
    bias=(True, False),
)
def averaged_twice(X, dZ, *, bias=True):
    dW, db = scratch.parameter_gradients(X, dZ)
    return dW / len(X), db / len(X) if bias else db


@bug(
    "parameter_gradients",
    "The gradient of the last image is that of the batch.",
    "Only the last image of each batch is learned from.",
    "= overwrites, += adds: the gradient is the sum over all images.",
    which=("both", "W", "b"),
)
def assigned_not_added(X, dZ, *, which="both"):
    dW, db = scratch.parameter_gradients(X, dZ)
    last_W, last_b = scratch.parameter_gradients(X[-1:], dZ[-1:])
    return dW if which == "b" else last_W, db if which == "W" else last_b


@bug(
    "parameter_gradients",
    "The bias gets the sum of dZ.",
    "Every entry of db is the same, and almost 0: rows of dZ sum to 0.",
    "Without axis=0 NumPy sums over classes too.",
)
def one_sum_for_the_bias(X, dZ):
    dW, db = scratch.parameter_gradients(X, dZ)
    return dW, np.full_like(db, dZ.sum())


@bug(
    "parameter_gradients",
    "Descent needs the negative gradient.",
    "The loss rises with every step.",
    "The minus stands in the update, once.",
)
def negative_gradient(X, dZ):
    dW, db = scratch.parameter_gradients(X, dZ)
    return -dW, -db


@bug(
    "parameter_gradients",
    "Long gradients are shortened, as for recurrent networks.",
    "None while gradients are short; large errors teach no more than small ones.",
    "Clipping is a choice, and one that both sides must have made.",
    limit=(0.01, 0.1, 1.0, 5.0, 10.0, 30.0, 100.0),
    joint=(True, False),
)
def gradient_norm_clipped(X, dZ, *, limit=1.0, joint=True):
    return shortened(scratch.parameter_gradients(X, dZ), limit, joint)


def shortened(gradients, limit, joint):
    """Both gradients, dW (K, D) and db (K,), scaled down to a norm of at most `limit`: together, or each on its own."""
    norms = [np.sqrt((gradient**2).sum()) for gradient in gradients]
    if joint:
        norms = 2 * [np.sqrt(sum(norm**2 for norm in norms))]
    return tuple(g / norm * limit if norm > limit else g for g, norm in zip(gradients, norms, strict=True))
