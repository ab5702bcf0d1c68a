"""What most tutorials look at: train, and see whether the accuracy is the usual one.

Five epochs of mnist5k at lr 0.1, from the same start as the right functions. The accuracy on the validation images must
be within 2.5 percentage points of theirs: other seeds are not further away.
"""

import functools

import numpy as np

import scratch
from compare.bugs.accuracies import ACCURACY_NOTICED
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from scratch import EQUATIONS, Equations

EPOCHS, LR = 5, 0.1


def check(f: Equations) -> None:
    """Raise AssertionError unless training with these functions ends at the usual accuracy."""
    assert abs(_accuracy(f) - _usual()) <= ACCURACY_NOTICED


def _accuracy(f: Equations) -> float:
    problem = _problem()
    model = scratch.SoftmaxRegression(*problem.start("float32"))
    optimizer = scratch.SGD(LR)
    with np.errstate(all="ignore"):
        for batches in problem.batches:
            for _ in scratch.epoch(model, optimizer, problem.train, batches, f):
                pass
        return scratch.evaluate(model, *problem.validation, equations=f).accuracy


@functools.cache
def _problem() -> Problem:
    return Problem(load("mnist5k"), Hyperparameters(epochs=EPOCHS, lr=LR))


@functools.cache
def _usual() -> float:
    return _accuracy(EQUATIONS)


# once, and not again for each mistake
_usual()
