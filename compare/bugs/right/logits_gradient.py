"""E4 written in many ways, all right: each function is one."""

import numpy as np


def _one_hot(logP, y):
    return np.eye(logP.shape[1], dtype=logP.dtype)[y]


def minus_one_at_the_label(logP, y):
    dZ = np.exp(logP)
    dZ[np.arange(len(y)), y] -= 1
    return dZ / len(y)


def one_hot(logP, y):
    return (np.exp(logP) - _one_hot(logP, y)) / len(y)


def minus_the_opposite(logP, y):
    return -(_one_hot(logP, y) - np.exp(logP)) / len(y)


def divided_by_minus_n(logP, y):
    return (_one_hot(logP, y) - np.exp(logP)) / -len(y)


def each_divided(logP, y):
    return np.exp(logP) / len(y) - _one_hot(logP, y) / len(y)


def divided_before(logP, y):
    dZ = np.exp(logP) / len(y)
    dZ[np.arange(len(y)), y] -= 1 / len(y)
    return dZ


def times_one_over_n(logP, y):
    return (np.exp(logP) - _one_hot(logP, y)) * (1 / len(y))


def subtract_at(logP, y):
    dZ = np.exp(logP)
    np.subtract.at(dZ, (np.arange(len(y)), y), 1)
    dZ /= len(y)
    return dZ


def add_at(logP, y):
    dZ = np.exp(logP)
    np.add.at(dZ, (np.arange(len(y)), y), -1)
    return np.true_divide(dZ, len(y))


def put_along_axis(logP, y):
    dZ, at = np.exp(logP), y[:, None]
    np.put_along_axis(dZ, at, np.take_along_axis(dZ, at, axis=1) - 1, axis=1)
    return dZ / len(y)


def expm1_at_the_label(logP, y):
    rows = np.arange(len(y))
    dZ = np.exp(logP)
    dZ[rows, y] = np.expm1(logP[rows, y])
    return dZ / len(y)


def where(logP, y):
    P = np.exp(logP)
    return np.where(np.arange(logP.shape[1]) == y[:, None], P - 1, P) / len(y)


def comparison(logP, y):
    return (np.exp(logP) - (np.arange(logP.shape[1]) == y[:, None])) / len(y)


def row_by_row(logP, y):
    dZ = np.empty_like(logP)
    for n, k in enumerate(y):
        dZ[n] = np.exp(logP[n])
        dZ[n, k] -= 1
        dZ[n] /= len(y)
    return dZ


def class_by_class(logP, y):
    return np.column_stack([(np.exp(logP[:, k]) - (y == k)) / len(y) for k in range(logP.shape[1])])


def chunks(logP, y):
    pieces = []
    for start in range(0, len(y), 9):
        piece = np.exp(logP[start : start + 9])
        piece[np.arange(len(piece)), y[start : start + 9]] -= 1
        pieces.append(piece / len(y))
    return np.vstack(pieces)


def float64_inside(logP, y):
    dZ = np.exp(logP.astype(np.float64))
    dZ[np.arange(len(y)), y] -= 1
    return (dZ / len(y)).astype(logP.dtype)


def fortran_order(logP, y):
    dZ = np.asfortranarray(np.exp(logP))
    dZ[np.arange(len(y)), y] -= 1
    return dZ / len(y)


def double_transpose(logP, y):
    dZ = np.exp(logP.T)
    dZ[y, np.arange(len(y))] -= 1
    return (dZ / len(y)).T


def flat_index(logP, y):
    dZ = np.exp(logP).ravel()
    dZ[np.arange(len(y)) * logP.shape[1] + y] -= 1
    return dZ.reshape(logP.shape) / len(y)


def backward_of_log_softmax(logP, y):
    G = -_one_hot(logP, y) / len(y)
    return G - np.exp(logP) * G.sum(axis=1, keepdims=True)


def backward_of_log_softmax_with_einsum(logP, y):
    G = np.zeros_like(logP)
    G[np.arange(len(y)), y] = -1 / len(y)
    return G - np.einsum("nk,nj->nk", np.exp(logP), G)


def normalised_again(logP, y):
    P = np.exp(logP)
    P /= P.sum(axis=1, keepdims=True)
    return (P - _one_hot(logP, y)) / len(y)


def zero_minus(logP, y):
    return 0 - (_one_hot(logP, y) - np.exp(logP)) / len(y)


def masked_array(logP, y):
    P = np.ma.array(np.exp(logP), mask=_one_hot(logP, y) == 0)
    return (np.where(P.mask, P.data, P.data - 1)) / len(y)


def a_subclass(logP, y):
    return ((np.exp(logP) - _one_hot(logP, y)) / len(y)).view(type("Mine", (np.ndarray,), {}))


def generator(logP, y):
    K = logP.shape[1]
    rows = ((np.exp(row) - (np.arange(K) == k)) / len(y) for row, k in zip(logP, y, strict=True))
    return np.stack(list(rows))


def power_of_e(logP, y):
    return (np.e**logP - _one_hot(logP, y)) / len(y)


def at_most_one(logP, y):
    return (np.minimum(np.exp(logP), 1) - _one_hot(logP, y)) / len(y)


def scipy_softmax(logP, y):
    from scipy.special import softmax

    return (softmax(logP, axis=1) - _one_hot(logP, y)) / len(y)


def torch_autograd(logP, y):
    import torch

    Z = torch.from_numpy(logP.copy()).requires_grad_()
    torch.nn.functional.cross_entropy(Z, torch.from_numpy(y.astype(int))).backward()
    return Z.grad.numpy()


def divided_before_exp(logP, y):
    # P / N = exp(logP - log N)
    dZ = np.exp(logP.astype(np.float64) - np.log(len(y)))
    dZ[np.arange(len(y)), y] -= 1 / len(y)
    return dZ.astype(logP.dtype)
