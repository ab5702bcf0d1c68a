"""E6: the update."""

from numpy.typing import NDArray


def sgd_step(W: NDArray, b: NDArray, dW: NDArray, db: NDArray, lr: float) -> tuple[NDArray, NDArray]:
    """E6: one step of gradient descent, as new arrays.

    W (K, D), b (K,), their gradients and the learning rate lr -> W (K, D), b (K,).
    Raises ValueError if the shapes do not fit.

    >>> import numpy as np
    >>> W, b = np.array([[1.0, 0], [0, 1], [-1, 1]]), np.array([0, 0.5, 0])
    >>> dW = np.array([[-0.16, 0.106], [0.3181, 0.2881], [-0.1582, -0.394]])
    >>> db = np.array([-0.107, 0.4622, -0.3552])
    >>> W, b = sgd_step(W, b, dW, db, lr=1.0)
    >>> W
    array([[ 1.16  , -0.106 ],
           [-0.3181,  0.7119],
           [-0.8418,  1.394 ]])
    >>> b
    array([0.107 , 0.0378, 0.3552])
    """
    # W <- W - lr dW,  b <- b - lr db
    return W - lr * dW, b - lr * db
