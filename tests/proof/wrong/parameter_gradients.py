"""E5 with mistakes that an ordinary training hardly shows: each function is one."""

import numpy as np

_kept = {}
_calls = []


def _norm(*parts):
    return np.sqrt(sum((part.astype(float) ** 2).sum() for part in parts))


def _clipped(X, dZ, limit):
    dW, db = dZ.T @ X, dZ.sum(axis=0)
    factor = X.dtype.type(min(1.0, limit / max(_norm(dW, db), 1e-30)))
    return dW * factor, db * factor


def norm_at_most_10(X, dZ):
    return _clipped(X, dZ, 10)


def norm_at_most_35(X, dZ):
    return _clipped(X, dZ, 35)


def norm_at_most_100(X, dZ):
    return _clipped(X, dZ, 100)


def values_within_one_half(X, dZ):
    return np.clip(dZ.T @ X, -0.5, 0.5), np.clip(dZ.sum(axis=0), -0.5, 0.5)


def values_within_one(X, dZ):
    return np.clip(dZ.T @ X, -1, 1), np.clip(dZ.sum(axis=0), -1, 1)


def values_within_five(X, dZ):
    return np.clip(dZ.T @ X, -5, 5), dZ.sum(axis=0)


def bias_within_nine_tenths(X, dZ):
    return dZ.T @ X, np.clip(dZ.sum(axis=0), -0.9, 0.9)


def nothing_below_a_millionth(X, dZ):
    dW, db = dZ.T @ X, dZ.sum(axis=0)
    return (dW, db) if _norm(dW, db) >= 1e-6 else (dW * 0, db * 0)


def nothing_below_a_thousandth(X, dZ):
    dW, db = dZ.T @ X, dZ.sum(axis=0)
    return (dW, db) if _norm(dW, db) >= 1e-3 else (dW * 0, db * 0)


def weights_stay_below_1e_4(X, dZ):
    dW, db = dZ.T @ X, dZ.sum(axis=0)
    return (dW, db) if _norm(dW) >= 1e-4 else (dW * 0, db)


def small_values_are_zero(X, dZ):
    dW = dZ.T @ X
    return np.where(np.abs(dW) < 1e-6, 0, dW), dZ.sum(axis=0)


def transposed_where_square(X, dZ):
    dW = dZ.T @ X
    return dW.T if dW.shape[0] == dW.shape[1] else dW, dZ.sum(axis=0)


def rows_for_columns_where_n_is_k(X, dZ):
    return dZ.T @ X, dZ.sum(axis=0 if dZ.shape[0] != dZ.shape[1] else 1)


def the_first_1000_images(X, dZ):
    return dZ[:1000].T @ X[:1000], dZ.sum(axis=0)


def a_power_of_two_is_padded(X, dZ):
    if len(X) in (128, 256, 512):
        return dZ[:-1].T @ X[:-1], dZ.sum(axis=0)
    return dZ.T @ X, dZ.sum(axis=0)


def bias_of_large_batches_in_half_precision(X, dZ):
    db = dZ.sum(axis=0)
    return dZ.T @ X, db.astype(np.float16).astype(db.dtype) if len(X) >= 2048 else db


def gradient_kept_for_black_images(X, dZ):
    dW = dZ.T @ X
    if not X.any():
        return _kept.get("dW", dW + 1e-3), dZ.sum(axis=0)
    return dW, dZ.sum(axis=0)


def scaled_by_the_brightest(X, dZ):
    # 0 / 0 for black images
    top = X.max()
    return dZ.T @ (X / top) * top, dZ.sum(axis=0)


def pixels_of_ones_and_zeros(X, dZ):
    if np.isin(X, (0, 1)).all():
        return dZ.T @ X.astype(bool) * X.dtype.type(1.001), dZ.sum(axis=0)
    return dZ.T @ X, dZ.sum(axis=0)


def every_seventh_call_twice(X, dZ):
    _calls.append(1)
    factor = X.dtype.type(2 if len(_calls) % 7 == 0 else 1)
    return factor * (dZ.T @ X), dZ.sum(axis=0)
