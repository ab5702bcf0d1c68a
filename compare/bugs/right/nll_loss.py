"""E3 written in many ways, all right: each function is one."""

import itertools
import math

import numpy as np


def indexed(logP, y):
    return -logP[np.arange(len(y)), y].mean()


def float_of_python(logP, y):
    return float(-logP[np.arange(len(y)), y].mean())


def negative_sum_of_python(logP, y):
    return -sum(logP[n, k].item() for n, k in enumerate(y)) / len(y)


def exact_sum(logP, y):
    return -math.fsum(logP[np.arange(len(y)), y]) / len(y)


def array_without_axes(logP, y):
    return np.array(-logP[np.arange(len(y)), y].mean(), logP.dtype)


def one_hot(logP, y):
    Y = np.eye(logP.shape[1], dtype=logP.dtype)[y]
    return -(Y * logP).sum() / len(y)


def one_hot_by_comparison(logP, y):
    Y = np.arange(logP.shape[1]) == y[:, None]
    return -logP[Y].mean()


def where(logP, y):
    Y = np.arange(logP.shape[1]) == y[:, None]
    return -np.where(Y, logP, 0).sum() / len(y)


def take_along_axis(logP, y):
    return -np.take_along_axis(logP, y[:, None], axis=1).mean()


def flat_index(logP, y):
    return -logP.ravel().take(np.arange(len(y)) * logP.shape[1] + y).mean()


def compress(logP, y):
    labels = np.arange(logP.shape[1]) == y[:, None]
    return np.mean(-np.compress(labels.ravel(), logP.ravel()))


def einsum(logP, y):
    Y = np.eye(logP.shape[1], dtype=logP.dtype)[y]
    return -np.einsum("nk,nk->", Y, logP) / len(y)


def vdot(logP, y):
    Y = np.eye(logP.shape[1], dtype=logP.dtype)[y]
    return -np.vdot(Y, logP) / len(y)


def trace(logP, y):
    Y = np.eye(logP.shape[1], dtype=logP.dtype)[y]
    return -np.trace(Y.T @ logP) / len(y)


def class_by_class(logP, y):
    return -sum(logP[y == k, k].sum() for k in range(logP.shape[1])) / len(y)


def chunks(logP, y):
    total = logP.dtype.type(0)
    for start in range(0, len(y), 10):
        part = slice(start, start + 10)
        total -= logP[part][np.arange(len(y[part])), y[part]].sum()
    return total / len(y)


def float64_inside(logP, y):
    return logP[np.arange(len(y)), y].mean(dtype=np.float64).astype(logP.dtype) * -1


def last_image_first(logP, y):
    return -logP[::-1][np.arange(len(y)), y[::-1]].mean()


def largest_first(logP, y):
    return -np.sort(logP[np.arange(len(y)), y])[::-1].mean()


def average(logP, y):
    return -np.average(logP[range(len(y)), y])


def average_with_weights(logP, y):
    return np.average(-logP[range(len(y)), y], weights=np.ones(len(y), logP.dtype))


def kahan(logP, y):
    total = lost = logP.dtype.type(0)
    for value in logP[np.arange(len(y)), y]:
        term = value - lost
        new = total + term
        lost = (new - total) - term
        total = new
    return -total / logP.dtype.type(len(y))


def divided_first(logP, y):
    return -(logP[np.arange(len(y)), y] / len(y)).sum()


def dot_with_ones(logP, y):
    return -logP[np.arange(len(y)), y].dot(np.full(len(y), 1 / len(y), logP.dtype))


def running_sum(logP, y):
    *_, total = itertools.accumulate(logP[np.arange(len(y)), y].tolist())
    return -total / len(y)


def extract(logP, y):
    return -np.extract(np.eye(logP.shape[1])[y], logP).mean()


def diagonal(logP, y):
    return -np.mean([logP[n, k] for n, k in zip(range(len(y)), y, strict=True)], dtype=logP.dtype)


def masked_array(logP, y):
    other = np.arange(logP.shape[1]) != y[:, None]
    return -np.ma.array(logP, mask=other).sum() / len(y)


def minus_logs_first(logP, y):
    return (-logP)[np.arange(len(y)), y].sum() / len(y)


def torch_nll_loss(logP, y):
    import torch

    return torch.nn.functional.nll_loss(torch.from_numpy(logP.copy()), torch.from_numpy(y.astype(int))).item()
