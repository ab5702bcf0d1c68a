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
    "logits": (1.5, 1.5),
    "log_probabilities": (2.5550, 4.5),
    "loss": (2.5550, 4.5),
    "dZ": (0.3940, 2.25),
    "dW": (0.3940, 3.375),
    "db": (0.4622, 4.5),
    "W": (0.4565, 5.6084),
    "b": (0.5123, 5.7590),
}
# So often the example is taken: the budget of the whole run has grown by then.
STEPS = 4
# Four images. The two highest logits of the first are so far apart, in eps: twice what is within rounding of a tie.
IMAGES, LABELS = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 1.0], [0.25, 1.0]]), np.array([0, 2, 2, 2])
MARGIN = 72
OPTIONS = Hyperparameters(epochs=1, batch_size=4, lr=0.5, momentum=0.5, weight_decay=0.125)


def example(dtype: str) -> SingleSteps:
    """One step on two images, taken four times, with numbers that one can work out on paper."""
    X, y = np.array([[1, 0], [0.5, 1]]), np.array([0, 2])
    W, b = np.array([[1.0, 0], [0, 1], [-1, 1]]), np.array([0, 0.5, 0])
    start = State(W.astype(dtype), b.astype(dtype), Velocity(np.ones((3, 2), dtype), np.ones(3, dtype)))
    cases = tuple(Case("example", start, np.array([n, n + 1])) for n in range(0, 2 * STEPS, 2))
    return SingleSteps((np.tile(X, (STEPS, 1)), np.tile(y, STEPS)), OPTIONS, cases)


def model(dtype: str) -> SingleSteps:
    """Weights for the four images; the bias makes the difference between the first two classes."""
    W = np.array([[1.0, 0], [1, 0], [0, 1]], dtype)
    b = np.array([MARGIN, 0, 0], dtype) * np.finfo(dtype).eps
    return SingleSteps((IMAGES, LABELS), OPTIONS, (Case("images", State(W, b), np.arange(len(IMAGES))),))


def small_problem() -> Problem:
    """A problem of four pixels and three classes, to make hard batches and exact steps of."""
    images = np.random.default_rng(9).integers(0, 256, (10, 4)).astype(np.uint8)
    return Problem(Dataset("controls", (images, np.arange(10) % 3), None, 3), OPTIONS)
