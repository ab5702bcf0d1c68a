"""E6 written in many ways, all right: each function is one."""

import numpy as np


def minus(W, b, dW, db, lr):
    return W - lr * dW, b - lr * db


def the_rate_last(W, b, dW, db, lr):
    return W - dW * lr, b - db * lr


def minus_the_opposite(W, b, dW, db, lr):
    return -(lr * dW - W), -(lr * db - b)


def plus_minus_lr(W, b, dW, db, lr):
    return W + (-lr) * dW, b + (-lr) * db


def plus_minus_gradient(W, b, dW, db, lr):
    return lr * -dW + W, lr * -db + b


def zero_minus(W, b, dW, db, lr):
    return 0 - (lr * dW - W), 0 - (lr * db - b)


def in_place_on_copies(W, b, dW, db, lr):
    W, b = W.copy(), b.copy()
    W -= lr * dW
    b -= lr * db
    return W, b


def out_parameter(W, b, dW, db, lr):
    dW, db = np.multiply(dW, lr), np.multiply(db, lr)
    return np.subtract(W, dW, out=dW), np.subtract(b, db, out=db)


def float64_inside(W, b, dW, db, lr):
    W64, b64 = W.astype(np.float64) - lr * dW.astype(np.float64), b.astype(np.float64) - lr * db.astype(np.float64)
    return W64.astype(W.dtype), b64.astype(b.dtype)


def longdouble_inside(W, b, dW, db, lr):
    rate = np.longdouble(lr)
    return (W - rate * dW).astype(W.dtype), (b - rate * db).astype(b.dtype)


def rate_in_the_dtype(W, b, dW, db, lr):
    rate = W.dtype.type(lr)
    return W - rate * dW, b - rate * db


def rate_as_an_array(W, b, dW, db, lr):
    rate = np.full_like(W, lr)
    return W - rate * dW, b - rate[:, 0] * db


def row_by_row(W, b, dW, db, lr):
    return np.array([w - lr * d for w, d in zip(W, dW, strict=True)]), np.array([*(b - lr * db)])


def element_by_element(W, b, dW, db, lr):
    step = np.frompyfunc(lambda w, d: w - lr * d, 2, 1)
    return step(W, dW).astype(W.dtype), step(b, db).astype(b.dtype)


def vectorize(W, b, dW, db, lr):
    step = np.vectorize(lambda w, d: w - lr * d, otypes=[W.dtype])
    return step(W, dW), step(b, db)


def a_list(W, b, dW, db, lr):
    return [parameter - lr * gradient for parameter, gradient in ((W, dW), (b, db))]


def double_transpose(W, b, dW, db, lr):
    return (W.T - lr * dW.T).T, (b.T - lr * db.T).T


def fortran_order(W, b, dW, db, lr):
    return np.asfortranarray(W - lr * dW), b - lr * db


def both_in_one(W, b, dW, db, lr):
    new = np.hstack([W, b[:, None]]) - lr * np.hstack([dW, db[:, None]])
    return new[:, :-1], new[:, -1]


def one_vector(W, b, dW, db, lr):
    w = np.concatenate([W.ravel(), b]) - lr * np.concatenate([dW.ravel(), db])
    return w[: W.size].reshape(W.shape), w[W.size :]


def sum_of_two(W, b, dW, db, lr):
    return np.sum([W, -lr * dW], axis=0), np.sum([b, -lr * db], axis=0)


def einsum(W, b, dW, db, lr):
    rate = W.dtype.type(-lr)
    return W + np.einsum(",kd->kd", rate, dW), b + np.einsum(",k->k", rate, db)


def divided_by_one_over_lr(W, b, dW, db, lr):
    return W - dW / (1 / lr), b - db / (1 / lr)


def two_halves(W, b, dW, db, lr):
    for _ in range(2):
        W, b = W - (lr / 2) * dW, b - (lr / 2) * db
    return W, b


def a_subclass(W, b, dW, db, lr):
    Mine = type("Mine", (np.ndarray,), {})
    return (W - lr * dW).view(Mine), (b - lr * db).view(Mine)


def masked_array(W, b, dW, db, lr):
    return np.ma.array(W) - lr * dW, np.ma.array(b) - lr * db


def not_contiguous(W, b, dW, db, lr):
    new = np.zeros((2 * len(W), 2 * W.shape[1]), W.dtype)
    new[::2, ::2] = W - lr * dW
    return new[::2, ::2], np.repeat(b - lr * db, 3)[::3]


def chunks_of_pixels(W, b, dW, db, lr):
    pieces = [W[:, n : n + 30] - lr * dW[:, n : n + 30] for n in range(0, W.shape[1], 30)]
    return np.concatenate(pieces, axis=1), b - lr * db


def generator(W, b, dW, db, lr):
    return tuple(parameter - lr * gradient for parameter, gradient in ((W, dW), (b, db)))


def dot_with_one_and_minus_lr(W, b, dW, db, lr):
    factors = np.array([1, -lr], W.dtype)
    return np.tensordot(factors, np.stack([W, dW]), 1), factors @ np.stack([b, db])


def torch_sub(W, b, dW, db, lr):
    import torch

    W, b, dW, db = (torch.from_numpy(part.copy()) for part in (W, b, dW, db))
    return torch.sub(W, dW, alpha=lr).numpy(), torch.sub(b, db, alpha=lr).numpy()


_rates: dict = {}


def rate_kept_by_its_value(W, b, dW, db, lr):
    rate = _rates.setdefault((lr, W.dtype), W.dtype.type(lr))
    return W - rate * dW, b - rate * db
