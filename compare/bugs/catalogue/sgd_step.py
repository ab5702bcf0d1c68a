"""Mistakes in E6, the update, each as people write it."""

import numpy as np

import scratch
from compare.bugs.catalogue.parameter_gradients import shortened
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
    momentum=(0.1, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0),
)
def hidden_momentum(*, momentum=0.9):
    velocity = [0.0, 0.0]

    def sgd_step(W, b, dW, db, lr):
        velocity[:] = (momentum * v + g for v, g in zip(velocity, (dW, db), strict=True))
        return scratch.sgd_step(W, b, *velocity, lr)

    return sgd_step


@bug(
    "sgd_step",
    "A little weight decay never hurts.",
    "Weights shrink by lr 1e-4 a step: one part in ten million.",
    "E6 has no weight decay; --weight-decay gives it to both sides. Only the update W - W0 shows it: in W it drowns.",
    decay=(1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0),
    bias=(False, True),
)
def hidden_weight_decay(W, b, dW, db, lr, *, decay=1e-4, bias=False):
    return scratch.sgd_step(W, b, dW + decay * W, db + decay * b if bias else db, lr)


@bug(
    "sgd_step",
    "A hundred times less decay surely does nothing.",
    "Nothing that float32 can tell from rounding in one step.",
    "Where a step hides it, exact arithmetic and float64 do not.",
    decay=(1e-8, 1e-7, 1e-6, 9e-6),
)
def tiny_weight_decay(W, b, dW, db, lr, *, decay=1e-6):
    return scratch.sgd_step(W, b, dW + decay * W, db, lr)


@bug(
    "sgd_step",
    "W -= lr * dW updates, and return W - lr * dW returns the update.",
    "Every update is twice as large.",
    "Update in place or return new arrays, not both: the second starts from weights that were updated already.",
    which=("both", "W", "b"),
)
def updated_twice(W, b, dW, db, lr, *, which="both"):
    W, b = scratch.sgd_step(W, b, dW, db, lr)
    return scratch.sgd_step(W, b, 0 * dW if which == "b" else dW, 0 * db if which == "W" else db, lr)


@bug(
    "sgd_step",
    "Weights are kept in half precision to save memory.",
    "Updates smaller than half a unit of float16 vanish; W takes few values.",
    "Master weights stay in the wider type.",
)
def float16_weights(W, b, dW, db, lr):
    return tuple(part.astype(np.float16).astype(W.dtype) for part in scratch.sgd_step(W, b, dW, db, lr))


@bug(
    "sgd_step",
    "The gradient points to where one wants to go.",
    "The loss rises with every step.",
    "The gradient points uphill: descent subtracts it.",
    which=("both", "W", "b"),
)
def ascent(W, b, dW, db, lr, *, which="both"):
    return scratch.sgd_step(W, b, dW if which == "b" else -dW, db if which == "W" else -db, lr)


@bug(
    "sgd_step",
    "W and b are assigned inside of the function, and that is the update.",
    "Nothing moves: loss and accuracy stay as they began.",
    "What the function returns is what the model gets.",
)
def no_update(W, b, _dW, _db, _lr):
    return W, b


@bug(
    "sgd_step",
    "W is updated in place, and returned.",
    "Only the bias moves: the model learns how frequent classes are.",
    "Every parameter needs its update: compare all of them.",
)
def weights_not_updated(W, b, dW, db, lr):
    return W, scratch.sgd_step(W, b, dW, db, lr)[1]


@bug(
    "sgd_step",
    "Long gradients are shortened, as for recurrent networks.",
    "None while gradients are short; large errors teach no more than small ones.",
    "Clipping is a choice, and one that both sides must have made.",
    limit=(0.01, 0.1, 1.0, 5.0, 10.0, 30.0, 100.0),
    which=("joint", "each", "W"),
)
def clipped_by_norm(W, b, dW, db, lr, *, limit=1.0, which="joint"):
    short_W, short_b = shortened((dW, db), limit, which == "joint")
    return scratch.sgd_step(W, b, short_W, db if which == "W" else short_b, lr)


@bug(
    "sgd_step",
    "Clipping every entry makes the update safe.",
    "None while gradients are small; large errors teach no more than small ones.",
    "Clipping is a choice, and one that both sides must have made.",
    limit=(1e-3, 1e-2, 0.1, 0.2, 1.0, 5.0, 10.0),
)
def clipped_update(W, b, dW, db, lr, *, limit=0.1):
    return scratch.sgd_step(W, b, np.clip(dW, -limit, limit), np.clip(db, -limit, limit), lr)


@bug(
    "sgd_step",
    "Only the direction of the gradient matters.",
    "Every step has the same length, near the goal as well, and training never settles.",
    "The length of the gradient says how far there is to go.",
    joint=(False, True),
)
def normalised_gradient(W, b, dW, db, lr, *, joint=False):
    both = np.sqrt((dW**2).sum() + (db**2).sum())
    norms = (both, both) if joint else (np.linalg.norm(dW), np.linalg.norm(db))
    return scratch.sgd_step(W, b, dW / norms[0], db / norms[1], lr)


@bug(
    "sgd_step",
    "The update is -lr dW, and that is what is returned.",
    "Weights are forgotten at every step, and stay near 0.",
    "W <- W - lr dW: the update is added to what was there.",
)
def only_the_step_returned(_W, _b, dW, db, lr):
    return -lr * dW, -lr * db


@bug(
    "sgd_step",
    "The gradient of the step before is at hand.",
    "The first step is right, every other uses a gradient of other weights.",
    "Compute the gradient, then step: never the other way round.",
    stateful=True,
)
def gradient_of_the_step_before():
    kept = []

    def sgd_step(W, b, dW, db, lr):
        kept.append((dW.copy(), db.copy()))
        return scratch.sgd_step(W, b, *kept[-2:][0], lr)

    return sgd_step


@bug(
    "sgd_step",
    "Noise is averaged out over the last steps, 0.9 old and 0.1 new.",
    "The first update is ten times too small, and later ones follow late.",
    "Averaged gradients are another optimizer.",
    stateful=True,
    kept=(0.5, 0.8, 0.9, 0.95, 0.99),
)
def averaged_gradient(*, kept=0.9):
    mean = [0.0, 0.0]

    def sgd_step(W, b, dW, db, lr):
        mean[:] = (kept * old + (1 - kept) * new for old, new in zip(mean, (dW, db), strict=True))
        return scratch.sgd_step(W, b, *mean, lr)

    return sgd_step
