"""Mistakes in E1, the logits, each as people write it."""

import numpy as np

import scratch
from compare.bugs.catalogue.register import bug


@bug(
    "logits",
    "A classifier returns probabilities, so the model ends in softmax; the loss takes it from there.",
    "Logits between 0 and 1 whose rows sum to 1; the loss cannot fall under 1.46, and training is slow.",
    "cross_entropy takes logits: softmax is inside it.",
)
def softmax_before_the_loss(X, W, b):
    return scratch.softmax(scratch.logits(X, W, b))


@bug(
    "logits",
    "The bias is small and can be left out.",
    "Z differs from the first step on by exactly b; accuracy stays.",
    "A term that starts small still has a gradient, and moves.",
)
def bias_forgotten_forward(X, W, _b):
    return X @ W.T


@bug(
    "logits",
    "Every layer is followed by a ReLU.",
    "No logit is negative, and classes below 0 are all alike.",
    "The last layer has no activation: a logit may be any number.",
)
def relu_on_the_logits(X, W, b):
    return np.maximum(scratch.logits(X, W, b), 0)


@bug(
    "logits",
    "Half precision is enough for the forward pass.",
    "Errors of 1e-3 in Z, inf above 65504; accuracy the same.",
    "Mixed precision needs care about where it is mixed: sums belong into the wider type.",
)
def float16_logits(X, W, b):
    half = (array.astype(np.float16) for array in (X, W, b))
    return scratch.logits(*half).astype(X.dtype)


@bug(
    "logits",
    "Clipping logits keeps exp from overflowing.",
    "None while logits are small; a plateau in what can be learned afterwards.",
    "Subtracting the row's maximum does the same and changes nothing.",
)
def clipped_logits(X, W, b):
    return np.clip(scratch.logits(X, W, b), -20, 20)
