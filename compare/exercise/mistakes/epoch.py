"""Mistakes in one epoch: which images a step gets, and from where it starts."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

import scratch
from compare.exercise.mistakes.register import mistake
from compare.exercise.right import one_epoch

EPOCH = "one_epoch"


def parts(N: int, size: int) -> Iterator[slice]:
    return (slice(first, first + size) for first in range(0, N, size))


def step_of(X: NDArray, y: NDArray, W: NDArray, b: NDArray, lr: float) -> scratch.Step:
    return scratch.step(scratch.SoftmaxRegression(W, b), scratch.SGD(lr), X, y)


@mistake(EPOCH, "An epoch has N // batch_size batches.", "The images that are left make one more, shorter batch.")
def short_last_batch_dropped(X, y, W, b, lr, batch_size):
    N = len(y) // batch_size * batch_size
    return one_epoch(X[:N], y[:N], W, b, lr, batch_size)


@mistake(
    EPOCH,
    "One batch is an epoch, or return stands inside of the loop.",
    "An epoch takes all images: return after the loop.",
)
def first_batch_only(X, y, W, b, lr, batch_size):
    return one_epoch(X[:batch_size], y[:batch_size], W, b, lr, batch_size)


@mistake(EPOCH, "An epoch is one step on all images.", "It is a step for each batch of batch_size images.")
def all_images_at_once(X, y, W, b, lr, _batch_size):
    return one_epoch(X, y, W, b, lr, len(y))


@mistake(EPOCH, "Each batch starts from W and b.", "A step starts where the last one ended: assign the new W and b.")
def every_step_from_the_start(X, y, W, b, lr, batch_size):
    *_, last = parts(len(y), batch_size)
    return one_epoch(X[last], y[last], W, b, lr, len(y))


@mistake(EPOCH, "Only the weights are updated.", "b gets its step as W does: take both results of sgd_step.")
def bias_not_carried_on(X, y, W, b, lr, batch_size):
    new = W
    for part in parts(len(y), batch_size):
        new = step_of(X[part], y[part], new, b, lr).W
    return new, b


@mistake(EPOCH, "The bias alone is carried on.", "W gets its step as b does: take both results of sgd_step.")
def weights_not_carried_on(X, y, W, b, lr, batch_size):
    new = b
    for part in parts(len(y), batch_size):
        new = step_of(X[part], y[part], W, new, lr).b
    return W, new


@mistake(
    EPOCH,
    "Gradients are added up, and the step comes at the end.",
    "Each batch has a step of its own; the next gradient is taken after it.",
)
def one_step_at_the_end(X, y, W, b, lr, batch_size):
    steps = [step_of(X[part], y[part], W, b, lr) for part in parts(len(y), batch_size)]
    return W - lr * sum(step.dW for step in steps), b - lr * sum(step.db for step in steps)


@mistake(
    EPOCH,
    "The mean of the batches' gradients is the epoch's.",
    "Each batch has a step of its own; the next gradient is taken after it.",
)
def mean_of_the_gradients(X, y, W, b, lr, batch_size):
    steps = [step_of(X[part], y[part], W, b, lr) for part in parts(len(y), batch_size)]
    return W - lr * np.mean([step.dW for step in steps], axis=0), b - lr * np.mean([step.db for step in steps], axis=0)


@mistake(
    EPOCH, "The rate is for the whole epoch.", "Each step has the full rate; the mean over the batch is in dZ already."
)
def rate_divided_by_the_steps(X, y, W, b, lr, batch_size):
    return one_epoch(X, y, W, b, lr / -(-len(y) // batch_size), batch_size)


@mistake(EPOCH, "The rate is divided by the size of the batch.", "1/N is in dZ already; the rate stays as it is.")
def rate_divided_by_the_batch(X, y, W, b, lr, batch_size):
    return one_epoch(X, y, W, b, lr / batch_size, batch_size)


@mistake(EPOCH, "Twice is better.", "One epoch takes each image once.")
def two_epochs(X, y, W, b, lr, batch_size):
    return one_epoch(X, y, *one_epoch(X, y, W, b, lr, batch_size), lr, batch_size)


@mistake(
    EPOCH, "The i-th batch begins at image i.", "It begins at i * batch_size: range(0, N, batch_size) gives these."
)
def overlapping_batches(X, y, W, b, lr, batch_size):
    for first in range(-(-len(y) // batch_size)):
        W, b = one_epoch(X[first : first + batch_size], y[first : first + batch_size], W, b, lr, batch_size)
    return W, b


@mistake(EPOCH, "A batch begins at each image.", "It begins at every batch_size-th image: range(0, N, batch_size).")
def a_batch_from_every_image(X, y, W, b, lr, batch_size):
    for first in range(len(y)):
        W, b = one_epoch(X[first : first + batch_size], y[first : first + batch_size], W, b, lr, batch_size)
    return W, b


@mistake(
    EPOCH,
    "The batches of range(0, N - batch_size, batch_size) are all.",
    "The end of a range is not in it: range(0, N, batch_size).",
)
def last_batch_forgotten(X, y, W, b, lr, batch_size):
    for first in range(0, len(y) - batch_size, batch_size):
        W, b = one_epoch(X[first : first + batch_size], y[first : first + batch_size], W, b, lr, batch_size)
    return W, b


@mistake(EPOCH, "The functions change W and b.", "sgd_step returns new arrays: assign them, or nothing changes.")
def nothing_assigned(_X, _y, W, b, _lr, _batch_size):
    return W, b


@mistake(EPOCH, "A step goes along the gradient.", "Use your sgd_step, which goes against it.")
def uphill(X, y, W, b, lr, batch_size):
    for part in parts(len(y), batch_size):
        step = step_of(X[part], y[part], W, b, lr)
        W, b = W + lr * step.dW, b + lr * step.db
    return W, b


@mistake(
    EPOCH, "The order of the batches does not matter.", "It does for the result: take them from the first to the last."
)
def last_batch_first(X, y, W, b, lr, batch_size):
    for part in reversed([*parts(len(y), batch_size)]):
        W, b = one_epoch(X[part], y[part], W, b, lr, batch_size)
    return W, b


@mistake(EPOCH, "A batch of one image is what stochastic means.", "The batch has batch_size images.")
def one_image_a_step(X, y, W, b, lr, _batch_size):
    return one_epoch(X, y, W, b, lr, 1)


@mistake(
    EPOCH, "The last batch is filled up with the images before it.", "It is shorter: it has the images that are left."
)
def last_batch_filled_up(X, y, W, b, lr, batch_size):
    for part in parts(len(y), batch_size):
        first = max(0, min(part.start, len(y) - batch_size))
        W, b = one_epoch(X[first : first + batch_size], y[first : first + batch_size], W, b, lr, batch_size)
    return W, b
