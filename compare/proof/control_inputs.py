"""What the controls compute on: an example that one can work out on paper, four images, and a small problem."""

import numpy as np

from compare.backends.protocol import State
from compare.data.dataset import Dataset
from compare.problem import Hyperparameters, Problem
from compare.proof.single_steps import Case, SingleSteps
from scratch import Velocity

# Size and terms of each budget in the example below. They are written down here, because a limit that has become wider
# must not make what is added larger. tests/proof/test_control_inputs.py works them out by itself.
SIZES_AND_TERMS = {
    "logits": (13.0000, 137.0000),
    "log_probabilities": (9.0004, 163.0000),
    "loss": (9.0004, 163.0000),
    "dZ": (0.03103, 5.0938),
    "dW": (0.1677, 86.5938),
    "db": (0.1461, 163.0000),
    "W": (1.0762, 86.9742),
    "b": (0.2198, 50.0615),
}
# So often the example is taken: the budget of the whole run has grown by then.
EXAMPLE_STEPS = 9
# Five images. The two highest logits of the first are so far apart, in eps: twice what is within rounding of a tie.
# Those of the last are a quarter of that apart.
CONTROL_IMAGES = np.array([[1, 1, 0], [1 / 2, 17 / 32, 0], [1 / 4, 9 / 32, 0], [0, 1 / 32, 0], [1, 1, 1]])
LABELS, MARGIN = np.array([0, 2, 2, 2, 0]), 1612
OPTIONS = Hyperparameters(epochs=1, batch_size=4, lr=0.125, momentum=0.5, weight_decay=0.125)


def example(dtype: str) -> SingleSteps:
    """One step, taken again and again. Its weights are large and its logits small: so each part of a budget counts."""
    X = np.array([[32, 32], [16, 17], [8, 8], [32, 31], [16, 15], [24, 26], [0, 1], [8, 6]] * 4) / 32
    y, W, b = (
        np.array([0, 2, 1, 0, 2, 1, 1, 0] * 4),
        np.array([[64.0, -64], [-64, 64], [64, -62]]),
        np.array([8.0, 9, 7]),
    )
    start = State(W.astype(dtype), b.astype(dtype), Velocity(np.ones((3, 2), dtype), np.ones(3, dtype)))
    cases = tuple(Case("example", start, np.arange(32 * n, 32 * n + 32)) for n in range(EXAMPLE_STEPS))
    return SingleSteps((np.tile(X, (EXAMPLE_STEPS, 1)), np.tile(y, EXAMPLE_STEPS)), OPTIONS, cases)


def model(dtype: str) -> SingleSteps:
    """Weights for the five images; the bias makes the difference between the first two classes."""
    eps = float(np.finfo(dtype).eps)
    W = np.array([[65, -64, 0], [65, -64, 3 / 4 * MARGIN * eps], [-64, 64, 0]], dtype)
    b = np.array([MARGIN * eps, 0, 0], dtype)
    return SingleSteps(
        (CONTROL_IMAGES, LABELS), OPTIONS, (Case("images", State(W, b), np.arange(len(CONTROL_IMAGES))),)
    )


def small_problem() -> Problem:
    """A problem of four pixels and three classes, to make hard batches and exact steps of."""
    images = np.random.default_rng(9).integers(0, 256, (10, 4)).astype(np.uint8)
    return Problem(Dataset("controls", (images, np.arange(10) % 3), None, 3), OPTIONS)
