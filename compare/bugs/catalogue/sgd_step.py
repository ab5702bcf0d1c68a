"""Mistakes in E6, the update, each as people write it."""

import numpy as np

import scratch
from compare.bugs.catalogue.register import bug


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
