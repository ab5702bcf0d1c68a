"""Mistakes on the way back: E4 to E6, each written as somebody would who means it well."""

import numpy as np

import scratch
from compare.bugs.registry import bug


@bug(
    "logits_gradient",
    "The loss is a mean, but its gradient is simply P - Y.",
    "Gradients N times too large: lr 1e-3 works like 0.1, and accuracy is better than it should be.",
    "A summed loss at a small rate is a mean loss at a large one; accuracy praises the bug.",
)
def summed_gradient(logP, y):
    return scratch.logits_gradient(logP, y) * logP.dtype.type(len(y))


@bug(
    "logits_gradient",
    "The gradient is averaged over all its entries.",
    "Gradients K times too small: it learns slowly, as with a tenth of the rate.",
    "dZ is divided by N because L is; K is not in the formula.",
)
def gradient_mean_over_classes(logP, y):
    return scratch.logits_gradient(logP, y) / logP.dtype.type(logP.shape[1])


@bug(
    "logits_gradient",
    "Statistics divides by N - 1.",
    "Gradients 1 % too large at a batch of 100; nobody sees it, until a batch has one image.",
    "That correction is for a variance around an estimated mean; nothing of the kind happens here.",
)
def divided_by_n_minus_1(logP, y):
    N = len(y)
    return scratch.logits_gradient(logP, y) * logP.dtype.type(N / max(N - 1, 1))


@bug(
    "logits_gradient",
    "The batch size is 100, so that is what to divide by.",
    "None, until the last batch of an epoch is short.",
    "Take N from the data, not from the configuration.",
)
def fixed_hundred(logP, y):
    return scratch.logits_gradient(logP, y) * logP.dtype.type(len(y) / 100)


@bug(
    "logits_gradient",
    "The derivative of the softmax is P.",
    "Every class is pushed down, the right one too; nothing is learned.",
    "Y is what tells the gradient which class was right.",
)
def labels_forgotten(logP, y):
    return np.exp(logP) / logP.dtype.type(len(y))


@bug(
    "logits_gradient",
    "The error is target minus prediction.",
    "The loss rises with every step.",
    "With a minus in the update, the gradient is prediction minus target.",
)
def wrong_sign(logP, y):
    return -scratch.logits_gradient(logP, y)


@bug(
    "logits_gradient",
    "The gradient passes through the derivative of the activation, P (1 - P).",
    "Gradients at least four times too small, and near 0 where the model is surely wrong.",
    "That factor belongs to the squared error; cross-entropy cancels it, which is its point.",
)
def squared_error_gradient(logP, y):
    P = np.exp(logP)
    return scratch.logits_gradient(logP, y) * P * (1 - P)


@bug(
    "logits_gradient",
    "A little label smoothing does no harm, and the library has it on.",
    "dZ is off by 1e-3 / N; accuracy the same.",
    "What regularises is part of the problem: write it down, or two runs cannot agree.",
)
def hidden_label_smoothing(logP, y):
    dZ = scratch.logits_gradient(logP, y)
    N, K = dZ.shape
    Y = np.zeros_like(dZ)
    Y[np.arange(N), y] = 1
    return dZ + 1e-3 * (Y - 1 / K).astype(dZ.dtype) / dZ.dtype.type(N)


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


@bug(
    "sgd_step",
    "The bias is not worth an update.",
    "b stays as it began; accuracy hardly changes.",
    "The optimizer must be given every parameter.",
)
def bias_forgotten_in_the_update(W, b, dW, db, lr):
    return scratch.sgd_step(W, b, dW, 0 * db, lr)


@bug(
    "sgd_step",
    "Momentum is on by default.",
    "From the second step on updates grow, up to ten times; accuracy is better than it should be.",
    "optim.SGD has momentum 0; what helps is still not what was asked for.",
    stateful=True,
)
def hidden_momentum():
    velocity = [0.0, 0.0]

    def sgd_step(W, b, dW, db, lr):
        velocity[:] = (0.9 * v + g for v, g in zip(velocity, (dW, db), strict=True))
        return scratch.sgd_step(W, b, *velocity, lr)

    return sgd_step


@bug(
    "sgd_step",
    "A little weight decay never hurts.",
    "Weights shrink by lr 1e-4 a step: one part in ten million.",
    "An update must be compared as an update, W - W0: in W itself this drowns.",
)
def hidden_weight_decay(W, b, dW, db, lr):
    return scratch.sgd_step(W, b, dW + 1e-4 * W, db, lr)


@bug(
    "sgd_step",
    "A hundred times less decay surely does nothing.",
    "Nothing that float32 can tell from rounding in one step.",
    "Where a step hides it, exact arithmetic and float64 do not.",
)
def tiny_weight_decay(W, b, dW, db, lr):
    return scratch.sgd_step(W, b, dW + 1e-6 * W, db, lr)


@bug(
    "sgd_step",
    "The rate is about 0.001.",
    "Updates 0.1 % too large; no curve shows it.",
    "Two curves on top of each other prove nothing about the third digit.",
)
def lr_off_by_1e_3(W, b, dW, db, lr):
    return scratch.sgd_step(W, b, dW, db, lr * (1 + 1e-3))


@bug(
    "sgd_step",
    "The rate went through a text file with five digits.",
    "Updates 1e-5 too large, under the rounding of W in float32.",
    "Weights that start at 0 show an update to its last bit.",
)
def lr_off_by_1e_5(W, b, dW, db, lr):
    return scratch.sgd_step(W, b, dW, db, lr * (1 + 1e-5))


@bug(
    "sgd_step",
    "The rate should fall slowly.",
    "The ratio of the updates starts at 1 and falls from step to step.",
    "A schedule is part of the problem; without a word it is a bug.",
    stateful=True,
)
def decaying_lr():
    steps = [0]

    def sgd_step(W, b, dW, db, lr):
        rate = lr / (1 + 1e-4 * steps[0])
        steps[0] += 1
        return scratch.sgd_step(W, b, dW, db, rate)

    return sgd_step


@bug(
    "sgd_step",
    "W -= lr * dW updates, and return W - lr * dW returns the update.",
    "Every update is twice as large.",
    "An update in place and a returned one are two updates: it started from weights that were updated already.",
)
def updated_twice(W, b, dW, db, lr):
    W, b = scratch.sgd_step(W, b, dW, db, lr)
    return scratch.sgd_step(W, b, dW, db, lr)


@bug(
    "sgd_step",
    "Weights are kept in half precision to save memory.",
    "Updates smaller than half a unit of float16 vanish; W takes few values.",
    "Master weights stay in the wider type.",
)
def float16_weights(W, b, dW, db, lr):
    return tuple(part.astype(np.float16).astype(W.dtype) for part in scratch.sgd_step(W, b, dW, db, lr))
