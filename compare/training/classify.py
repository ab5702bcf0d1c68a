"""What one side makes of images with the weights of a checkpoint."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.by_name import backend
from compare.backends.protocol import TIME_LIMIT, State
from compare.backends.threads import threads
from compare.data.mapped import cut, new_array
from compare.problem import Hyperparameters
from scratch import Rows, correct

# A side asks for options of SGD, and here it takes no step.
UNTRAINED = Hyperparameters(epochs=1)
# Images whose logits and probabilities are there at the same time.
AT_ONCE = 100_000


@dataclass(frozen=True)
class _Images:
    """Images and labels, and the weights that a side begins with; see Trainable."""

    train: tuple[NDArray | Rows, NDArray]
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
    spec: str, state: State, images: NDArray | Rows, labels: NDArray, *, time_limit: float = TIME_LIMIT
) -> Classified:
    """Classify images (N, D) with labels (N,) by a backend with these weights; the logits are computed once.

    time_limit: see `backend`. Raises InputError as `backend` does.
    """
    side = backend(spec, nan=False, time_limit=time_limit).side(_Images((images, labels), state), state.W.dtype.name)
    N, K = len(labels), len(state.b)
    P, predicted = new_array((N, K), state.W.dtype), new_array(N, np.int64)
    losses, hits, done = [], 0, 0
    # large weights can have an infinite loss
    with threads(1), np.errstate(all="ignore"):
        for part in cut(images, AT_ONCE):
            Z, here = side.logits(part), slice(done, done := done + len(part))
            logP, loss = side.loss(Z, labels[here])
            np.exp(logP, out=P[here])
            predicted[here] = Z.argmax(axis=1)
            losses.append((loss, len(part)))
            hits += correct(Z, labels[here])
    # a single mean is not computed again
    loss = losses[0][0] if len(losses) == 1 else sum(loss * count for loss, count in losses) / N
    return Classified(P, predicted, loss, hits / N if N else math.nan)
