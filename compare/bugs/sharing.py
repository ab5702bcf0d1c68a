"""What the candidates of a survey have in common in a step is computed once.

A mistake is in one function. What the right ones return for arrays that they have had in this step is known, and what
two wrong ones return is often the same to the bit. An array stands for its numbers here: nothing writes into it again.
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


class Known:
    """What the functions of all candidates returned in this step, by the arrays that they were given.

    They share if `scratch` itself is the first of them: then none can write into what it is given.
    """

    def __init__(self) -> None:
        self._shares = False
        self._start: State | None = None
        self._index: NDArray | None = None
        # by function and the id of each argument
        self._results: dict[str, dict[tuple[int, ...], Results]] = {name: {} for name in FUNCTIONS}
        self._batches: dict[Callable, Batch] = {}

    def side(self, backend: Backend, problem: Problem, dtype: str) -> Side:
        """A side of the backend, with the same bits in every step; one of `scratch` computes what is not known."""
        side = backend.side(problem, dtype)
        if not isinstance(side, ScratchSide):
            return side
        self._start = self._start or State(side.model.weight, side.model.bias, None)
        self._shares |= side.equations == UNCHECKED
        return SharingSide(problem, dtype, side.equations, self._start, self)

    def begin(self, index: NDArray) -> None:
        """Forget what is known of another step than the one on these images."""
        if index is not self._index:
            self._index, self._batches = index, {}
            for results in self._results.values():
                results.clear()

    def sharing(self, name: str, function: Callable) -> Callable:
        """The function, not called for what is known; its results are the known arrays where they are equal."""
        if not self._shares:
            return function
        known, is_right = self._results[name], function == getattr(UNCHECKED, name)

        def call(*inputs: Any) -> Any:
            ids = tuple(map(id, inputs))
            results = known.get(ids)
            if results is None:
                results = known[ids] = Results(inputs)
            if is_right:
                if results.right is None:
                    results.right = results.add(function(*inputs))
                return results.right
            return results.add(function(*inputs))

        return call

    def batch(self, function: Callable, gathered: Batch, gather: Callable[[], Batch]) -> Batch:
        """What this function makes of the images of this step; gathered: what the right one makes of them."""
        if function not in self._batches:
            self._batches[function] = known_where_equal(gather(), gathered)
            _read_only(self._batches[function])
        return self._batches[function]


class Results:
    """What was returned for the same arguments. right: by the right function, None if it was not called.

    The arguments are kept, so that no other array gets their ids.
    """

    def __init__(self, inputs: tuple[Any, ...]):
        self.inputs, self.right = inputs, None
        self._every: list[Any] = []

    def add(self, result: Any) -> Any:
        """The result, read-only from now on, with the known arrays in place of those that are equal."""
        for known in self._every:
            result = known_where_equal(result, known)
        _read_only(result)
        self._every.append(result)
        return result


class SharingSide(ScratchSide):
    """`scratch` in training, with functions of `Known`; it works on the arrays that it is given, and not on copies.

    Both readings have the same batch, if its function has no state of a side.
    """

    def __init__(self, problem: Problem, dtype: str, equations: Equations, start: State, known: Known):
        shared = {name: known.sharing(name, getattr(equations, name)) for name in FUNCTIONS}
        super().__init__(problem, dtype, equations._replace(**shared))
        self.known = known
        self.start_from(start)

    def start_from(self, state: State) -> None:
        """See Side; the arrays become read-only."""
        _read_only((state.W, state.b))
        self.model.weight, self.model.bias, self.optimizer.velocity = state

    def _batch(self, index: NDArray, gathered: Batch | None) -> Batch:
        self.known.begin(index)
        if gathered is None or self.equations.batch in RIGHT_BATCHES:
            return super()._batch(index, gathered)
        return self.known.batch(
            self.equations.batch, gathered, lambda: super(SharingSide, self)._batch(index, gathered)
        )


def _read_only(result: Any) -> None:
    for array in result if isinstance(result, tuple) else (result,):
        if isinstance(array, np.ndarray):
            array.flags.writeable = False


def known_where_equal(result: Any, known: Any) -> Any:
    """The known array where it has the same bits in the same order."""
    if isinstance(known, tuple) and isinstance(result, tuple) and len(known) == len(result):
        return tuple(map(known_where_equal, result, known))
    return known if type(result) is type(known) and _same(result, known) else result


def _same(array: Any, known: Any) -> bool:
    # a mistake may return anything
    if not isinstance(known, np.ndarray | np.generic):
        return False
    bits = f"u{known.itemsize}"
    return (
        array.dtype == known.dtype
        and array.strides == known.strides
        and array.shape == known.shape
        and bool((array.view(bits) == known.view(bits)).all())
    )
