"""Mistakes of loops and of brackets: what stands in a turn, or in exp, and should not."""

import numpy as np

import scratch
from compare.exercise.mistakes.register import mistake
from compare.exercise.right import one_hot


@mistake("logits", "The last product is the logit.", "= keeps the last pixel only; += adds up.")
def last_pixel_only(X, W, b):
    return X[:, -1:] @ W[:, -1:].T + b


@mistake("nll_loss", "The last index is the number of images.", "It is N - 1, for the first is 0: divide by len(y).")
def divided_by_the_last_index(logP, y):
    return -logP[np.arange(len(y)), y].sum() / (len(y) - 1)


@mistake(
    "probabilities_gradient", "The gradient is -1 / (N P).", "At the label only: dlogP is 0 elsewhere, and so is dP."
)
def labels_left_out(P, _dlogP):
    return -1 / (len(P) * P)


@mistake(
    "probabilities_gradient",
    "The lowest dlogP tells the label, and dP is -1 / (N P) there.",
    "dlogP may be the gradient of any loss: each of its values is divided by its P.",
)
def label_sought_in_the_gradient_by_log_p(P, dlogP):
    return -one_hot(dlogP.argmin(axis=1), P) / (len(P) * P)


@mistake(
    "softmax_backward",
    "p @ p.T is the matrix of all products.",
    "Of one row of numbers p.T is p itself, and p @ p one number: the matrix is np.outer(p, p).",
)
def one_number_for_the_outer_product(P, dP):
    return P * dP - (P * P).sum(axis=1, keepdims=True) * dP.sum(axis=1, keepdims=True)


@mistake(
    "softmax_backward", "J[j, k] is P[j] P[k] for j and k that differ.", "If Z[k] rises, the other P[j] fall: a minus."
)
def minus_beside_the_diagonal_forgotten(P, dP):
    return P * (dP + (dP * P).sum(axis=1, keepdims=True) - 2 * P * dP)


@mistake(
    "nll_loss", "A label of 0 is none, as in `if y[n]`.", "0 is the first class, and its images count like others."
)
def label_0_left_out_of_the_loss(logP, y):
    return -(logP[np.arange(len(y)), y] * (y != 0)).sum() / len(y)


@mistake(
    "log_probabilities_gradient",
    "A label of 0 is none, as in `if y[n]`.",
    "0 is the first class: its images have their entry like others.",
)
def label_0_left_out_of_dlogp(logP, y):
    return -one_hot(y, logP) * (y != 0)[:, None] / len(y)


@mistake(
    "logits_gradient",
    "A label of 0 is none, as in `if y[n]`.",
    "0 is the first class: in the rows of its images 1 is subtracted too.",
)
def label_0_not_subtracted(logP, y):
    return (np.exp(logP) - one_hot(y, logP) * (y != 0)[:, None]) / len(y)


@mistake("nll_loss", "Each turn divides by N.", "The whole sum is divided, once: after the loop, not in it.")
def loss_divided_in_each_turn(logP, y):
    L = 0.0
    for n, label in enumerate(y):
        L = (L - logP[n, label]) / len(y)
    return L


@mistake("logits_gradient", "Each image is divided by N.", "All of dZ is divided, once: after the loop, not in it.")
def divided_in_each_turn(logP, y):
    dZ = np.exp(logP)
    for n, label in enumerate(y):
        dZ[n, label] -= 1
        dZ /= len(y)
    return dZ


@mistake("logits_gradient", "P - Y is exp(logP - Y).", "Y is subtracted from P, so after exp: exp(logP) - Y.")
def subtracted_before_exp(logP, y):
    return np.exp(logP - one_hot(y, logP)) / len(y)


@mistake(
    "sgd_step", "b may be updated in the loop over the weights.", "In it b moves once for each pixel: once is enough."
)
def bias_updated_for_each_pixel(W, b, dW, db, lr):
    return scratch.sgd_step(W, b, dW, W.shape[1] * db, lr)
