"""E5 written in many ways, all right: each function is one."""

import math

import numpy as np


def matmul(X, dZ):
    return dZ.T @ X, dZ.sum(axis=0)


def a_list(X, dZ):
    return [dZ.T @ X, dZ.sum(axis=0)]


def transposed(X, dZ):
    return (X.T @ dZ).T, np.ones(len(X), dZ.dtype) @ dZ


def einsum(X, dZ):
    return np.einsum("nk,nd->kd", dZ, X), np.einsum("nk->k", dZ)


def tensordot(X, dZ):
    return np.tensordot(dZ, X, axes=(0, 0)), np.add.reduce(dZ, axis=0)


def inner(X, dZ):
    return np.inner(dZ.T, X.T), np.inner(dZ.T, np.ones(len(X), dZ.dtype))


def image_by_image(X, dZ):
    dW, db = np.zeros((dZ.shape[1], X.shape[1]), X.dtype), np.zeros(dZ.shape[1], X.dtype)
    for x, dz in zip(X, dZ, strict=True):
        dW += np.outer(dz, x)
        db += dz
    return dW, db


def last_image_first(X, dZ):
    return dZ[::-1].T @ X[::-1], dZ[::-1].sum(axis=0)


def float64_inside(X, dZ):
    X_long, dZ_long = X.astype(np.float64), dZ.astype(np.float64)
    return (dZ_long.T @ X_long).astype(X.dtype), dZ_long.sum(axis=0).astype(X.dtype)


def longdouble_inside(X, dZ):
    dZ_long = dZ.astype(np.longdouble)
    return (dZ_long.T @ X.astype(np.longdouble)).astype(X.dtype), dZ_long.sum(axis=0).astype(X.dtype)


def chunks(X, dZ):
    dW, db = np.zeros((dZ.shape[1], X.shape[1]), X.dtype), np.zeros(dZ.shape[1], X.dtype)
    for start in range(0, len(X), 13):
        dW += dZ[start : start + 13].T @ X[start : start + 13]
        db += dZ[start : start + 13].sum(axis=0)
    return dW, db


def kahan(X, dZ):
    total, lost = np.zeros(dZ.shape[1], dZ.dtype), np.zeros(dZ.shape[1], dZ.dtype)
    for row in dZ:
        term = row - lost
        new = total + term
        lost = (new - total) - term
        total = new
    return dZ.T @ X, total


def exact_sums(X, dZ):
    return dZ.T @ X, np.array([math.fsum(column) for column in dZ.T], dZ.dtype)


def bias_as_a_pixel(X, dZ):
    both = dZ.T @ np.hstack([X, np.ones((len(X), 1), X.dtype)])
    return both[:, :-1], both[:, -1]


def class_by_class(X, dZ):
    return np.stack([dz @ X for dz in dZ.T]), np.array([dz.sum() for dz in dZ.T])


def broadcast_and_sum(X, dZ):
    return np.array([(dz[:, None] * X).sum(axis=0) for dz in dZ.T]), np.sum(dZ, 0)


def running_sum(X, dZ):
    return dZ.T @ X, np.cumsum(dZ, axis=0)[-1]


def batched_matmul(X, dZ):
    return np.matmul(dZ.T[None], X[None])[0], dZ.T.sum(axis=1)


def fortran_order(X, dZ):
    return np.asfortranarray(dZ.T @ X), dZ.sum(axis=0)


def dark_pixels_left_out(X, dZ):
    lit = X.any(axis=0)
    dW = np.zeros((dZ.shape[1], X.shape[1]), X.dtype)
    dW[:, lit] = dZ.T @ X[:, lit]
    return dW, dZ.sum(axis=0)


def pixel_by_pixel(X, dZ):
    return np.stack([x @ dZ for x in X.T], axis=1), dZ.sum(axis=0)


def mean_times_n(X, dZ):
    return np.stack([(dz[:, None] * X).mean(axis=0) * len(X) for dz in dZ.T]), dZ.mean(axis=0) * len(X)


def smallest_first(X, dZ):
    return dZ.T @ X, np.take_along_axis(dZ, np.abs(dZ).argsort(axis=0), axis=0).sum(axis=0)


def vdot(X, dZ):
    dW = np.array([[np.vdot(dz, x) for x in X.T] for dz in dZ.T])
    return dW, np.array([np.vdot(dz, np.ones_like(dz)) for dz in dZ.T])


def add_at(X, dZ):
    db = np.zeros(dZ.shape[1], dZ.dtype)
    np.add.at(db, np.tile(np.arange(dZ.shape[1]), len(dZ)), dZ.ravel())
    return dZ.T @ X, db


def bincount(X, dZ):
    classes = np.tile(np.arange(dZ.shape[1]), len(dZ))
    return dZ.T @ X, np.bincount(classes, dZ.ravel(), dZ.shape[1]).astype(dZ.dtype)


def halves(X, dZ):
    n = len(X) // 2
    return dZ[:n].T @ X[:n] + dZ[n:].T @ X[n:], dZ[:n].sum(axis=0) + dZ[n:].sum(axis=0)


def scaled(X, dZ):
    return (dZ * 2).T @ X / 2, (dZ * 4).sum(axis=0) / 4


def minus_minus(X, dZ):
    return -((-dZ).T @ X), -(-dZ).sum(axis=0)


def torch_matmul(X, dZ):
    import torch

    X, dZ = torch.from_numpy(X.copy()), torch.from_numpy(dZ.copy())
    return (dZ.T @ X).numpy(), dZ.sum(dim=0).numpy()


def from_bytes(X, dZ):
    X, dZ = (np.frombuffer(A.tobytes(), A.dtype).reshape(A.shape) for A in (X, dZ))
    return dZ.T @ X, dZ.sum(axis=0)
