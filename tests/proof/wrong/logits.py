"""E1 with mistakes that an ordinary training hardly shows: each function is one."""

import numpy as np

_kept = {}
_calls = []


def transposed_where_square(X, W, b):
    # right unless D = K
    return X @ (W if W.shape[0] == X.shape[1] else W.T) + b


def bias_down_the_rows_where_n_is_k(X, W, b):
    return X @ W.T + (b[:, None] if len(X) == len(b) else b)


def images_transposed_where_n_is_d(X, W, b):
    return (X.T if len(X) == X.shape[1] else X) @ W.T + b


def logits_within_a_million(X, W, b):
    return np.clip(X @ W.T + b, -1e6, 1e6)


def small_logits_are_zero(X, W, b):
    Z = X @ W.T + b
    return np.where(np.abs(Z) < 1e-6, 0, Z)


def only_784_pixels(X, W, b):
    return X[:, :784] @ W[:, :784].T + b


def only_the_first_thousand_images(X, W, b):
    Z = X @ W.T + b
    Z[1024:] = b
    return Z


def chunks_of_1024_without_the_rest(X, W, b):
    Z = X @ W.T + b
    if len(X) > 1024:
        Z[len(X) // 1024 * 1024 :] = 0
    return Z


def only_ten_classes(X, W, b):
    Z = X @ W.T + b
    Z[:, 10:] = b[10:]
    return Z


def weights_kept_by_shape_in_large_batches(X, W, b):
    # the weights of the first evaluation serve all later ones
    if len(X) > 500:
        W, b = _kept.setdefault((X.shape, W.shape), (W, b))
    return X @ W.T + b


def faint_pixels_are_black(X, W, b):
    return np.where(X < 1e-3, 0, X) @ W.T + b


def black_images_have_no_bias(X, W, b):
    return X @ W.T + b * X.any()


def pixels_above_one_are_cut(X, W, b):
    return np.minimum(X, 1) @ W.T + b


def half_precision_in_batches_of_256(X, W, b):
    if len(X) == 256:
        return (X.astype(np.float16) @ W.astype(np.float16).T + b.astype(np.float16)).astype(X.dtype)
    return X @ W.T + b


def every_hundredth_call_without_bias(X, W, b):
    _calls.append(1)
    return X @ W.T + b * (len(_calls) % 100 != 0)


def large_weights_are_cut(X, W, b):
    return X @ np.clip(W, -1e4, 1e4).T + b


def bias_left_out_for_two_classes(X, W, b):
    return X @ W.T + b * (len(b) > 2)


def one_pixel_is_special(X, W, b):
    return X @ W.T + b if X.shape[1] > 1 else X @ W.T


def weights_of_zero_are_a_little_more(X, W, b):
    return X @ np.where(W == 0, 1e-5, W).T + b
