"""E2: from logits to probabilities."""

import numpy as np

from scratch.arrays import Floats

# Sums of so few terms are as exact as PyTorch's within a third, in whatever order the terms are added.
FEW = 16


def log_softmax(Z: Floats) -> Floats:
    """E2: logarithms of the softmax of each row.

    Z (N, K) -> logP (N, K), in the dtype of Z. A logit of -inf (a class ruled out) gives -inf.
    Raises ValueError if Z is not of shape (N, K), TypeError if it is not an array of floats.

    >>> log_softmax(np.array([[1.0, 0.5, -1.0], [0.5, 1.5, 0.5]])).round(4)
    array([[-0.555 , -1.055 , -2.555 ],
           [-1.5514, -0.5514, -1.5514]])
    """
    if Z.size == 0:
        # no class has no maximum
        return Z.copy()
    # S = Z - max Z, row by row: it changes nothing in exact arithmetic, and no exponent can overflow
    S = Z - Z.max(axis=1, keepdims=True)
    # logP = S - log(sum_k exp S[:, k])
    logP: Floats = S - np.log(row_sums(np.exp(S)))
    return logP


def row_sums(A: Floats) -> Floats:
    """Sum of each row: A (N, K) -> (N, 1), of wide rows as exact as of narrow ones.

    Where the terms of a sum lie side by side in memory, NumPy adds them in pairs, then the pairs in pairs, and each
    term is rounded a few times. Elsewhere it adds one term after the other: faster, and the first is rounded K times.
    So only wide rows are laid out side by side.
    """
    A = A if A.shape[1] <= FEW else np.ascontiguousarray(A)
    sums: Floats = A.sum(axis=1, keepdims=True)
    return sums


def softmax(Z: Floats) -> Floats:
    """E2: probabilities of each row, exp of `log_softmax`.

    Z (N, K) -> P (N, K), in the dtype of Z. Raises what `log_softmax` raises.

    >>> softmax(np.array([[1.0, 0.5, -1.0], [0.5, 1.5, 0.5]])).round(4)
    array([[0.5741, 0.3482, 0.0777],
           [0.2119, 0.5761, 0.2119]])
    """
    # P = exp(logP)
    return np.exp(log_softmax(Z))


def softmax_jacobian(P: Floats) -> Floats:
    """E4: derivative of every probability by every logit of the same row.

    P (N, K) -> J (N, K, K), J[n, j, k] = dP[n, j] / dZ[n, k]. Raises TypeError if P is not an array of floats.

    >>> softmax_jacobian(np.array([[0.5741, 0.3482, 0.0777]])).round(4)
    array([[[ 0.2445, -0.1999, -0.0446],
            [-0.1999,  0.227 , -0.0271],
            [-0.0446, -0.0271,  0.0717]]])
    """
    # J[j, k] = P[j] (delta[j, k] - P[k])
    return P[:, :, None] * (np.eye(P.shape[1], dtype=P.dtype) - P[:, None, :])
