"""What a mistake leaves behind: by how much its tensors differ from the reference's on the same inputs."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.equations import QUANTITIES
from compare.proof.single_steps import Case
from compare.proof.tolerance import Start
from scratch import Step

# What a difference of the opposite sign is worth: a distant relative of the same mistake.
OPPOSITE = 0.8

# By number of the case and quantity: the differences in units of what is allowed, where one is too large.
Traces = dict[tuple[int, str], NDArray]


class Observed(NamedTuple):
    """One case: what both sides made of the same inputs in float64, and how far each quantity may differ.

    real: whether it is a batch of the problem itself, not a hard batch.
    """

    case: Case
    real: bool
    y: NDArray
    start: Start
    ours: Step
    theirs: Step
    limits: dict[str, float]

    def pair(self, name: str) -> tuple[NDArray, NDArray]:
        """Both tensors of a quantity, at least one-dimensional; of W and b the updates."""
        field = QUANTITIES[name].field
        origin = {"W": self.start.W, "b": self.start.b}.get(field, 0)
        return np.atleast_1d(getattr(self.ours, field) - origin), np.atleast_1d(getattr(self.theirs, field) - origin)

    def difference(self, name: str) -> NDArray:
        """Ours minus theirs, in units of what is allowed."""
        return np.subtract(*self.pair(name)) / self.limits[name]


def traces(observed: Iterable[Observed]) -> Traces:
    """The differences of all cases and quantities in which one is larger than allowed, or is no number."""
    every = {(n, name): seen.difference(name) for n, seen in enumerate(observed) for name in seen.limits}
    return {key: difference for key, difference in every.items() if not (np.abs(difference) <= 1).all()}


def likeness(a: Traces, b: Traces) -> float:
    """How alike two traces are, from 0 to 1; a quantity that differs in one of them only counts as 0."""
    both = {*a, *b}
    return float(np.mean([_alike(a[key], b[key]) if key in a and key in b else 0.0 for key in both])) if b else 0.0


def _alike(a: NDArray, b: NDArray) -> float:
    """The cosine of the two, which does not depend on how strong a mistake is, and a share for equal lengths."""
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float((np.isfinite(a) == np.isfinite(b)).mean())
    # scaled first, so that no square overflows
    largest = np.abs(a).max(), np.abs(b).max()
    u, v = a / largest[0], b / largest[1]
    norms = np.linalg.norm(u), np.linalg.norm(v)
    cosine = float((u * v).sum() / (norms[0] * norms[1]))
    shorter, longer = sorted((norms[0] * largest[0], norms[1] * largest[1]))
    direction = cosine if cosine > 0 else -OPPOSITE * cosine
    return direction * (0.5 + 0.5 * float(shorter / longer))
