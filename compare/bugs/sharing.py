"""What the candidates of a survey have in common with `scratch` is computed once.

A mistake is in one function. What the others return for arrays that `scratch` itself has just had is known, and what
the wrong one returns is often the same to the bit. An array stands for its numbers here: nothing writes into it again.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.backends.protocol import Backend, Side, State
from compare.backends.scratch_side import RIGHT_BATCHES, ScratchSide
from compare.equations import FUNCTIONS
from compare.problem import Problem
from scratch import Equations
from scratch.training import UNCHECKED

# X (N, D) and y (N,).
Batch = tuple[NDArray, NDArray]
# The steps of `scratch` itself that are known: the last of each reading.
READINGS = 2


class Known:
    """What the right functions returned in the last steps of `scratch` itself, by the arrays that they were given."""

    def __init__(self) -> None:
        # by function and the id of each argument; the arguments are kept, so that no other array gets their ids
        self._calls: dict[str, dict[tuple[int, ...], tuple[Any, Any]]] = {name: {} for name in FUNCTIONS}
        self._start: State | None = None
        # by function the indices of its last batch, and that batch
        self._batches: dict[Callable, tuple[NDArray, Batch]] = {}

    def side(self, backend: Backend, problem: Problem, dtype: str) -> Side:
        """A side of the backend, with the same bits in every step; one of `scratch` computes what is not known."""
        side = backend.side(problem, dtype)
        if not isinstance(side, ScratchSide):
            return side
        self._start = self._start or State(side.model.weight, side.model.bias, None)
        return SharingSide(problem, dtype, self._sharing(side.equations), self._start, self._batches)

    def _sharing(self, equations: Equations) -> Equations:
        sharing = _noting if equations == UNCHECKED else _asking
        functions = {name: sharing(self._calls[name], name, getattr(equations, name)) for name in FUNCTIONS}
        return equations._replace(**functions)


def _noting(calls: dict, _name: str, function: Callable) -> Callable:
    """The right function of `scratch` itself: its last calls are known."""

    def call(*inputs: Any) -> Any:
        result = function(*inputs)
        _read_only(result)
        if len(calls) == READINGS:
            del calls[next(iter(calls))]
        calls[tuple(map(id, inputs))] = inputs, result
        return result

    return call


def _asking(calls: dict, name: str, function: Callable) -> Callable:
    """A function of another candidate: a right one is not called for what is known."""
    right = function == getattr(UNCHECKED, name)

    def call(*inputs: Any) -> Any:
        _, known = calls.get(tuple(map(id, inputs)), (None, None))
        if known is not None and right:
            return known
        result = function(*inputs)
        return result if known is None else known_where_equal(result, known)

    return call


class SharingSide(ScratchSide):
    """`scratch` in training, with functions of `Known`; it works on the arrays that it is given, and not on copies.

    batches: of all sides, by function. Both readings have the same batch, if its function has no state of a side.
    """

    def __init__(
        self,
        problem: Problem,
        dtype: str,
        equations: Equations,
        start: State,
        batches: dict[Callable, tuple[NDArray, Batch]],
    ):
        super().__init__(problem, dtype, equations)
        self.batches = batches
        self.start_from(start)

    def start_from(self, state: State) -> None:
        """See Side; the arrays become read-only."""
        _read_only((state.W, state.b))
        self.model.weight, self.model.bias, self.optimizer.velocity = state

    def _batch(self, index: NDArray, gathered: tuple[NDArray, NDArray] | None) -> tuple[NDArray, NDArray]:
        if gathered is None or self.equations.batch in RIGHT_BATCHES:
            return super()._batch(index, gathered)
        last = self.batches.get(self.equations.batch)
        if last and last[0] is index:
            return last[1]
        batch: Batch = known_where_equal(super()._batch(index, gathered), gathered)
        _read_only(batch)
        self.batches[self.equations.batch] = index, batch
        return batch


def _read_only(result: Any) -> None:
    for array in result if isinstance(result, tuple) else (result,):
        if isinstance(array, np.ndarray):
            array.flags.writeable = False


def known_where_equal(result: Any, known: Any) -> Any:
    """The known array where it has the same bits in the same order."""
    if isinstance(known, tuple) and isinstance(result, tuple) and len(known) == len(result):
        return tuple(map(known_where_equal, result, known))
    return known if _same(result, known) else result


def _same(array: NDArray, known: NDArray) -> bool:
    bits = f"u{known.itemsize}"
    return (
        type(array) is type(known)
        and array.dtype == known.dtype
        and array.strides == known.strides
        and array.shape == known.shape
        and bool((array.view(bits) == known.view(bits)).all())
    )
