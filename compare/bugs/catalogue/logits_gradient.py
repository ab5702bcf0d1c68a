"""Mistakes in E4, the gradient by the logits, each as people write it."""

import numpy as np

import scratch
from compare.bugs.catalogue.nll_loss import one_hot
from compare.bugs.catalogue.register import bug


@bug(
    "logits_gradient",
    "The loss is a mean, but its gradient is simply P - Y.",
    "Gradients N times too large: lr 1e-3 works like 0.1, and accuracy is better than it should be.",
    "L is a mean, so dZ is divided by N; without it a small rate is a large one, and accuracy praises the bug.",
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
    "Divide by N: N - 1 is for a variance around an estimated mean.",
)
def divided_by_n_minus_1(logP, y):
    N = len(y)
    return scratch.logits_gradient(logP, y) * logP.dtype.type(N / max(N - 1, 1))


@bug(
    "logits_gradient",
    "The batch size is 100, so that is what to divide by.",
    "None, until the last batch of an epoch is short.",
    "Take N from the data, not from the configuration.",
    size=(100, 32, 64, 128, 256, 10),
)
def fixed_hundred(logP, y, *, size=100):
    return scratch.logits_gradient(logP, y) * logP.dtype.type(len(y) / size)


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
    "The loss is the squared distance of P and Y, so its gradient passes through the softmax.",
    "Gradients several times too small, and near 0 where the model is surely wrong.",
    "Cross-entropy cancels the Jacobian of the softmax, which is its point; the squared error keeps it.",
    factor=(1, 2),
)
def squared_error_gradient(logP, y, *, factor=1):
    P, dP = np.exp(logP), factor * scratch.logits_gradient(logP, y)
    return P * (dP - (dP * P).sum(axis=1, keepdims=True))


@bug(
    "logits_gradient",
    "A little label smoothing does no harm, and the library has it on.",
    "dZ is off by 1e-3 / N; accuracy the same.",
    "Write down what regularises: it is part of the problem, or two runs cannot agree.",
    share=(1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.5),
)
def hidden_label_smoothing(logP, y, *, share=1e-3):
    dZ = scratch.logits_gradient(logP, y)
    return dZ + share * (one_hot(dZ, y) - 1 / dZ.shape[1]).astype(dZ.dtype) / dZ.dtype.type(len(y))


@bug(
    "logits_gradient",
    "dZ[:, y] is the label's column of each row.",
    "Columns of all labels of the batch are pushed, in every row.",
    "Index rows with np.arange(N): a slice and an array give every pair of row and label.",
)
def every_label_in_every_row(logP, y):
    dZ = np.exp(logP)
    dZ[:, y] -= 1
    return dZ / len(y)


@bug(
    "logits_gradient",
    "P - Y / N is (P - Y) / N.",
    "Entries that are not the label's are N times too large.",
    "The quotient has brackets: divide both, or divide last.",
)
def only_labels_divided(logP, y):
    return np.exp(logP) - one_hot(logP, y) / len(y)


@bug(
    "logits_gradient",
    "The 1 can be subtracted after the division.",
    "The label's entry is about N times too large.",
    "Y is divided by N like P: subtract first, or subtract 1 / N.",
)
def one_subtracted_after_dividing(logP, y):
    return np.exp(logP) / len(y) - one_hot(logP, y)


@bug(
    "logits_gradient",
    "Labels count from 1, and columns from 0.",
    "The loss is right, and the model learns the class before the right one.",
    "The labels are 0 ... K-1; label 0 minus 1 is the last column, without an error.",
    shift=(-1, 1),
)
def gradient_beside_the_label(logP, y, *, shift=-1):
    return scratch.logits_gradient(logP, (y + shift) % logP.shape[1])


@bug(
    "logits_gradient",
    "What comes in are the probabilities.",
    "Rows do not sum to 0, and no entry is above 0.",
    "P = exp(logP): the function gets logarithms.",
)
def exp_forgotten(logP, y):
    return (logP - one_hot(logP, y)) / len(y)


@bug(
    "logits_gradient",
    "The mean is over the classes.",
    "Gradients N / K times too large.",
    "Divide by len(y), not by the number of columns: the loss is a mean over images.",
)
def divided_by_classes(logP, y):
    return scratch.logits_gradient(logP, y) * (len(y) / logP.shape[1])


@bug(
    "logits_gradient",
    "P and Y are divided by N, and so is their difference.",
    "Gradients N times too small: it hardly learns.",
    "One division by N is enough.",
)
def gradient_averaged_twice(logP, y):
    return scratch.logits_gradient(logP, y) / len(y)


@bug(
    "logits_gradient",
    "The label's entry is -1.",
    "The label is pushed up just as much when the model knows it already; rows do not sum to 0.",
    "dZ[rows, y] -= 1 subtracts from P; = throws P away.",
)
def one_assigned(logP, y):
    return np.where(one_hot(logP, y) == 1, -1, np.exp(logP)) / len(y)


@bug(
    "logits_gradient",
    "Only the right class is in the loss, so only it has a gradient.",
    "One entry in each row, and the other classes are never pushed down.",
    "Every logit is in the denominator of the softmax.",
)
def only_the_labels_entry(logP, y):
    return scratch.logits_gradient(logP, y) * one_hot(logP, y)


@bug(
    "logits_gradient",
    "The derivative of a square has a 2.",
    "Gradients twice too large.",
    "Cross-entropy has no square, and no 2.",
)
def gradient_doubled(logP, y):
    return 2 * scratch.logits_gradient(logP, y)


@bug(
    "logits_gradient",
    "The gradient passes through the derivative of the activation, P (1 - P).",
    "Gradients at least four times too small, and near 0 where the model is surely wrong.",
    "Softmax has a Jacobian, and cross-entropy cancels it: P (1 - P) is of a sigmoid.",
    factor=(1, 2),
)
def sigmoid_derivative(logP, y, *, factor=1):
    P = np.exp(logP)
    return factor * scratch.logits_gradient(logP, y) * P * (1 - P)


@bug(
    "logits_gradient",
    "The derivative of -log P is -1 / P.",
    "One huge entry in each row, largest where the model is most wrong.",
    "That is dP. dZ has the softmax in it too, and P cancels.",
)
def gradient_by_the_probabilities(logP, y):
    Y = one_hot(logP, y) == 1
    return np.where(Y, -1 / np.where(Y, np.exp(logP), 1), 0) / len(y)


@bug(
    "logits_gradient",
    "P is the softmax of what comes in, as probabilities.",
    "Gradients of a model that is never sure of anything.",
    "exp(logP) are the probabilities: softmax of them is nearly even.",
)
def softmax_in_the_gradient(logP, y):
    return (scratch.softmax(np.exp(logP)) - one_hot(logP, y)) / len(y)


@bug(
    "logits_gradient",
    "The gradient is about the class that the model chose.",
    "The model becomes surer of whatever it says.",
    "The label picks the entry, never the model.",
)
def gradient_of_the_prediction(logP, _y):
    return scratch.logits_gradient(logP, logP.argmax(axis=1))


@bug(
    "logits_gradient",
    "Clipping gradients makes training safe.",
    "Large errors teach no more than small ones.",
    "Entries of dZ lie in -1 / N ... 1 / N: nothing needs clipping.",
    limit=(1e-4, 1e-3, 1e-2, 0.1, 1.0),
)
def clipped_logits_gradient(logP, y, *, limit=0.001):
    return np.clip(scratch.logits_gradient(logP, y), -limit, limit)
