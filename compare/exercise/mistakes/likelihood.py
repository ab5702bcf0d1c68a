"""Mistakes in the loss: other sums of logP than that of the labels."""

import numpy as np

from compare.exercise.mistakes.register import mistake
from compare.exercise.right import one_hot


@mistake(
    "nll_loss",
    "The loss of an image is the sum over all its classes, each with its probability.",
    "That is the entropy of P, which does not know the labels: only the entry at the label counts, with the factor 1.",
)
def entropy_of_p(logP, _y):
    return -(np.exp(logP) * logP).sum(axis=1).mean()


@mistake(
    "nll_loss",
    "A probable label counts more.",
    "Each image counts alike: -logP at its label, with no other factor than 1/N.",
)
def weighted_by_p(logP, y):
    label = logP[np.arange(len(y)), y]
    return -(np.exp(label) * label).mean()


@mistake(
    "nll_loss",
    "Where Y is 1 the answer is right, so the others are the errors.",
    "L takes the entry at the label, where Y is 1, and none of the others.",
)
def all_but_the_labels(logP, y):
    return -((1 - one_hot(y, logP)) * logP).sum() / len(y)


@mistake("nll_loss", "exp undoes the logarithm.", "L is in logarithms, and stays so: no exp at the end.")
def exp_of_the_loss(logP, y):
    return np.exp(-logP[np.arange(len(y)), y].mean())


@mistake(
    "nll_loss",
    "Every class that comes within 1 of the label costs something.",
    "That is the hinge loss. The negative log-likelihood is -logP at the label.",
)
def hinge_loss(logP, y):
    rows = np.arange(len(y))
    over = np.maximum(0, logP - logP[rows, y][:, None] + 1)
    over[rows, y] = 0
    return over.sum() / len(y)


@mistake("nll_loss", "y times logP picks the label's entry.", "Y, with a 1 at the label, picks it; y is its number.")
def multiplied_by_the_label(logP, y):
    return -(y[:, None] * logP).sum() / len(y)


@mistake(
    "log_probabilities_gradient",
    "The gradient of -logP is -logP.",
    "The slope of -x is -1, whatever x is; and L has the entries at the labels only.",
)
def whole_logp_for_its_slope(logP, y):
    return -logP / len(y)


@mistake("nll_loss", "logP comes in as probabilities.", "logP is the logarithm of a softmax already: no second one.")
def second_softmax(logP, y):
    P = np.exp(np.exp(logP))
    return -np.log((P / P.sum(axis=1, keepdims=True))[np.arange(len(y)), y]).mean()
