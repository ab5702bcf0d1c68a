"""What each function asks of its arguments, and the clear error where they do not fit; shapes as in the docstrings.

The functions themselves have their equations only. `scratch.NAME` looks at its arguments first; the loop, which calls
the equations for every batch, looks once at all that enters it.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import numpy as np

from scratch.arrays import Floats, Images, Integers, Rows, check_arrays, check_floats, check_images

P = ParamSpec("P")
R = TypeVar("R")


def checked(function: Callable[P, R], check: Callable[P, None]) -> Callable[P, R]:
    """The function, with `check` called before it with the same arguments."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        check(*args, **kwargs)
        return function(*args, **kwargs)

    return call


def check_logits(X: Floats, W: Floats, b: Floats) -> None:
    """Raise TypeError or ValueError unless E1 can be computed."""
    check_floats("fc", X=X, W=W, b=b)
    if X.ndim != 2 or W.ndim != 2 or X.shape[1] != W.shape[1]:
        raise ValueError(f"images (N, D) and weights (K, D) expected, not {X.shape} and {W.shape}")
    if b.shape != W.shape[:1]:
        raise ValueError(f"bias must have shape {W.shape[:1]}, one for each class, not {b.shape}")


def check_softmax(Z: Floats) -> None:
    """Raise TypeError or ValueError unless E2 can be computed."""
    check_floats("fc", Z=Z)
    if Z.ndim != 2:
        raise ValueError(f"logits must have shape (N, K), not {Z.shape}")


def check_probabilities(P: Floats) -> None:
    """Raise TypeError or ValueError unless P is a matrix of floats."""
    check_floats("fc", P=P)
    _check_rows(P)


def check_loss(logP: Floats, y: Integers) -> None:
    """Raise TypeError or ValueError unless E3 and E4 can be computed."""
    check_floats("fc", logP=logP)
    _check_rows(logP)
    check_labels(y, *logP.shape)


def check_chain_rule(P: Floats, y: Integers) -> None:
    """Raise TypeError or ValueError unless E4 can be computed the long way."""
    check_probabilities(P)
    check_labels(y, *P.shape)


def check_cross_entropy(Z: Floats, y: Integers) -> None:
    """Raise TypeError or ValueError unless E2 and E3 can be computed."""
    check_softmax(Z)
    check_labels(y, *Z.shape)


def check_gradients(X: Floats, dZ: Floats) -> None:
    """Raise TypeError or ValueError unless E5 can be computed."""
    check_floats(X=X, dZ=dZ)
    if X.ndim != 2 or dZ.ndim != 2 or len(X) != len(dZ):
        raise ValueError(f"images (N, D) and gradients (N, K) expected, not {X.shape} and {dZ.shape}")


def check_update(W: Floats, b: Floats, dW: Floats, db: Floats, lr: float) -> None:  # noqa: ARG001 (called as sgd_step)
    """Raise TypeError or ValueError unless E6 can be computed."""
    check_floats(W=W, b=b, dW=dW, db=db)
    if dW.shape != W.shape or db.shape != b.shape:
        raise ValueError(f"gradients {dW.shape} and {db.shape} of parameters {W.shape} and {b.shape}")


def check_pixels(images: Images, dtype: np.dtype) -> None:  # noqa: ARG001 (called as pixels)
    """Raise TypeError unless images are an array of uint8 or floats."""
    check_images(images)


def check_batch(images: Images | Rows, labels: Integers, index: Integers, dtype: np.dtype) -> None:  # noqa: ARG001 (as batch)
    """Raise TypeError unless these are images, and labels integers; the indices are looked at in each step."""
    check_images(images)
    check_integers(labels=labels)


def check_model(weight: Floats, bias: Floats) -> None:
    """Raise TypeError or ValueError unless they are the parameters of a model."""
    check_arrays(weight=weight, bias=bias)
    if weight.ndim != 2 or bias.shape != weight.shape[:1]:
        raise ValueError(f"weight (K, D) and bias (K,) expected, not {weight.shape} and {bias.shape}")
    if weight.dtype != bias.dtype or weight.dtype.kind != "f":
        raise ValueError(f"weight and bias must share a float dtype, not {weight.dtype}, {bias.dtype}")


def check_training(W: Floats, b: Floats, images: Images | Rows, y: Integers) -> None:
    """Raise TypeError or ValueError unless every batch of these images and labels fits the model."""
    check_images(images)
    if len(images.shape) != 2 or images.shape[1] != W.shape[1]:
        raise ValueError(f"images (N, D) and weights (K, D) expected, not {images.shape} and {W.shape}")
    check_labels(y, len(images), len(b))


def check_accuracy(Z: Floats, y: Integers) -> None:
    """Raise TypeError or ValueError unless the largest of each row of Z can be held against y."""
    check_floats(Z=Z)
    check_integers(y=y)
    if Z.ndim != 2 or y.shape != Z.shape[:1]:
        raise ValueError(f"logits (N, K) and labels (N,) expected, not {Z.shape} and {y.shape}")


def check_integers(**labels: Integers) -> None:
    """Raise TypeError unless the labels, under the name of their argument, are a NumPy array of integers."""
    check_arrays(**labels)
    for array in labels.values():
        if array.dtype.kind not in "iu":
            raise TypeError(f"labels must be integers, not {array.dtype}")


def check_labels(y: Integers, N: int, K: int) -> None:
    """Raise TypeError or ValueError unless y holds N integers from 0 to K - 1."""
    check_integers(y=y)
    if y.shape != (N,):
        raise ValueError(f"labels must have shape ({N},), one for each row, not {y.shape}")
    if N and (y.min() < 0 or y.max() >= K):
        raise ValueError(f"labels must lie in 0 ... {K - 1}, not {y.min()} ... {y.max()}")


def _check_rows(rows: Floats) -> None:
    if rows.ndim != 2:
        raise ValueError(f"a matrix (N, K) expected, not {rows.shape}")
