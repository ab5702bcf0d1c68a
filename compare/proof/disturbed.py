"""A side that returns a little less or more than it computed: what the controls show to the checks."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.backends.protocol import Backend, Side, Trainable
from compare.equations import QUANTITIES
from compare.proof.single_steps import Case, SingleSteps
from scratch import Step

ArrayChange = Callable[[NDArray], NDArray]
# What a method returned, and what it was given.
Disturbance = Callable[[Any, tuple[Any, ...]], Any]


class DisturbedSide:
    """Another side, of which one method returns `disturbance` of what it would return. See Side."""

    def __init__(self, side: Side, method: str, disturbance: Disturbance):
        self._side = side
        setattr(self, method, lambda *given: disturbance(getattr(side, method)(*given), given))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._side, name)


def disturbed(backend: Backend, method: str, disturbance: Disturbance) -> Backend:
    """The same backend, with one method of its sides disturbed."""
    return backend._replace(side=lambda *given: DisturbedSide(backend.side(*given), method, disturbance))


def disturbed_in(backend: Backend, steps: SingleSteps, case: Case, change: Callable[[Step], Step]) -> Backend:
    """The same backend, with one of these single steps changed, and no other."""

    def disturbance(done: Step, given: tuple[Any, ...]) -> Step:
        return change(done) if np.array_equal(given[0], case.index) else done

    def side(problem: Trainable, dtype: str) -> Side:
        own = backend.side(problem, dtype)
        # other single steps have other labels, and may have the same indices
        alike = np.array_equal(problem.train[1], steps.train[1])
        return DisturbedSide(own, "step", disturbance) if alike else own

    return backend._replace(side=side)


def changed(done: Step, changes: dict[str, ArrayChange]) -> Step:
    """The same step with copies of these quantities changed."""
    fields = {QUANTITIES[name].field: change for name, change in changes.items()}
    values: dict[str, Any] = {field: change(np.array(getattr(done, field))) for field, change in fields.items()}
    return done._replace(**values)


def plus(amount: float) -> ArrayChange:
    """Add this to the last element that is not 0."""

    def change(array: NDArray) -> NDArray:
        array.flat[_last(array)] += amount
        return array

    return change


def next_up(array: NDArray) -> NDArray:
    """Raise the last element that is not 0 by one unit in the last place."""
    last = _last(array)
    array.flat[last] = np.nextafter(array.flat[last], np.inf)
    return array


def _last(array: NDArray) -> int:
    """Where the last element stands that is not 0; the last of all if there is none."""
    return int(max(np.flatnonzero(array), default=-1))
