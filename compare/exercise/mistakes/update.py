"""Mistakes in E6: how W and b get their step."""

import numpy as np

from compare.exercise.mistakes.register import mistake


@mistake("sgd_step", "A step is lr times the gradient.", "That is how far one goes: subtract it from where one is.")
def step_returned(_W, _b, dW, db, lr):
    return lr * dW, lr * db


@mistake(
    "sgd_step",
    "The rate scales the whole difference W - dW.",
    "lr is a factor of the gradient only: W - lr * dW has no brackets.",
)
def difference_scaled(W, b, dW, db, lr):
    return lr * (W - dW), lr * (b - db)


@mistake("sgd_step", "W - lr * dW is (W - lr) * dW.", "Without brackets the product comes first: W - lr * dW.")
def bracket_around_weights_and_rate(W, b, dW, db, lr):
    return (W - lr) * dW, (b - lr) * db


@mistake(
    "sgd_step", "The gradient is taken away from, not the weights.", "New W is W minus lr times dW, in this order."
)
def difference_turned(W, b, dW, db, lr):
    return lr * dW - W, lr * db - b


@mistake("sgd_step", "Weights are multiplied by the step.", "The step is a difference: W - lr * dW.")
def multiplied_by_the_step(W, b, dW, db, lr):
    return W * (1 - lr * dW), b * (1 - lr * db)


@mistake(
    "sgd_step",
    "Only the direction counts.",
    "The length of the gradient counts as well: lr times dW, not times its sign.",
)
def sign_of_the_gradient(W, b, dW, db, lr):
    return W - lr * np.sign(dW), b - lr * np.sign(db)


@mistake("sgd_step", "lr makes the weights smaller.", "lr times the gradient is subtracted, not lr times the weights.")
def rate_times_the_weights(W, b, _dW, _db, lr):
    return W - lr * W, b - lr * b


@mistake(
    "sgd_step",
    "lr is the share by which the new replaces the old.",
    "That is a moving average. E6 keeps all of W and b, and subtracts lr times the gradient.",
)
def moving_average(W, b, dW, db, lr):
    return (1 - lr) * W - lr * dW, (1 - lr) * b - lr * db


@mistake("sgd_step", "The rate is that of the example.", "lr comes in, and may be any rate: use the parameter.")
def rate_of_the_example(W, b, dW, db, _lr):
    return W - 0.5 * dW, b - 0.5 * db


@mistake(
    "sgd_step", "The step is a mean over the rows.", "1/N is in dW already; the rows of W are classes, not images."
)
def divided_by_the_rows(W, b, dW, db, lr):
    return W - lr * dW / len(W), b - lr * db / len(W)


@mistake(
    "sgd_step",
    "K - 1 is where a range or slice of all classes ends.",
    "It ends before its second number: at K, or nothing is cut.",
)
def last_class_not_updated(W, b, dW, db, lr):
    W, b = W.copy(), b.copy()
    W[:-1] -= lr * dW[:-1]
    b[:-1] -= lr * db[:-1]
    return W, b
