"""E1 written in many ways, all right: each function is one."""

import numpy as np


def matmul(X, W, b):
    return X @ W.T + b


def bias_first(X, W, b):
    return b + X @ W.T


def double_transpose(X, W, b):
    return (W @ X.T + b[:, None]).T


def fortran_order(X, W, b):
    return np.asfortranarray(X @ W.T + b)


def einsum(X, W, b):
    return np.einsum("nd,kd->nk", X, W) + b


def tensordot(X, W, b):
    return np.tensordot(X, W, axes=(1, 1)) + b


def inner(X, W, b):
    return np.inner(X, W) + b


def float64_inside(X, W, b):
    Z = X.astype(np.float64) @ W.astype(np.float64).T + b.astype(np.float64)
    return Z.astype(X.dtype)


def longdouble_inside(X, W, b):
    X_long, W_long = X.astype(np.longdouble), W.astype(np.longdouble)
    return (X_long @ W_long.T + b).astype(X.dtype)


def chunks_of_pixels(X, W, b):
    Z = np.zeros((len(X), len(W)), X.dtype)
    for start in range(0, X.shape[1], 50):
        Z += X[:, start : start + 50] @ W[:, start : start + 50].T
    return Z + b


def chunks_of_images(X, W, b):
    return np.concatenate([X[start : start + 7] @ W.T + b for start in range(0, len(X), 7)])


def reversed_pixels(X, W, b):
    return X[:, ::-1] @ W[:, ::-1].T + b


def bias_as_a_pixel(X, W, b):
    ones = np.ones((len(X), 1), X.dtype)
    return np.hstack([X, ones]) @ np.hstack([W, b[:, None]]).T


def class_by_class(X, W, b):
    return np.stack([X @ w + bias for w, bias in zip(W, b, strict=True)], axis=1)


def image_by_image(X, W, b):
    return np.array([W @ x + b for x in X])


def broadcast_and_sum(X, W, b):
    return np.stack([(X * w).sum(axis=1) for w in W], axis=-1) + b


def one_pixel_after_the_other(X, W, b):
    Z = np.zeros((len(X), len(W)), X.dtype)
    for d in range(X.shape[1]):
        Z += np.multiply.outer(X[:, d], W[:, d])
    return Z + b


def kahan(X, W, b):
    total = np.zeros((len(X), len(W)), X.dtype)
    lost = np.zeros_like(total)
    for d in range(X.shape[1]):
        term = X[:, d, None] * W[:, d] - lost
        new = total + term
        lost = (new - total) - term
        total = new
    return total + b


def bias_is_where_the_sum_begins(X, W, b):
    Z = np.tile(b, (len(X), 1))
    for start in range(0, X.shape[1], 100):
        Z += X[:, start : start + 100] @ W[:, start : start + 100].T
    return Z


def out_parameter(X, W, b):
    Z = np.empty((X.shape[0], W.shape[0]), dtype=X.dtype)
    np.dot(X, W.T, out=Z)
    Z += b
    return Z


def matrix_objects(X, W, b):
    return np.asarray(np.asmatrix(X) * np.asmatrix(W).T) + b


def masked_array(X, W, b):
    return np.ma.array(X @ W.T) + b


def a_subclass(X, W, b):
    return (X @ W.T + b).view(type("Mine", (np.ndarray,), {}))


def vdot(X, W, b):
    return np.array([[np.vdot(x, w) for w in W] for x in X]) + b


def not_contiguous(X, W, b):
    Z = np.zeros((2 * len(X), 3 * len(W)), X.dtype)
    Z[::2, ::3] = X @ W.T + b
    return Z[::2, ::3]


def dark_pixels_left_out(X, W, b):
    lit = X.any(axis=0)
    return X[:, lit] @ W[:, lit].T + b


def running_sum(X, W, b):
    return np.stack([np.cumsum(X * w, axis=1)[:, -1] for w in W], axis=1) + b


def batched_matmul(X, W, b):
    return np.matmul(X[:, None, :], W.T)[:, 0, :] + b


def minus_minus(X, W, b):
    return -(-(X @ W.T) - b)


def half_and_half(X, W, b):
    Z = X @ (W / 2).T + b / 2
    return Z + Z


def torch_linear(X, W, b):
    import torch

    X, W, b = (torch.from_numpy(part.copy()) for part in (X, W, b))
    return torch.nn.functional.linear(X, W, b).numpy()


def contiguous_copies(X, W, b):
    return np.ascontiguousarray(X) @ np.ascontiguousarray(W).T + np.ascontiguousarray(b)
