"""What the controls compute on: an example that one can work out on paper, four images, and a small problem."""

import numpy as np

from compare.backends.protocol import State
from compare.data.dataset import Dataset
from compare.problem import Hyperparameters, Problem
from compare.proof.single_steps import Case, SingleSteps
from scratch import Velocity

# Size and terms of each budget in the example below. They are written down here, because a limit that has become wider
# must not make what is added larger. tests/proof/test_controls.py works them out by itself.
SIZES_AND_TERMS = {
    "logits": (5.0000, 129.0000),
    "log_probabilities": (9.0004, 139.0000),
    "loss": (9.0004, 139.0000),
    "dZ": (0.1241, 17.3750),
    "dW": (0.1677, 73.8438),
    "db": (0.1461, 139.0000),
    "W": (1.0762, 83.7867),
    "b": (0.0948, 36.0797),
}
# So often the example is taken: the budget of the whole run has grown by then.
STEPS = 4
# Four images. The two highest logits of the first are so far apart, in eps: twice what is within rounding of a tie.
IMAGES = np.array([[1, 1], [16, 17], [8, 9], [0, 1]]) / [[1], [32], [32], [32]]
LABELS, MARGIN = np.array([0, 2, 2, 2]), 1096
OPTIONS = Hyperparameters(epochs=1, batch_size=4, lr=0.125, momentum=0.5, weight_decay=0.125)


def example(dtype: str) -> SingleSteps:
    """One step, taken four times. Its weights are large and its logits small: so each part of a budget counts."""
    X = np.array([[32, 32], [16, 17], [8, 8], [32, 31], [16, 15], [24, 26], [0, 1], [8, 6]]) / 32
    y, W, b = np.array([0, 2, 1, 0, 2, 1, 1, 0]), np.array([[64.0, -64], [-64, 64], [64, -62]]), np.array([0, 1.0, -1])
    start = State(W.astype(dtype), b.astype(dtype), Velocity(np.ones((3, 2), dtype), np.ones(3, dtype)))
    cases = tuple(Case("example", start, np.arange(8 * n, 8 * n + 8)) for n in range(STEPS))
    return SingleSteps((np.tile(X, (STEPS, 1)), np.tile(y, STEPS)), OPTIONS, cases)


def model(dtype: str) -> SingleSteps:
    """Weights for the four images; the bias makes the difference between the first two classes."""
    W = np.array([[65, -64], [65, -64], [-64, 64]], dtype)
    b = np.array([MARGIN, 0, 0], dtype) * np.finfo(dtype).eps
    return SingleSteps((IMAGES, LABELS), OPTIONS, (Case("images", State(W, b), np.arange(len(IMAGES))),))


def small_problem() -> Problem:
    """A problem of four pixels and three classes, to make hard batches and exact steps of."""
    images = np.random.default_rng(9).integers(0, 256, (10, 4)).astype(np.uint8)
    return Problem(Dataset("controls", (images, np.arange(10) % 3), None, 3), OPTIONS)
