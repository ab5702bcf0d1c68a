"""Mistakes in the learning rate of E6, each as people write it."""

import scratch
from compare.bugs.catalogue.register import bug


@bug(
    "sgd_step",
    "The rate is about 0.001.",
    "Updates 0.1 % too large; no curve shows it.",
    "Two curves on top of each other prove nothing about the third digit.",
    error=(1e-4, 1e-3, 1e-2),
    sign=(1, -1),
)
def lr_off_by_1e_3(W, b, dW, db, lr, *, error=1e-3, sign=1):
    return scratch.sgd_step(W, b, dW, db, lr * (1 + sign * error))


@bug(
    "sgd_step",
    "The rate went through a text file with five digits.",
    "Updates 1e-5 too large, under the rounding of W in float32.",
    "Weights that start at 0 show an update to its last bit.",
    error=(1e-8, 1e-7, 1e-6, 1e-5, 9e-5),
    sign=(1, -1),
)
def lr_off_by_1e_5(W, b, dW, db, lr, *, error=1e-5, sign=1):
    return scratch.sgd_step(W, b, dW, db, lr * (1 + sign * error))


@bug(
    "sgd_step",
    "The rate should fall slowly.",
    "The ratio of the updates starts at 1 and falls from step to step.",
    "A schedule is part of the problem; without a word it is a bug.",
    stateful=True,
    share=(1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1),
)
def decaying_lr(*, share=1e-4):
    steps = [0]

    def sgd_step(W, b, dW, db, lr):
        rate = lr / (1 + share * steps[0])
        steps[0] += 1
        return scratch.sgd_step(W, b, dW, db, rate)

    return sgd_step


@bug(
    "sgd_step",
    "The rate is a detail of the optimizer, not of the step.",
    "Updates 1 / lr times too large; at lr 1e-3 the loss explodes.",
    "The gradient says where to go, and lr how far: W <- W - lr dW.",
    which=("both", "W", "b"),
)
def rate_left_out(W, b, dW, db, lr, *, which="both"):
    return W - (lr if which == "b" else 1) * dW, b - (lr if which == "W" else 1) * db


@bug(
    "sgd_step",
    "Dividing by the rate slows training down.",
    "Updates 1 / lr squared times too large; none at lr 1.",
    "A smaller rate makes a smaller step: multiply.",
)
def divided_by_the_rate(W, b, dW, db, lr):
    return W - dW / lr, b - db / lr


@bug(
    "sgd_step",
    "Two decimals are enough for a rate.",
    "Nothing moves at lr 1e-3, and all is right at 0.01.",
    "A rate is a matter of magnitude: round no small number to decimals.",
    digits=(2, 1, 3, 4, 5, 6, 0),
)
def rate_rounded(W, b, dW, db, lr, *, digits=2):
    return scratch.sgd_step(W, b, dW, db, round(lr, digits))


@bug(
    "sgd_step",
    "0.01 is the usual rate.",
    "None at this one rate, and at any other the argument changes nothing.",
    "An argument that is not used is a bug.",
    rate=(0.01, 0.001, 0.1, 0.5, 1e-4, 0.05, 0.005),
)
def rate_fixed(W, b, dW, db, _lr, *, rate=0.01):
    return scratch.sgd_step(W, b, dW, db, rate)


@bug(
    "sgd_step",
    "Both gradients are scaled by the rate before the update.",
    "Updates of lr squared: at lr 1e-3 a thousand times too small, and right at lr 1.",
    "Multiply by the rate once.",
)
def rate_taken_twice(W, b, dW, db, lr):
    return scratch.sgd_step(W, b, dW, db, lr * lr)


@bug(
    "sgd_step",
    "The first steps should be short.",
    "The first updates are too small, and the later ones right.",
    "A schedule is part of the problem; without a word it is a bug.",
    stateful=True,
    steps=(100, 5, 10, 20, 50, 200, 500, 1000),
)
def warm_up(*, steps=100):
    taken = [0]

    def sgd_step(W, b, dW, db, lr):
        taken[0] += 1
        return scratch.sgd_step(W, b, dW, db, lr * min(1, taken[0] / steps))

    return sgd_step
