"""The same step on both sides: from the same weights, and from each side's own."""

from typing import Any, NamedTuple

from numpy.typing import NDArray

from compare.backends.protocol import Side, Trainable
from compare.backends.scratch_side import step_beside
from compare.proof.tolerance import Start
from scratch import Step


class StepPair(NamedTuple):
    """One step of the reference, and the same step of the other side by reading: `one_step`, `whole_run`, or both.

    `start` is what the reference started from. Arrays are good until the next pair.
    """

    number: int
    start: Start
    reference: Step
    steps: dict[str, Step]


class SameStart:
    """Repeats every step of the reference on `side`, from the weights that the reference had before the step.

    It must be made before the first step of the reference. The reference takes each step only once.
    """

    def __init__(self, problem: Trainable, reference: Side, side: Side):
        self.reference, self.side, self.before = reference, side, reference.state()
        reference.keep_quantities()
        self.initial = problem.start(self.before.W.dtype.name)
        self.chosen = problem.chosen

    def pair(self, number: int, index: NDArray, own: Step, done: Any) -> StepPair:
        """The pair of a step on the images at `index` that both have taken.

        own: the step from weights of its own. done: that of the reference, in the type of its backend.
        """
        self.side.start_from(self.before)
        steps = {"one_step": step_beside(self.side, index, own), "whole_run": own}
        start = Start.of(self.before, self.initial, self.chosen)
        self.before = self.reference.state()
        return StepPair(number, start, self.reference.quantities(done), steps)
