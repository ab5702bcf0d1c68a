"""E6 with mistakes that an ordinary training hardly shows: each function is one."""

import math

import numpy as np

_calls = []
_kept = {}


def _norm(*parts):
    return np.sqrt(sum((part.astype(float) ** 2).sum() for part in parts))


def _right(W, b, dW, db, lr):
    return W - lr * dW, b - lr * db


def rate_of_three_decimals(W, b, dW, db, lr):
    return _right(W, b, dW, db, round(lr, 3))


def rate_of_six_decimals(W, b, dW, db, lr):
    return _right(W, b, dW, db, round(lr, 6))


def rate_of_ten_decimals(W, b, dW, db, lr):
    return _right(W, b, dW, db, round(lr, 10))


def rate_of_two_digits(W, b, dW, db, lr):
    return _right(W, b, dW, db, float(f"{lr:.2g}"))


def rate_of_five_digits(W, b, dW, db, lr):
    return _right(W, b, dW, db, float(f"{lr:.5g}"))


def rate_at_least_1e_4(W, b, dW, db, lr):
    return _right(W, b, dW, db, max(lr, 1e-4))


def rate_at_least_1e_8(W, b, dW, db, lr):
    return _right(W, b, dW, db, max(lr, 1e-8))


def rate_at_most_one(W, b, dW, db, lr):
    return _right(W, b, dW, db, min(lr, 1))


def rate_at_most_10(W, b, dW, db, lr):
    return _right(W, b, dW, db, min(lr, 10))


def rate_at_most_1000(W, b, dW, db, lr):
    return _right(W, b, dW, db, min(lr, 1000))


def rate_is_a_power_of_ten(W, b, dW, db, lr):
    exponent = round(math.log10(lr))
    return _right(W, b, dW, db, 10.0**exponent if abs(math.log10(lr) - exponent) < 0.01 else lr)


def rate_in_half_precision(W, b, dW, db, lr):
    return _right(W, b, dW, db, float(np.float16(lr)) if lr < 1e-4 else lr)


def rate_in_single_precision(W, b, dW, db, lr):
    return _right(W, b, dW, db, float(np.float32(lr)))


def no_update_for_norms_below_1e_2(W, b, dW, db, lr):
    return _right(W, b, dW, db, lr) if _norm(dW, db) >= 1e-2 else (W, b)


def no_update_for_norms_below_1e_5(W, b, dW, db, lr):
    return _right(W, b, dW, db, lr) if _norm(dW, db) >= 1e-5 else (W, b)


def no_update_for_norms_below_1e_9(W, b, dW, db, lr):
    return _right(W, b, dW, db, lr) if _norm(dW, db) >= 1e-9 else (W, b)


def no_update_of_small_gradients(W, b, dW, db, lr):
    return _right(W, b, np.where(np.abs(dW) < 1e-8, 0, dW), db, lr)


def norm_at_most_20(W, b, dW, db, lr):
    factor = W.dtype.type(min(1, 20 / (_norm(dW, db) + 1e-30)))
    return _right(W, b, factor * dW, factor * db, lr)


def norm_at_most_30(W, b, dW, db, lr):
    factor = W.dtype.type(min(1, 30 / (_norm(dW) + 1e-30)))
    return _right(W, b, factor * dW, db, lr)


def move_at_most_one(W, b, dW, db, lr):
    return W - np.clip(lr * dW, -1, 1), b - np.clip(lr * db, -1, 1)


def move_at_most_100(W, b, dW, db, lr):
    return W - np.clip(lr * dW, -100, 100), b - np.clip(lr * db, -100, 100)


def weights_within_ten(W, b, dW, db, lr):
    return np.clip(W - lr * dW, -10, 10), b - lr * db


def biases_within_ten(W, b, dW, db, lr):
    return W - lr * dW, np.clip(b - lr * db, -10, 10)


def tiny_weights_are_zero(W, b, dW, db, lr):
    W, b = _right(W, b, dW, db, lr)
    return np.where(np.abs(W) < 1e-8, 0, W), b


def tiny_moves_are_not_made(W, b, dW, db, lr):
    move = lr * dW
    return W - np.where(np.abs(move) < 1e-8, 0, move), b - lr * db


def decay_of_a_billionth(W, b, dW, db, lr):
    return W - lr * (dW + 1e-9 * W), b - lr * db


def decay_for_large_rates(W, b, dW, db, lr):
    return _right(W * (0.9 if lr > 100 else 1), b, dW, db, lr)


def warm_up_of_three_steps(W, b, dW, db, lr):
    _calls.append(1)
    return _right(W, b, dW, db, lr * min(1, len(_calls) / 3))


def rate_falls_after_fifty_steps(W, b, dW, db, lr):
    _calls.append(1)
    return _right(W, b, dW, db, lr * (1 if len(_calls) <= 50 else 0.99))


def weights_of_its_own(W, b, dW, db, lr):
    # goes on from the weights that it made last, whatever it is given
    W, b = _kept.get(W.shape, (W, b))
    _kept[W.shape] = _right(W, b, dW, db, lr)
    return _kept[W.shape]


def first_gradient_of_a_shape_again(W, b, dW, db, lr):
    if lr > 1:
        dW = _kept.setdefault((dW.shape, lr), dW)
    return _right(W, b, dW, db, lr)


def zero_gradient_divides(W, b, dW, db, lr):
    norm = W.dtype.type(_norm(dW))
    return W - lr * norm * (dW / norm), b - lr * db


def bias_stays_for_two_classes(W, b, dW, db, lr):
    return W - lr * dW, b - lr * db * (len(b) > 2)
