"""The example of MATHS.md, which the exercise follows from function to function."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

import scratch
from compare.backends.protocol import State
from compare.problem import Hyperparameters
from compare.proof.single_steps import Case, SingleSteps

# not 1, at which every mistake in the rate would look right
EXAMPLE_LR = 0.5


def worked_example() -> dict[str, tuple[tuple[Any, ...], Any]]:
    """For each function its inputs, and what it should return (a pair where it returns two arrays)."""
    (X, y), (W, b, _) = _images(), _start()
    done = scratch.step(scratch.SoftmaxRegression(W, b), scratch.SGD(lr=EXAMPLE_LR), X, y)
    return {
        "logits": ((X, W, b), done.Z),
        "log_softmax": ((done.Z,), done.logP),
        "nll_loss": ((done.logP, y), done.L),
        "logits_gradient": ((done.logP, y), done.dZ),
        "parameter_gradients": ((X, done.dZ), (done.dW, done.db)),
        "sgd_step": ((W, b, done.dW, done.db, EXAMPLE_LR), (done.W, done.b)),
    }


def worked_step() -> SingleSteps:
    """The example as one step, to be taken in float64."""
    (X, y), start = _images(), _start()
    case = Case("the example in MATHS.md", start, np.arange(len(y)))
    # pixels that are no bytes are taken as they are
    return SingleSteps((X, y), Hyperparameters(epochs=1, lr=EXAMPLE_LR), (case,))


def _images() -> tuple[NDArray, NDArray]:
    return np.array([[1, 0.5, 0, 0], [0.5, 0, 1, 0.5]]), np.array([0, 2])


def _start() -> State:
    return State(np.array([[1.0, -1, 0, -1], [0, 1, 1, 1], [0, -1, 1, 0]]), np.array([0.5, 0, -0.5]))
