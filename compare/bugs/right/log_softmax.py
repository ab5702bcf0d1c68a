"""E2 written in many ways, all right: each function is one."""

import math

import numpy as np


def shifted_by_the_maximum(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


def shifted_by_its_ceiling(Z):
    S = Z - np.ceil(Z.max(axis=1, keepdims=True))
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


def shifted_by_its_floor(Z):
    S = Z - np.floor(Z.max(axis=1, keepdims=True))
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


def shifted_by_the_nearest_integer(Z):
    S = Z - np.rint(Z.max(axis=1, keepdims=True))
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


def shifted_by_one_more(Z):
    S = Z - (Z.max(axis=1, keepdims=True) + 1)
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


def shifted_by_two_less(Z):
    S = Z - (Z.max(axis=1, keepdims=True) - 2)
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


def shifted_by_the_bound_of_the_sum(Z):
    S = Z - (Z.max(axis=1, keepdims=True) + np.log(Z.dtype.type(Z.shape[1])))
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


def shifted_by_the_maximum_and_a_third(Z):
    S = Z - (Z.max(axis=1, keepdims=True) + Z.dtype.type(1 / 3))
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


def shifted_at_the_end(Z):
    m = Z.max(axis=1, keepdims=True)
    return Z - (m + np.log(np.exp(Z - m).sum(axis=1, keepdims=True)))


def logaddexp(Z):
    return Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)


def minus_logaddexp(Z):
    return -(np.logaddexp.reduce(Z, axis=1)[:, None] - Z)


def minus_logaddexp_of_differences(Z):
    return -np.logaddexp.reduce(Z[:, None, :] - Z[:, :, None], axis=2)


def logaddexp2(Z):
    base = np.log(2).astype(Z.dtype)
    S = Z - Z.max(axis=1, keepdims=True)
    return S - base * np.logaddexp2.reduce(S / base, axis=1, keepdims=True)


def powers_of_two(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    total = np.exp2(S * Z.dtype.type(np.log2(np.e))).sum(axis=1, keepdims=True)
    return S - np.log2(total) * Z.dtype.type(np.log(2))


def float64_inside(Z):
    S = Z.astype(np.float64)
    S -= S.max(axis=1, keepdims=True)
    return (S - np.log(np.exp(S).sum(axis=1, keepdims=True))).astype(Z.dtype)


def longdouble_inside(Z):
    S = Z.astype(np.longdouble)
    S -= S.max(axis=1, keepdims=True)
    return (S - np.log(np.exp(S).sum(axis=1, keepdims=True))).astype(Z.dtype)


def columns(Z):
    S = Z.T - Z.T.max(axis=0)
    return (S - np.log(np.exp(S).sum(axis=0))).T


def log1p_of_the_others(Z):
    rows, best = np.arange(len(Z)), Z.argmax(axis=1)
    S = Z - Z[rows, best][:, None]
    others = np.exp(S)
    others[rows, best] = 0
    return S - np.log1p(others.sum(axis=1, keepdims=True))


def online(Z):
    m, total = Z[:, 0].copy(), np.ones(len(Z), Z.dtype)
    for k in range(1, Z.shape[1]):
        new = np.maximum(m, Z[:, k])
        total = total * np.exp(m - new) + np.exp(Z[:, k] - new)
        m = new
    return (Z - m[:, None]) - np.log(total)[:, None]


def smallest_first(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - np.log(np.sort(np.exp(S), axis=1).sum(axis=1, keepdims=True))


def last_class_first(Z):
    S = (Z - Z.max(axis=1, keepdims=True))[:, ::-1]
    return (S - np.log(np.exp(S).sum(axis=1, keepdims=True)))[:, ::-1]


def normalised_twice(Z):
    for _ in range(2):
        S = Z - Z.max(axis=1, keepdims=True)
        Z = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return Z


def row_by_row(Z):
    rows = []
    for z in Z:
        s = z - max(z)
        rows.append(s - np.log(sum(np.exp(s))))
    return np.array(rows)


def exact_sums(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    logs = [math.log(math.fsum(math.exp(value) for value in row)) for row in S.tolist()]
    return S - np.array(logs, Z.dtype)[:, None]


def function_of_python(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    E = np.frompyfunc(math.exp, 1, 1)(S).astype(Z.dtype)
    return S - np.log(E.sum(axis=1, keepdims=True))


def vectorize(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - np.vectorize(math.log)(np.exp(S).sum(axis=1, keepdims=True)).astype(Z.dtype)


def along_an_axis(Z):
    return np.apply_along_axis(lambda z: z - z.max() - np.log(np.exp(z - z.max()).sum()), 1, Z)


def matmul_with_ones(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - np.log(np.exp(S) @ np.ones((Z.shape[1], 1), Z.dtype))


def log_of_the_inverse(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S + np.log(1 / np.exp(S).sum(axis=1, keepdims=True))


def in_place_on_a_copy(Z):
    S = np.array(Z)
    S -= np.amax(S, axis=1, keepdims=True)
    S -= np.log(np.add.reduce(np.exp(S), axis=1, keepdims=True))
    return S


def masked_array(Z):
    S = np.ma.array(Z) - np.ma.array(Z).max(axis=1)[:, None]
    return S - np.log(np.exp(np.asarray(S)).sum(axis=1, keepdims=True))


def scipy_log_softmax(Z):
    from scipy.special import log_softmax

    return log_softmax(Z, axis=1)


def scipy_logsumexp(Z):
    from scipy.special import logsumexp

    return Z - logsumexp(Z, axis=1, keepdims=True)


def torch_log_softmax(Z):
    import torch

    return torch.log_softmax(torch.from_numpy(Z.copy()), dim=1).numpy()


def cut_from_a_flat_copy(Z):
    S = np.stack([row - row.max() for row in np.split(Z.ravel(), len(Z))])
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))
