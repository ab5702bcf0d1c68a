"""Mistakes in single functions that the catalogue, which is about whole trainings, has not."""

import numpy as np

from compare.exercise.mistakes.register import mistake
from compare.exercise.right import one_hot


@mistake(
    "logits", "Each pixel has its bias.", "b has one entry for each class: it is added after the sum over the pixels."
)
def bias_inside_of_the_sum(X, W, b):
    return X @ (W + b[:, None]).T


@mistake("logits", "The weights and the bias multiply the image.", "b is added: a black image still has the logits b.")
def bias_as_a_factor(X, W, b):
    return X @ W.T * b


@mistake("logits", "One bias serves all classes.", "Each class has its own: b (K,) is added to every row, as it is.")
def bias_of_the_first_class(X, W, b):
    return X @ W.T + b[0]


@mistake("logits", "reshape turns a matrix.", "reshape keeps the order of the numbers; .T exchanges rows and columns.")
def reshape_for_the_transpose(X, W, b):
    return (W @ X.T).reshape(len(X), len(W)) + b


CENTRED = "Z = X W^T + b takes X as it comes in: the logits of an image do not depend on the others of its batch."


@mistake("logits", "Images are centred first.", CENTRED)
def mean_of_all_pixels_subtracted(X, W, b):
    return (X - X.mean()) @ W.T + b


@mistake("logits", "Each pixel is centred first.", CENTRED)
def mean_of_each_pixel_subtracted(X, W, b):
    return (X - X.mean(axis=0)) @ W.T + b


@mistake("logits", "Images are standardised first.", CENTRED)
def all_pixels_standardised(X, W, b):
    return (X - X.mean()) / X.std() @ W.T + b


@mistake("logits", "Each image is centred first.", "Z = X W^T + b takes X as it comes in: nothing is subtracted.")
def mean_of_each_image_subtracted(X, W, b):
    return (X - X.mean(axis=1, keepdims=True)) @ W.T + b


@mistake("log_softmax", "The normaliser is the sum of the logits.", "It is the sum of exp of the logits.")
def sum_of_the_logits(Z):
    return Z - np.log(np.abs(Z).sum(axis=1, keepdims=True))


@mistake(
    "log_softmax", "log of a quotient is the quotient of the logs.", "It is their difference: log P = Z - log(sum)."
)
def quotient_of_logarithms(Z):
    return Z / np.log(np.exp(Z).sum(axis=1, keepdims=True))


@mistake("log_softmax", "log of a quotient is a quotient.", "It is a difference: log P = S - log(sum of exp S).")
def quotient_after_the_shift(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S / np.log(np.exp(S).sum(axis=1, keepdims=True))


@mistake(
    "nll_loss",
    "The logarithm is of the mean probability.",
    "L is the mean of the logarithms: a product of probabilities.",
)
def logarithm_of_the_mean(logP, y):
    return -np.log(np.exp(logP[np.arange(len(y)), y]).mean())


@mistake(
    "nll_loss",
    "The errors are squared, as in regression.",
    "Minus the logarithm is positive already; no square is needed.",
)
def squared_logarithms(logP, y):
    return (logP[np.arange(len(y)), y] ** 2).mean()


@mistake(
    "nll_loss", "The error is one minus the probability.", "The likelihood is a product: its logarithm is what adds up."
)
def one_minus_the_probability(logP, y):
    return (1 - np.exp(logP[np.arange(len(y)), y])).mean()


@mistake(
    "logits_gradient", "y is what was right, so subtract y.", "y says where the 1 is: Y has it in the label's column."
)
def label_subtracted(logP, y):
    return (np.exp(logP) - y[:, None]) / len(y)


@mistake(
    "logits_gradient",
    "The label's entry is its own mistake, 1 - P.",
    "dZ is P - Y: at the label P - 1, which is below 0.",
)
def label_entry_turned(logP, y):
    P, Y = np.exp(logP), one_hot(y, logP)
    return (P + Y - 2 * P * Y) / len(y)


@mistake(
    "logits_gradient",
    "It is the gradient by logP.",
    "That is -Y / N; the sum below the line of the softmax adds P / N.",
)
def probabilities_forgotten(logP, y):
    return -one_hot(y, logP) / len(y)


@mistake("logits_gradient", "P is divided by N, and Y is not divided twice.", "Both are divided by N, once.")
def label_counted_twice(logP, y):
    return (np.exp(logP) - 2 * one_hot(y, logP)) / len(y)


@mistake(
    "weight_gradient",
    "Sums over the images can be taken first.",
    "Each image has its own dZ[n] and X[n]: multiply, then add.",
)
def sums_multiplied(X, dZ):
    return np.outer(dZ.sum(axis=0), X.sum(axis=0))


@mistake(
    "weight_gradient", "The mean image stands for all.", "Each image has its own dZ[n] and X[n]: multiply, then add."
)
def mean_image(X, dZ):
    return np.outer(dZ.sum(axis=0), X.mean(axis=0))


@mistake(
    "weight_gradient", "The gradient of a weight is that of its logit.", "Z[n, k] has W[k, i] with the factor X[n, i]."
)
def pixels_forgotten(X, dZ):
    return np.outer(dZ.sum(axis=0), np.ones(X.shape[1], X.dtype))


@mistake(
    "weight_gradient",
    "The gradient of a weight is its pixel.",
    "That is dZ[n, k] / dW[k, i]: the chain rule multiplies it with dZ.",
)
def incoming_gradient_forgotten_in_w(X, dZ):
    return np.outer(np.ones(dZ.shape[1], X.dtype), X.sum(axis=0))


@mistake(
    "weight_gradient",
    "One image shows it; or a return stands in the loop.",
    "W acts on the logits of every image: add up over n.",
)
def first_image_only(X, dZ):
    return np.outer(dZ[0], X[0])


@mistake(
    "bias_gradient",
    "One image shows it; or a return stands in the loop.",
    "b acts on the logits of every image: add up over n.",
)
def first_image_only_for_the_bias(dZ):
    return dZ[0]


@mistake("bias_gradient", "The bias follows the largest effect.", "Effects are added up: a sum over the images.")
def largest_for_the_bias(dZ):
    return dZ.max(axis=0)


@mistake("bias_gradient", "Sizes are added up.", "Effects are added with their signs: some pull up, some down.")
def sizes_added(dZ):
    return np.abs(dZ).sum(axis=0)


@mistake(
    "bias_gradient",
    "Squared, effects of two signs do not cancel.",
    "They should: db is the sum of dZ[n] as it is, with its sign, for b is added with the factor 1.",
)
def squares_added(dZ):
    return (dZ**2).sum(axis=0)


@mistake("logits", "b belongs into the loop over the pixels.", "b is added once, after the sum over the pixels.")
def bias_added_for_each_pixel(X, W, b):
    return X @ W.T + X.shape[1] * b


@mistake("logits_gradient", "P is exp of minus logP.", "logP is the logarithm as it is: P = exp(logP), below 1.")
def one_over_p(logP, y):
    return (np.exp(-logP) - one_hot(y, logP)) / len(y)


@mistake("logits_gradient", "1 is subtracted from P.", "From the label's entry only: Y is 0 at all others.")
def one_subtracted_everywhere(logP, y):
    return (np.exp(logP) - 1) / len(y)


@mistake("bias_gradient", "The derivative of Z by b is 1.", "That is one factor of the chain rule; the other is dZ[n].")
def incoming_gradient_forgotten_in_b(dZ):
    return np.ones(dZ.shape[1], dZ.dtype)


@mistake(
    "bias_gradient", "The mean is over the classes.", "Nothing is divided: 1/N is in dZ already, and K is not in L."
)
def divided_by_the_classes(dZ):
    return dZ.sum(axis=0) / dZ.shape[1]
