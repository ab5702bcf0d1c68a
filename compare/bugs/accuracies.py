"""The accuracy that a mistake reaches, and whether it would be noticed."""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from compare.backends.scratch_side import ScratchSide
from compare.backends.threads import threads
from compare.bugs.detection import Detection
from compare.problem import Problem
from compare.training.advice import usual_band
from compare.words import per_cent
from scratch import Equations
from scratch.training import UNCHECKED

# Where no band is known: further from the clean run than seeds are from each other.
ACCURACY_NOTICED = 0.025


def accuracies(
    problem: Problem, mistakes: dict[str, Equations], on_step: Callable[[], None] = lambda: None
) -> dict[str, float]:
    """By name the accuracy on the validation images after a training in float32 with these equations.

    The loss is left out, because nothing depends on it. on_step() is called after each step of all.
    """
    dtype = np.dtype("float32")
    with threads(1), np.errstate(all="ignore"):
        sides = {
            name: ScratchSide(problem, dtype.name, one._replace(nll_loss=_no_loss)) for name, one in mistakes.items()
        }
        for index in chain.from_iterable(problem.batches):
            gathered = UNCHECKED.batch(*problem.train, index, dtype)
            for side in sides.values():
                side.step(index, gathered)
            on_step()
        return {name: side.evaluate(*problem.evaluated).accuracy for name, side in sides.items()}


def _no_loss(logP: NDArray, _y: NDArray) -> np.floating:
    return logP.dtype.type(0)


def usual(problem: Problem, clean: float) -> tuple[float, float]:
    """The lowest and highest accuracy that nobody would notice. clean: the accuracy without a mistake."""
    return usual_band(problem) or (clean - ACCURACY_NOTICED, clean + ACCURACY_NOTICED)


def with_accuracy(found: Detection, accuracy: float, band: tuple[float, float]) -> Detection:
    """A detection with the accuracy, which is a reason outside of the band."""
    low, high = band
    reason = "" if low <= accuracy <= high else per_cent(accuracy, 1)
    return replace(found, accuracy=accuracy, reasons={**found.reasons, "accuracy": reason})
