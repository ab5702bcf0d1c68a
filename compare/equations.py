"""The one table of the six functions and the eight quantities: names, tags, symbols and shapes.

Everything that names an equation reads it here: the proof, the report, the exercise and the tests.
"""

from typing import Any, NamedTuple

import numpy as np


class Function(NamedTuple):
    """One of the six functions: the tag of its equation, its parameters and its results, each with its dimensions."""

    tag: str
    parameters: dict[str, str]
    results: dict[str, str]

    def shapes(self, inputs: tuple[Any, ...]) -> list[tuple[int, ...]]:
        """The shapes of the results for these inputs."""
        sizes: dict[str, int] = {}
        for dimensions, value in zip(self.parameters.values(), inputs, strict=True):
            sizes |= dict(zip(dimensions, np.shape(value), strict=True))
        return [tuple(sizes[letter] for letter in dimensions) for dimensions in self.results.values()]

    def __str__(self) -> str:
        """The results as `Z (N, K)`."""
        return _with_shapes(self.results)

    @property
    def signature(self) -> str:
        """Parameters and results, as `Z (N, K) -> logP (N, K)`."""
        return f"{_with_shapes(self.parameters)} -> {self}"


class Quantity(NamedTuple):
    """One of the eight quantities of a step: its field in `scratch.Step`, and what stands in tables and pictures.

    formula: the right side of its equation.
    """

    field: str
    function: str
    tag: str
    symbol: str
    dimensions: str
    formula: str


FUNCTIONS = {
    "logits": Function("E1", {"X": "ND", "W": "KD", "b": "K"}, {"Z": "NK"}),
    "log_softmax": Function("E2", {"Z": "NK"}, {"logP": "NK"}),
    "nll_loss": Function("E3", {"logP": "NK", "y": "N"}, {"L": ""}),
    "logits_gradient": Function("E4", {"logP": "NK", "y": "N"}, {"dZ": "NK"}),
    "parameter_gradients": Function("E5", {"X": "ND", "dZ": "NK"}, {"dW": "KD", "db": "K"}),
    "sgd_step": Function("E6", {"W": "KD", "b": "K", "dW": "KD", "db": "K", "lr": ""}, {"W": "KD", "b": "K"}),
}

# The names of these two in JSON, from its first version on; every other quantity is called as its field is.
_JSON_NAMES = {"Z": "logits", "logP": "log_probabilities", "L": "loss"}
# Weights hardly change in a step, so their updates since the start are compared.
_SYMBOLS = {"W": "W - W0", "b": "b - b0"}
_FORMULAS = {
    "Z": "X Wᵀ + b",
    "logP": "Z - log Σ exp Z",
    "L": "-mean of logP at y",
    "dZ": "(P - Y) / N",
    "dW": "dZᵀ X",
    "db": "Σ dZ",
    "W": "W - lr dW",
    "b": "b - lr db",
}

QUANTITIES = {
    _JSON_NAMES.get(field, field): Quantity(
        field, name, function.tag, _SYMBOLS.get(field, field), dimensions, _FORMULAS[field]
    )
    for name, function in FUNCTIONS.items()
    for field, dimensions in function.results.items()
}


def feeding(name: str) -> tuple[str, ...]:
    """The functions that make what this one gets within a step, in the order of the derivation.

    >>> feeding("logits_gradient"), feeding("logits")
    (('logits', 'log_softmax'), ())
    """
    needed, found = {*FUNCTIONS[name].parameters}, []
    before = list(FUNCTIONS)[: list(FUNCTIONS).index(name)]
    for other in reversed(before):
        if needed & FUNCTIONS[other].results.keys():
            found.append(other)
            needed |= FUNCTIONS[other].parameters.keys()
    return tuple(reversed(found))


def shape_text(dimensions: str) -> str:
    """`NK` as ` (N, K)`; nothing for a scalar."""
    return f" ({', '.join(dimensions)}{',' if len(dimensions) == 1 else ''})" if dimensions else ""


def _with_shapes(dimensions: dict[str, str]) -> str:
    return ", ".join(name + shape_text(letters) for name, letters in dimensions.items())
