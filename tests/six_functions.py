"""An exercise of before there were rungs, which every command still takes; tests read this as text.

    python -m compare exercise FILE

Add --hint for a hint. Asked again, it gives a clearer one.

There are N images, D pixels and K classes. Every array is a NumPy array of float32 or float64. Return arrays of the
same dtype, and do not change the arrays that you are given. Each example goes on from the one before.
"""

import numpy as np  # noqa: F401  (you will need it)


def logits(X, W, b):
    """E1: Z = X W^T + b.

    X (N, D), W (K, D), b (K,) -> Z (N, K)

    X = [[1, 0.5, 0, 0], [0.5, 0, 1, 0.5]]    W = [[1, -1, 0, -1], [0, 1, 1, 1], [0, -1, 1, 0]]
    b = [0.5, 0, -0.5]
    Z = [[1, 0.5, -1], [0.5, 1.5, 0.5]]
    """
    raise NotImplementedError


def log_softmax(Z):
    """E2: log P = Z - log(sum over k of exp Z), row by row.

    Z (N, K) -> logP (N, K)

    logP = [[-0.5550, -1.0550, -2.5550], [-1.5514, -0.5514, -1.5514]]
    """
    raise NotImplementedError


def nll_loss(logP, y):
    """E3: L = -(1/N) sum over n of logP[n, y[n]].

    logP (N, K), y (N,) integers 0 ... K-1 -> L, a scalar

    y = [0, 2]
    L = 1.0532
    """
    raise NotImplementedError


def logits_gradient(logP, y):
    """E4: dZ = (P - Y) / N, with P = exp(logP), and Y 1 at the label of each row and 0 elsewhere.

    logP (N, K), y (N,) -> dZ (N, K)

    dZ = [[-0.2130, 0.1741, 0.0388], [0.1060, 0.2881, -0.3940]]
    """
    raise NotImplementedError


def parameter_gradients(X, dZ):
    """E5: dW = dZ^T X, db = sum over n of dZ[n].

    X (N, D), dZ (N, K) -> dW (K, D), db (K,)

    dW = [[-0.1600, -0.1065, 0.1060, 0.0530], [0.3181, 0.0871, 0.2881, 0.1440], [-0.1582, 0.0194, -0.3940, -0.1970]]
    db = [-0.1070, 0.4622, -0.3552]
    """
    raise NotImplementedError


def sgd_step(W, b, dW, db, lr):
    """E6: W <- W - lr dW, b <- b - lr db.

    W (K, D), b (K,), dW (K, D), db (K,), lr a number -> new W (K, D), new b (K,)

    lr = 0.5
    W = [[1.0800, -0.9468, -0.0530, -1.0265], [-0.1591, 0.9565, 0.8560, 0.9280], [0.0791, -1.0097, 1.1970, 0.0985]]
    b = [0.5535, -0.2311, -0.3224]
    """
    raise NotImplementedError
