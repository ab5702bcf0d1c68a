"""What one side makes of images with the weights of a checkpoint."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.by_name import backend
from compare.backends.protocol import State
from compare.backends.threads import threads
from compare.backends.worker import TIME_LIMIT
from compare.problem import Hyperparameters
from scratch import accuracy

# A side asks for options of SGD, and here it takes no step.
UNTRAINED = Hyperparameters(epochs=1)


@dataclass(frozen=True)
class _Images:
    """Images and labels, and the weights that a side begins with; see Trainable."""

    train: tuple[NDArray, NDArray]
    state: State
    chosen: Hyperparameters = UNTRAINED

    def start(self, dtype: str) -> tuple[NDArray, NDArray]:
        W, b, _ = self.state
        return W.astype(dtype), b.astype(dtype)


class Classified(NamedTuple):
    """Probabilities P (N, K), the classes (N,) of the largest logits, the mean loss in nats, and the accuracy."""

    P: NDArray
    predicted: NDArray
    loss: float
    accuracy: float


def classify(
    spec: str, state: State, images: NDArray, labels: NDArray, *, time_limit: float = TIME_LIMIT
) -> Classified:
    """Classify images (N, D) with labels (N,) by a backend with these weights; the logits are computed once.

    time_limit: see `backend`. Raises InputError as `backend` does.
    """
    side = backend(spec, nan=False, time_limit=time_limit).side(_Images((images, labels), state), state.W.dtype.name)
    # large weights can have an infinite loss
    with threads(1), np.errstate(all="ignore"):
        Z = side.logits(images)
        logP, loss = side.loss(Z, labels)
    return Classified(np.exp(logP), Z.argmax(axis=1), loss, accuracy(Z, labels))
