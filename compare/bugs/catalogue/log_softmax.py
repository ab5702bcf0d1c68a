"""Mistakes in E2, the log-probabilities, each as people write it."""

import numpy as np

import scratch
from compare.bugs.catalogue.register import bug


@bug(
    "log_softmax",
    "axis=0 is the axis of the examples, so that is where to sum.",
    "Columns instead of rows sum to 1; what an image is depends on its batch.",
    "Each row is a distribution of its own: write shapes at the top and sum over K.",
)
def wrong_axis(Z):
    S = Z - Z.max(axis=0)
    return S - np.log(np.exp(S).sum(axis=0))


@bug(
    "log_softmax",
    "The formula has no maximum in it.",
    "None, until a logit is above 88 (float32) or 709 (float64): then inf - inf is nan.",
    "The shift is exact algebra and the whole of the numerical safety.",
)
def no_maximum_shift(Z):
    return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))


@bug(
    "log_softmax",
    "Any number can be subtracted, so the largest of all will do.",
    "None, until rows differ so much that all exponentials of one underflow: log 0.",
    "Each row needs its own maximum.",
)
def global_maximum(Z):
    S = Z - Z.max()
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


@bug(
    "log_softmax",
    "A small epsilon keeps the logarithm from -inf.",
    "Unlikely classes are 1e-8 likelier than they are; a loss of wrong and certain answers stops at 18.4.",
    "log(softmax) needs no epsilon when it is written as one function.",
)
def log_p_plus_epsilon(Z):
    return np.log(scratch.softmax(Z) + 1e-8)


@bug(
    "log_softmax",
    "Probabilities are clipped away from 0 and 1, as Keras does.",
    "The loss of a wrong and certain answer stops at 16.1, and so does what it teaches.",
    "Clipping hides exactly the examples that matter most.",
)
def clipped_probabilities(Z):
    return np.log(np.clip(scratch.softmax(Z), 1e-7, 1 - 1e-7))


@bug(
    "log_softmax",
    "log(softmax(Z)) is the definition.",
    "Equal until a probability underflows to 0: its logarithm is -inf.",
    "The logarithm undoes the exponential on paper only: never take the detour through P.",
)
def log_of_softmax(Z):
    return np.log(scratch.softmax(Z))


@bug(
    "log_softmax",
    "A logarithm is a logarithm.",
    "The loss is 1.44 times too large, in bits; P = exp(log2 P) no longer sums to 1.",
    "exp and log must be of one base; PyTorch counts in nats.",
)
def base_2_logarithm(Z):
    return scratch.log_softmax(Z) / np.log(2).astype(Z.dtype)


@bug(
    "log_softmax",
    "Subtracting the maximum is the normalisation.",
    "The largest log-probability of each row is 0, and the loss can be 0 without learning.",
    "The maximum only shifts; it is the log of the sum that normalises.",
)
def sum_forgotten(Z):
    return Z - Z.max(axis=1, keepdims=True)
