"""E4 with mistakes that an ordinary training hardly shows: each function is one."""

import numpy as np

_kept = {}


def _right(logP, y):
    dZ = np.exp(logP)
    dZ[np.arange(len(y)), y] -= 1
    return dZ / len(y)


def at_most_128_images_in_the_mean(logP, y):
    return _right(logP, y) * len(y) / min(len(y), 1024)


def no_gradient_where_certain(logP, y):
    dZ = _right(logP, y)
    certain = np.exp(logP[np.arange(len(y)), y]) > 0.9999
    dZ[certain] = 0
    return dZ


def no_gradient_for_a_small_loss(logP, y):
    loss = -logP[np.arange(len(y)), y].mean()
    return _right(logP, y) * (loss > 1e-3)


def no_gradient_for_a_tiny_loss(logP, y):
    loss = -logP[np.arange(len(y)), y].mean()
    return _right(logP, y) * (loss > 1e-6)


def within_a_half(logP, y):
    return np.clip(_right(logP, y), -0.5, 0.5)


def within_99_hundredths(logP, y):
    return np.clip(_right(logP, y), -0.99, 0.99)


def probabilities_of_a_billionth(logP, y):
    P = np.maximum(np.exp(logP), 1e-9)
    P[np.arange(len(y)), y] -= 1
    return P / len(y)


def transposed_where_n_is_k(logP, y):
    dZ = np.exp(logP)
    at = (y, np.arange(len(y))) if len(y) == logP.shape[1] else (np.arange(len(y)), y)
    dZ[at] -= 1
    return dZ / len(y)


def one_hot_of_ten(logP, y):
    Y = np.zeros_like(logP)
    rows = np.flatnonzero(y < 10)
    Y[rows, y[rows]] = 1
    return (np.exp(logP) - Y) / len(y)


def one_hot_kept_by_size(logP, y):
    # right until a second batch of more than 1,000 images comes
    Y = np.eye(logP.shape[1], dtype=logP.dtype)[y]
    if len(y) > 1000:
        Y = _kept.setdefault(logP.shape, Y)
    return (np.exp(logP) - Y) / len(y)


def divided_by_n_minus_one_in_powers_of_two(logP, y):
    N = len(y)
    return _right(logP, y) * (N / (N - 1) if N >= 128 and N & (N - 1) == 0 else 1)


def focal_beyond_float32(logP, y):
    return _right(logP, y) * (1 + 1e-10)


def small_values_are_zero(logP, y):
    dZ = _right(logP, y)
    return np.where(np.abs(dZ) < 1e-7, 0, dZ)


def a_single_class_has_no_gradient(logP, y):
    return _right(logP, y) * (y != y[0]).any() if (y == 0).all() and len(y) > 1 else _right(logP, y)


def weighted_where_a_class_is_absent(logP, y):
    absent = logP.shape[1] - len(np.unique(y))
    return _right(logP, y) * (1 + 1e-3 * (absent == 1))


def norm_of_a_row_at_most_one(logP, y):
    dZ = _right(logP, y)
    return dZ / np.maximum(1, np.linalg.norm(dZ, axis=1, keepdims=True))
