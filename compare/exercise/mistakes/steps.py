"""Mistakes in one epoch: what a step of it makes of its images, and which images these are."""

import numpy as np

import scratch
from compare.exercise.mistakes.epoch import EPOCH, parts, step_of
from compare.exercise.mistakes.register import mistake
from compare.exercise.right import one_epoch


@mistake(
    EPOCH,
    "The gradient of b may be taken when W has its step.",
    "dW and db belong to the same W and b: both are computed before either changes.",
)
def bias_gradient_after_the_step_of_the_weights(X, y, W, b, lr, batch_size):
    for part in parts(len(y), batch_size):
        new = step_of(X[part], y[part], W, b, lr).W
        W, b = new, step_of(X[part], y[part], new, b, lr).b
    return W, b


@mistake(
    EPOCH,
    "Gradients are added up over the epoch.",
    "Each step has the gradient of its own batch: begin dW and db anew in each turn.",
)
def gradients_kept_from_step_to_step(X, y, W, b, lr, batch_size):
    dW, db = np.zeros_like(W), np.zeros_like(b)
    for part in parts(len(y), batch_size):
        step = step_of(X[part], y[part], W, b, lr)
        dW, db = dW + step.dW, db + step.db
        W, b = W - lr * dW, b - lr * db
    return W, b


@mistake(
    EPOCH,
    "logits_gradient takes probabilities.",
    "It takes logP, as log_softmax returns it, and makes P of it by exp.",
)
def probabilities_for_logarithms(X, y, W, b, lr, batch_size):
    return _with_scores(X, y, W, b, lr, batch_size, lambda Z: np.exp(scratch.log_softmax(Z)))


@mistake(
    EPOCH, "logits_gradient takes logits.", "It takes logP, as log_softmax returns it: that stands between the two."
)
def logits_for_logarithms(X, y, W, b, lr, batch_size):
    return _with_scores(X, y, W, b, lr, batch_size, lambda Z: Z)


def _with_scores(X, y, W, b, lr, batch_size, scores):
    for part in parts(len(y), batch_size):
        dZ = scratch.logits_gradient(scores(scratch.logits(X[part], W, b)), y[part])
        dW, db = scratch.parameter_gradients(X[part], dZ)
        W, b = W - lr * dW, b - lr * db
    return W, b


@mistake(
    EPOCH,
    "The last batch is filled up with the first images.",
    "It is shorter: a slice beyond the end has the images that are left.",
)
def last_batch_from_the_beginning(X, y, W, b, lr, batch_size):
    for part in parts(len(y), batch_size):
        rows = np.arange(part.start, part.start + batch_size) % len(y)
        W, b = one_epoch(X[rows], y[rows], W, b, lr, batch_size)
    return W, b


@mistake(
    EPOCH,
    "A short batch counts less.",
    "Its gradient is the mean over its own images, and its step has the full rate.",
)
def short_batch_weighted(X, y, W, b, lr, batch_size):
    for part in parts(len(y), batch_size):
        W, b = one_epoch(X[part], y[part], W, b, lr * len(y[part]) / batch_size, batch_size)
    return W, b


@mistake(
    EPOCH, "batch_size is how many batches there are.", "It is how many images a batch has: range(0, N, batch_size)."
)
def as_many_batches_as_images_in_one(X, y, W, b, lr, batch_size):
    for rows in np.array_split(np.arange(len(y)), batch_size):
        if len(rows):
            W, b = one_epoch(X[rows], y[rows], W, b, lr, len(y))
    return W, b


@mistake(
    EPOCH,
    "The end of a slice is its last image.",
    "A slice ends before its second number: X[first : first + batch_size] has batch_size images.",
)
def last_image_of_each_batch_left_out(X, y, W, b, lr, batch_size):
    for part in parts(len(y), batch_size):
        rows = slice(part.start, part.stop - 1)
        if len(y[rows]):
            W, b = one_epoch(X[rows], y[rows], W, b, lr, batch_size)
    return W, b


@mistake(EPOCH, "The labels begin anew in each batch.", "Cut y as X: y[first : first + batch_size].")
def first_labels_in_every_batch(X, y, W, b, lr, batch_size):
    for part in parts(len(y), batch_size):
        W, b = one_epoch(X[part], y[: len(X[part])], W, b, lr, batch_size)
    return W, b


@mistake(
    EPOCH,
    "The functions of a step take all images.",
    "A step takes those of its batch: cut X and y in each turn.",
)
def all_images_in_every_step(X, y, W, b, lr, batch_size):
    model = scratch.SoftmaxRegression(W, b)
    for _ in range(0, len(y), batch_size):
        scratch.step(model, scratch.SGD(lr), X, y)
    return model.weight, model.bias


@mistake(EPOCH, "Gradients are divided by the batch.", "1/N is in dZ already.")
def gradients_divided_again(X, y, W, b, lr, batch_size):
    model = scratch.SoftmaxRegression(W, b)
    for first in range(0, len(y), batch_size):
        part = slice(first, first + batch_size)
        scratch.step(model, scratch.SGD(lr / len(y[part])), X[part], y[part])
    return model.weight, model.bias
