"""Mistakes in E4, the gradient by the logits, each as people write it."""

import numpy as np

import scratch
from compare.bugs.catalogue.register import bug


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
