"""The generated mistakes: each small change of the six functions, under a name, as a backend."""

import inspect
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

import scratch
from compare.backends.by_name import equations_backend
from compare.backends.protocol import Backend
from compare.bugs.generated.changes import Change, all_changes
from compare.equations import FUNCTIONS
from scratch import EQUATIONS, Equations


class StoppedError(Exception):
    """A changed function raises, or returns something of another shape or dtype: nobody would overlook that."""


class Mutant(NamedTuple):
    """One small change of one of the six functions; `number` counts those that read the same in one function."""

    function: str
    change: Change
    number: int

    @property
    def name(self) -> str:
        """What is changed into what, as `log_softmax: axis=1 -> axis=0`."""
        again = f" ({self.number})" if self.number > 1 else ""
        return f"{self.function}: {self.change.old} -> {self.change.new or 'nothing'}{again}"

    def equations(self) -> Equations:
        """The equations of `scratch` with this change; they raise StoppedError."""
        right = getattr(scratch, self.function)
        defined = dict(vars(sys.modules[right.__module__]))
        exec(self.change.source, defined)
        return EQUATIONS._replace(**{self.function: _watched(self.function, defined[self.function])})

    def backend(self) -> Backend:
        """A backend that makes the mistake, under its name."""
        return equations_backend(self.name, self.equations)


@cache
def mutants() -> dict[str, Mutant]:
    """All of them by name, in the order of the derivation; always the same ones."""
    counts: Counter[tuple[str, str, str]] = Counter()
    found = {}
    for function in FUNCTIONS:
        for change in all_changes(inspect.getsource(getattr(scratch, function))):
            counts[function, change.old, change.new] += 1
            mutant = Mutant(function, change, counts[function, change.old, change.new])
            found[mutant.name] = mutant
    return found


def _watched(name: str, function: Callable) -> Callable:
    def call(*inputs: Any) -> Any:
        try:
            returned = function(*inputs)
        except Exception as error:
            raise StoppedError(f"raises {type(error).__name__}") from None
        parts = returned if isinstance(returned, tuple) else (returned,)
        found = [(np.shape(part), np.asarray(part).dtype) for part in parts]
        if found != [(shape, inputs[0].dtype) for shape in FUNCTIONS[name].shapes(inputs)]:
            raise StoppedError("returns " + " and ".join(f"{shape} {dtype}" for shape, dtype in found))
        return returned

    return call
