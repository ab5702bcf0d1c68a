"""E1 and E5: the linear map from pixels to logits, and the gradient of its parameters."""

import numpy as np

from scratch.arrays import Floats
from scratch.checks import check_logits, check_model


def logits(X: Floats, W: Floats, b: Floats) -> Floats:
    """E1: one score for every image and class.

    X (N, D), W (K, D), b (K,) -> Z (N, K).
    Raises TypeError if these are no arrays of floats, ValueError if shapes do not fit.

    >>> X = np.array([[1, 0.5, 0, 0], [0.5, 0, 1, 0.5]])
    >>> W = np.array([[1.0, -1, 0, -1], [0, 1, 1, 1], [0, -1, 1, 0]])
    >>> b = np.array([0.5, 0, -0.5])
    >>> logits(X, W, b)
    array([[ 1. ,  0.5, -1. ],
           [ 0.5,  1.5,  0.5]])
    """
    # Z = X W^T + b; in this order the logits of a class lie side by side in memory, and E2 takes half the time
    Z: Floats = np.add(X @ W.T, b, order="F")
    return Z


def parameter_gradients(X: Floats, dZ: Floats) -> tuple[Floats, Floats]:
    """E5: gradients of the loss by weights and bias.

    X (N, D), dZ (N, K) -> dW (K, D), db (K,).
    Raises TypeError if these are no arrays of floats, ValueError if shapes do not fit.

    >>> X = np.array([[1, 0.5, 0, 0], [0.5, 0, 1, 0.5]])
    >>> dZ = np.array([[-0.212952, 0.174104, 0.038848], [0.105971, 0.288058, -0.394029]])
    >>> dW, db = parameter_gradients(X, dZ)
    >>> dW.round(4)
    array([[-0.16  , -0.1065,  0.106 ,  0.053 ],
           [ 0.3181,  0.0871,  0.2881,  0.144 ],
           [-0.1582,  0.0194, -0.394 , -0.197 ]])
    >>> db.round(4)
    array([-0.107 ,  0.4622, -0.3552])
    """
    # the terms of each sum over n side by side in memory, where NumPy adds them in pairs: see row_sums in softmax.py
    dZ = np.asfortranarray(dZ)
    # dW = dZ^T X,  db = sum_n dZ[n]
    return dZ.T @ X, dZ.sum(axis=0)


class SoftmaxRegression:
    """The model: a weight matrix and a bias, copied from the arrays it is given.

    weight (K, D) and bias (K,), of one floating dtype, which every result then has.
    Raises TypeError if these are no arrays, ValueError if shapes or dtypes do not fit each other.
    """

    def __init__(self, weight: Floats, bias: Floats):
        check_model(weight, bias)
        self.weight = weight.copy()
        self.bias = bias.copy()

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the parameters, and so of every result."""
        return self.weight.dtype

    def __repr__(self) -> str:
        K, D = self.weight.shape
        return f"<SoftmaxRegression: {D} pixels to {K} classes, {self.dtype}>"

    def __call__(self, X: Floats) -> Floats:
        """E1: X (N, D) -> Z (N, K)."""
        check_logits(X, self.weight, self.bias)
        return logits(X, self.weight, self.bias)
