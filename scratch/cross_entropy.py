"""E3 and E4: the loss, and its gradient by the logits."""

import numpy as np

from scratch.arrays import Floats, Integers
from scratch.softmax import log_softmax, softmax_jacobian


def nll_loss(logP: Floats, y: Integers) -> np.floating:
    """E3: mean negative log-likelihood of the labels, in nats.

    logP (N, K), y (N,) integers -> L, a scalar in the dtype of logP; nan of no images, as in PyTorch.
    Raises TypeError if these are no arrays of floats and of integers, ValueError if a shape does not fit or a label
    leaves 0 ... K-1.

    >>> logP = log_softmax(np.array([[1.0, 0.5, -1.0], [0.5, 1.5, 0.5]]))
    >>> float(nll_loss(logP, np.array([0, 2])).round(4))
    1.0532
    """
    if len(y) == 0:
        # said here, because NumPy warns of 0 / 0
        return logP.dtype.type(np.nan)
    # L = -(1/N) sum_n logP[n, y[n]]
    L: np.floating = -logP[np.arange(len(y)), y].sum() / len(y)
    return L


def cross_entropy(Z: Floats, y: Integers) -> np.floating:
    """E3: `nll_loss` after `log_softmax`; like PyTorch's, it takes logits.

    Z (N, K), y (N,) integers -> L, a scalar in the dtype of Z. Raises what the two raise.

    >>> float(cross_entropy(np.array([[1.0, 0.5, -1.0], [0.5, 1.5, 0.5]]), np.array([0, 2])).round(4))
    1.0532
    """
    # L = nll_loss(log_softmax(Z), y)
    return nll_loss(log_softmax(Z), y)


def logits_gradient(logP: Floats, y: Integers) -> Floats:
    """E4: gradient of the loss by the logits, in its fused form.

    logP (N, K), y (N,) integers -> dZ (N, K), in the dtype of logP. Raises what `nll_loss` raises.

    >>> logP = log_softmax(np.array([[1.0, 0.5, -1.0], [0.5, 1.5, 0.5]]))
    >>> logits_gradient(logP, np.array([0, 2])).round(4)
    array([[-0.213 ,  0.1741,  0.0388],
           [ 0.106 ,  0.2881, -0.394 ]])
    """
    # dZ = (P - Y) / N, with Y never built: it is 1 at (n, y[n]) and 0 elsewhere
    dZ = np.exp(logP)
    dZ[np.arange(len(y)), y] -= 1
    dZ /= len(y)
    return dZ


def logits_gradient_by_chain_rule(P: Floats, y: Integers) -> Floats:
    """E4: the same gradient the long way, through the loss, the logarithm and the softmax Jacobian.

    P (N, K) probabilities, y (N,) integers -> dZ (N, K). It divides by P[n, y[n]], so a label whose
    probability underflows to 0 gives nan: that is why training uses the fused form.
    Raises what `nll_loss` raises.

    >>> P = np.exp(log_softmax(np.array([[1.0, 0.5, -1.0], [0.5, 1.5, 0.5]])))
    >>> logits_gradient_by_chain_rule(P, np.array([0, 2])).round(4)
    array([[-0.213 ,  0.1741,  0.0388],
           [ 0.106 ,  0.2881, -0.394 ]])
    """
    rows = np.arange(len(y))
    # dP[n, k] = -Y[n, k] / (N P[n, k])
    dP = np.zeros_like(P)
    dP[rows, y] = -1 / (len(y) * P[rows, y])
    # dZ[n, k] = sum_j dP[n, j] J[n, j, k]
    dZ: Floats = np.einsum("nj,njk->nk", dP, softmax_jacobian(P))
    return dZ
