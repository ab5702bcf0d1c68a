"""Mistakes in E2, the log-probabilities, each as people write it."""

import numpy as np

import scratch
from compare.bugs.catalogue.register import bug


@bug(
    "log_softmax",
    "axis=0 is the axis of the examples, so that is where to sum.",
    "Columns instead of rows sum to 1; what an image is depends on its batch.",
    "Sum over K, axis=1: each row is a distribution of its own.",
    row_maximum=(False, True),
)
def wrong_axis(Z, *, row_maximum=False):
    S = Z - (Z.max(axis=1, keepdims=True) if row_maximum else Z.max(axis=0))
    return S - np.log(np.exp(S).sum(axis=0))


@bug(
    "log_softmax",
    "The formula has no maximum in it.",
    "None, until a logit is above 88 (float32) or 709 (float64): its row is -inf then. Far below 0 it is +inf.",
    "The shift is exact algebra and the whole of the numerical safety.",
    quotient=(False, True),
)
def no_maximum_shift(Z, *, quotient=False):
    if quotient:
        return np.log(np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True))
    return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))


@bug(
    "log_softmax",
    "Any number can be subtracted, so the largest of all will do.",
    "None, until rows differ so much that all exponentials of one underflow: log 0.",
    "Each row needs its own maximum.",
    absolute=(False, True),
)
def global_maximum(Z, *, absolute=False):
    S = Z - (abs(Z) if absolute else Z).max()
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


@bug(
    "log_softmax",
    "A small epsilon keeps the logarithm from -inf.",
    "Unlikely classes are 1e-8 likelier than they are; a loss of wrong and certain answers stops at 18.4.",
    "log(softmax) needs no epsilon when it is written as one function.",
    epsilon=(1e-16, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-4),
)
def log_p_plus_epsilon(Z, *, epsilon=1e-8):
    return np.log(scratch.softmax(Z) + epsilon)


@bug(
    "log_softmax",
    "Probabilities are clipped away from 0 and 1, as Keras does.",
    "The loss of a wrong and certain answer stops at 16.1, and so does what it teaches.",
    "Clipping hides exactly the examples that matter most.",
    limit=(1e-16, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-4),
    above=(True, False),
)
def clipped_probabilities(Z, *, limit=1e-7, above=True):
    return np.log(np.clip(scratch.softmax(Z), limit, 1 - limit if above else 1))


@bug(
    "log_softmax",
    "log(softmax(Z)) is the definition.",
    "Equal until a probability underflows to 0: its logarithm is -inf.",
    "Never take the detour through P: the logarithm undoes the exponential on paper only.",
)
def log_of_softmax(Z):
    return np.log(scratch.softmax(Z))


@bug(
    "log_softmax",
    "A logarithm is a logarithm.",
    "The loss is 1.44 times too large, in bits; P = exp(log2 P) no longer sums to 1.",
    "exp and log must be of one base; PyTorch counts in nats.",
    of=("all", "the quotient", "the sum"),
)
def base_2_logarithm(Z, *, of="all"):
    if of == "the quotient":
        return np.log2(scratch.softmax(Z))
    base = np.log(2).astype(Z.dtype)
    if of == "the sum":
        S = Z - Z.max(axis=1, keepdims=True)
        return S - (S - scratch.log_softmax(Z)) / base
    return scratch.log_softmax(Z) / base


@bug(
    "log_softmax",
    "Subtracting the maximum is the normalisation.",
    "The largest log-probability of each row is 0, and the loss can be 0 without learning.",
    "The maximum only shifts; it is the log of the sum that normalises.",
)
def sum_forgotten(Z):
    return Z - Z.max(axis=1, keepdims=True)


@bug(
    "log_softmax",
    "log_softmax is softmax with a log somewhere else.",
    "logP lies in 0 ... 1 and rows sum to 1; the loss lies in -1 ... 0.",
    "The next function expects log P, which is never above 0.",
)
def probabilities_returned(Z):
    return scratch.softmax(Z)


@bug(
    "log_softmax",
    "The denominator is the sum of the logits.",
    "nan wherever that sum is negative.",
    "Sum exponentials: every one is positive, and the logarithm exists.",
    shifted=(False, True),
)
def exp_forgotten_in_the_sum(Z, *, shifted=False):
    S = Z - Z.max(axis=1, keepdims=True) if shifted else Z
    return S - np.log(abs(S.sum(axis=1, keepdims=True)) if shifted else S.sum(axis=1, keepdims=True))


@bug(
    "log_softmax",
    "The sum of exponentials normalises.",
    "Every row is too low, and exp of it sums to less than 1.",
    "Subtract the logarithm of the sum: a logarithm turns a quotient into a difference.",
)
def log_forgotten(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - np.exp(S).sum(axis=1, keepdims=True)


@bug(
    "log_softmax",
    "log10 is the logarithm of school.",
    "The loss is 2.3 times too small; P = exp(log10 P) no longer sums to 1.",
    "exp and log must be of one base; np.log is the natural one.",
    of=("all", "the quotient", "the sum"),
)
def base_10_logarithm(Z, *, of="all"):
    if of == "the quotient":
        return np.log10(scratch.softmax(Z))
    base = np.log(10).astype(Z.dtype)
    if of == "the sum":
        S = Z - Z.max(axis=1, keepdims=True)
        return S - (S - scratch.log_softmax(Z)) / base
    return scratch.log_softmax(Z) / base


@bug(
    "log_softmax",
    "Only the exponentials need the shift.",
    "Every row is too high by its maximum; a probability can be above 1.",
    "What is subtracted inside must be subtracted outside too.",
)
def shifted_inside_only(Z):
    return Z - np.log(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True))


@bug(
    "log_softmax",
    "A mean is a sum on a sensible scale.",
    "Every logP is too high by log K, and P sums to K.",
    "Only the sum makes probabilities that add up to 1.",
)
def mean_in_the_softmax(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - np.log(np.exp(S).mean(axis=1, keepdims=True))


@bug(
    "log_softmax",
    "The minus of the loss belongs here.",
    "No logP is below 0, and exp of it is 1 / P.",
    "log P is negative; the minus stands in E3, once.",
)
def sign_of_the_logarithm(Z):
    return -scratch.log_softmax(Z)


@bug(
    "log_softmax",
    "A probability is the sigmoid of a logit.",
    "Each class has a probability of its own, and rows do not sum to 1.",
    "One label of K is one choice: the classes share a sum of 1.",
)
def sigmoid_for_softmax(Z):
    return np.log(1 / (1 + np.exp(-Z)))


@bug(
    "log_softmax",
    "The loss takes probabilities, so softmax once more does no harm.",
    "Probabilities of nearly 1 / K; the loss cannot fall under 1.46.",
    "Softmax of probabilities is nearly even: apply it once, to logits.",
)
def double_softmax(Z):
    return scratch.log_softmax(scratch.softmax(Z))


@bug(
    "log_softmax",
    "sum() adds up each row by itself.",
    "All images share a sum of 1; every logP is too low by about log N.",
    "Without axis=1 NumPy sums over everything.",
    row_maximum=(False, True),
)
def sum_over_the_batch(Z, *, row_maximum=False):
    S = Z - (Z.max(axis=1, keepdims=True) if row_maximum else Z.max())
    return S - np.log(np.exp(S).sum())


@bug(
    "log_softmax",
    "Half precision is enough for probabilities.",
    "Errors of 1e-3 in logP; accuracy the same.",
    "The logarithm of a small probability needs its digits.",
)
def float16_probabilities(Z):
    return scratch.log_softmax(Z.astype(np.float16)).astype(Z.dtype)
