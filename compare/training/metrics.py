"""What a classifier gets right, class by class."""

import numpy as np
from numpy.typing import NDArray

from compare.data.mapped import pieces


def confusion_matrix(labels: NDArray, predicted: NDArray, classes: int) -> NDArray:
    """Counts (K, K): row the label, column the prediction, both (N,).

    >>> confusion_matrix(np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0]), 2)
    array([[1, 0],
           [1, 2]])
    """
    counts = np.zeros(classes**2, np.int64)
    for part in pieces(len(labels)):
        counts += np.bincount(classes * labels[part] + predicted[part], minlength=classes**2)
    return counts.reshape(classes, classes)


def precision(confusion: NDArray) -> NDArray:
    """Of the images predicted as each class, the share that are it (K,); nan where none was predicted.

    >>> precision(np.array([[1, 0], [1, 2]]))
    array([0.5, 1. ])
    """
    with np.errstate(invalid="ignore"):
        return np.diag(confusion) / confusion.sum(axis=0)


def recall(confusion: NDArray) -> NDArray:
    """Of the images of each class, the share predicted as it (K,); nan where there are none.

    >>> recall(np.array([[1, 0], [1, 2]])).round(4)
    array([1.    , 0.6667])
    """
    with np.errstate(invalid="ignore"):
        return np.diag(confusion) / confusion.sum(axis=1)
