"""What a side makes of given inputs, beside the reference."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.protocol import Backend
from compare.bugs.inputs import Inputs
from compare.equations import FUNCTIONS, QUANTITIES
from compare.proof.single_steps import Case, SingleSteps
from compare.proof.tolerance import Start, allowed, sizes
from scratch import SGD, Step

# What a function makes, as fields of a step; a wrong batch is seen in the images and labels.
MAKES = {"batch": ("X", "y"), **{name: tuple(function.results) for name, function in FUNCTIONS.items()}}
# By field the name of the quantity.
NAMES = {quantity.field: name for name, quantity in QUANTITIES.items()}


class Observed(NamedTuple):
    """One case: what both sides made of the same inputs, and by field how far each quantity may differ.

    kind: of the inputs. steps: to which the case belongs.
    """

    kind: str
    steps: SingleSteps
    case: Case
    start: Start
    ours: Step
    theirs: Step
    limits: dict[str, float]

    def pair(self, field: str) -> tuple[NDArray, NDArray]:
        """Both tensors of a quantity, at least one-dimensional; of W and b the updates."""
        return self.relative(field, getattr(self.ours, field)), self.relative(field, getattr(self.theirs, field))

    def relative(self, field: str, value: NDArray) -> NDArray:
        """The value itself, at least one-dimensional; of W and b the update."""
        return np.atleast_1d(value - getattr(self.start, field) if field in ("W", "b") else value)

    def differs(self, field: str) -> bool:
        """True if the two differ by more than is allowed, or one of them is no number."""
        return not (np.abs(np.subtract(*self.pair(field))) <= self.limits.get(field, 0.0)).all()

    def reached(self, function: str) -> bool:
        """True if the function gets the right inputs."""
        if function == "batch":
            return True
        needed = {"y", *FUNCTIONS[function].parameters} & {*Step._fields} - {"W", "b"}
        return not any(self.differs(field) for field in needed)

    def arguments(self, function: str) -> tuple:
        """What the function gets, from the reference."""
        if function == "batch":
            return *self.steps.train, self.case.index, self.theirs.W.dtype
        known = self.theirs._asdict() | {"W": self.start.W, "b": self.start.b, "lr": self.start.chosen.lr}
        if function == "sgd_step":
            known["dW"], known["db"] = self._directions()
        return tuple(known[name] for name in FUNCTIONS[function].parameters)

    def _directions(self) -> list[NDArray]:
        """The gradients with weight decay and momentum."""
        optimizer = SGD(**self.start.chosen.descent)
        optimizer.velocity = self.start.velocity
        return optimizer.directions([self.start.W, self.start.b], [self.theirs.dW, self.theirs.db])


def observe_reference(given: Inputs, theirs: Backend, dtype: str) -> Iterator[Observed]:
    """What the reference makes of each case; `ours` is the same."""
    for case, step in given.steps.steps(theirs, dtype):
        start = given.steps.start_of(case)
        scales = zip(QUANTITIES.values(), sizes(step, start).values(), strict=True)
        limits = {quantity.field: allowed(*scale, 1, step.W.dtype) for quantity, scale in scales}
        # one may scale pixels in another order
        limits["X"] = 4 * float(np.finfo(step.X.dtype).eps * np.abs(step.X).max())
        yield Observed(given.kind, given.steps, case, start, step, step, limits)


def first_wrong(seen: Observed) -> str | None:
    """The field of the first quantity that differs, if any does."""
    return next((field for field in NAMES if seen.differs(field)), None)
