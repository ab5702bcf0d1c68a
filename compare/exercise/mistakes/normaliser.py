"""Mistakes in E2: what is subtracted from a row of logits."""

import numpy as np

import scratch
from compare.exercise.mistakes.register import mistake

E2 = "log_softmax"


def _parts(Z):
    """The largest of each row, and the sum of exp of the differences to it, each (N, 1)."""
    largest = Z.max(axis=1, keepdims=True)
    return largest, np.exp(Z - largest).sum(axis=1, keepdims=True)


@mistake(
    E2,
    "The maximum is put back at the end.",
    "Once Z - m stands for Z, nothing is put back: (Z - m) - log of the sum of exp(Z - m).",
)
def maximum_subtracted_twice(Z):
    return scratch.log_softmax(Z) - _parts(Z)[0]


@mistake(E2, "log is log10.", "The natural logarithm undoes exp: np.log, not np.log10.")
def logarithm_to_base_10(Z):
    largest, total = _parts(Z)
    return Z - largest - np.log10(total)


@mistake(E2, "log is log2.", "The natural logarithm undoes exp: np.log, not np.log2.")
def logarithm_to_base_2(Z):
    largest, total = _parts(Z)
    return Z - largest - np.log2(total)


@mistake(
    E2,
    "The largest of each column is subtracted.",
    "All logits of a row lose the same number: its own largest, axis=1 with keepdims=True.",
)
def maximum_of_each_column(Z):
    return scratch.log_softmax(Z - Z.max(axis=0))


@mistake(
    E2,
    "The sum and the logarithm may change places.",
    "First exp, then the sum, then the logarithm: log of the sum, not the sum of logs.",
)
def sum_of_logarithms(Z):
    return Z - Z.sum(axis=1, keepdims=True)


@mistake(
    E2,
    "The sum and the logarithm may change places, after the shift too.",
    "log(exp S) is S again, so S is summed. First exp, then the sum, then the logarithm.",
)
def sum_of_logarithms_after_the_shift(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - S.sum(axis=1, keepdims=True)
