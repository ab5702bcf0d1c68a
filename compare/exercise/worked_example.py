"""The example that the exercise follows from function to function."""

from typing import Any

import numpy as np

import scratch

# not 1, at which every mistake in the rate would look right
EXAMPLE_LR = 0.5


def worked_example() -> dict[str, tuple[tuple[Any, ...], Any]]:
    """For each function its inputs, and what it should return (a pair where it returns two arrays)."""
    X, y = np.array([[1, 0.5, 0, 0], [0.5, 0, 1, 0.5]]), np.array([0, 2])
    W, b = np.array([[1.0, -1, 0, -1], [0, 1, 1, 1], [0, -1, 1, 0]]), np.array([0.5, 0, -0.5])
    done = scratch.step(scratch.SoftmaxRegression(W, b), scratch.SGD(lr=EXAMPLE_LR), X, y)
    return {
        "logits": ((X, W, b), done.Z),
        "log_softmax": ((done.Z,), done.logP),
        "nll_loss": ((done.logP, y), done.L),
        "logits_gradient": ((done.logP, y), done.dZ),
        "parameter_gradients": ((X, done.dZ), (done.dW, done.db)),
        "sgd_step": ((W, b, done.dW, done.db, EXAMPLE_LR), (done.W, done.b)),
    }
