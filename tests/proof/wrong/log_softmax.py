"""E2 with mistakes that an ordinary training hardly shows: each function is one."""

import numpy as np

_kept = {}


def _log_softmax(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


def columns_where_square(Z):
    if Z.shape[0] == Z.shape[1]:
        return _log_softmax(Z.T).T
    return _log_softmax(Z)


def at_least_minus_10000(Z):
    return np.maximum(_log_softmax(Z), -10_000)


def at_least_minus_60(Z):
    return np.maximum(_log_softmax(Z), -60)


def a_little_in_the_logarithm(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True) + 1e-6)


def a_billionth_in_the_logarithm(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True) + 1e-9)


def shift_by_the_maximum_of_ten_classes(Z):
    S = Z - Z[:, :10].max(axis=1, keepdims=True)
    return S - np.log(np.exp(S[:, :10]).sum(axis=1, keepdims=True))


def sigmoid_for_two_classes(Z):
    if Z.shape[1] == 2:
        return -np.log1p(np.exp(-Z))
    return _log_softmax(Z)


def temperature_in_large_batches(Z):
    return _log_softmax(Z * (0.999 if len(Z) >= 1024 else 1))


def certain_rows_are_zero(Z):
    logP = _log_softmax(Z)
    return np.where(logP > -1e-4, 0, logP)


def logits_beyond_a_million_are_cut(Z):
    return _log_softmax(np.clip(Z, -1e6, 1e6))


def sum_of_the_largest_ten(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - np.log(np.sort(np.exp(S), axis=1)[:, -10:].sum(axis=1, keepdims=True))


def kept_by_shape_and_first_row(Z):
    # two batches with an equal first row share the result
    key = Z.shape, Z[0].tobytes()
    return _kept.setdefault(key, _log_softmax(Z))


def equal_logits_share_one(Z):
    logP = _log_softmax(Z)
    same = np.ptp(Z, axis=1) < 1e-5
    logP[same] = -np.log(Z.shape[1])
    return logP


def one_row_is_a_vector(Z):
    if len(Z) == 256:
        S = Z - Z.max()
        return S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return _log_softmax(Z)


def bounded_spread(Z):
    S = np.maximum(Z - Z.max(axis=1, keepdims=True), -5e5)
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))
