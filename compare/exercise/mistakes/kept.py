"""Mistakes that leave something without effect: what is computed is not kept."""

import numpy as np

from compare.exercise.mistakes.register import mistake

NOT_KEPT = "{0} alone changes nothing: its result needs a name, or its place."


@mistake(
    "logits",
    "b can be left out; or Z + b changes Z.",
    NOT_KEPT.format("Z + b") + " b belongs to each row of Z.",
    "bias-forgotten-forward",
)
def bias_without_effect(X, W, _b):
    return X @ W.T


@mistake(
    "logits_gradient",
    "The gradient is P; or P - 1 changes P.",
    NOT_KEPT.format("P - Y") + " np.exp(logP) makes a new array each time. At the label 1 is subtracted.",
    "labels-forgotten",
)
def labels_without_effect(logP, y):
    return np.exp(logP) / len(y)
