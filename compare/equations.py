"""The one table of the six functions, the rungs of the exercise, and the eight quantities: names, tags, shapes.

Everything that names an equation reads it here: the proof, the report, the exercise and the tests.
"""

import functools
from operator import or_
from typing import Any, NamedTuple

import numpy as np


class Function(NamedTuple):
    """A function of the table: the tag of its equation, its parameters and its results, each with its dimensions."""

    tag: str
    parameters: dict[str, str]
    results: dict[str, str]

    def sizes(self, inputs: tuple[Any, ...]) -> dict[str, int]:
        """What each letter of the dimensions is for these inputs."""
        sizes: dict[str, int] = {}
        for dimensions, value in zip(self.parameters.values(), inputs, strict=True):
            sizes |= dict(zip(dimensions, np.shape(value), strict=True))
        return sizes

    def shapes(self, inputs: tuple[Any, ...]) -> list[tuple[int, ...]]:
        """The shapes of the results for these inputs."""
        sizes = self.sizes(inputs)
        return [tuple(sizes[letter] for letter in dimensions) for dimensions in self.results.values()]

    def __or__(self, other: "Function") -> "Function":
        """Both in one: the parameters of both, and their results one after the other."""
        return Function(self.tag, self.parameters | other.parameters, self.results | other.results)

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


# What the exercise has one write, one after the other. E4 is derived in four: the first three are the long way, the
# fourth is what they make together. E5 is two, and the last one is a whole epoch.
RUNGS = {
    "logits": Function("E1", {"X": "ND", "W": "KD", "b": "K"}, {"Z": "NK"}),
    "log_softmax": Function("E2", {"Z": "NK"}, {"logP": "NK"}),
    "nll_loss": Function("E3", {"logP": "NK", "y": "N"}, {"L": ""}),
    "log_probabilities_gradient": Function("E4", {"logP": "NK", "y": "N"}, {"dlogP": "NK"}),
    "probabilities_gradient": Function("E4", {"P": "NK", "dlogP": "NK"}, {"dP": "NK"}),
    "softmax_backward": Function("E4", {"P": "NK", "dP": "NK"}, {"dZ": "NK"}),
    "logits_gradient": Function("E4", {"logP": "NK", "y": "N"}, {"dZ": "NK"}),
    "weight_gradient": Function("E5", {"X": "ND", "dZ": "NK"}, {"dW": "KD"}),
    "bias_gradient": Function("E5", {"dZ": "NK"}, {"db": "K"}),
    "sgd_step": Function("E6", {"W": "KD", "b": "K", "dW": "KD", "db": "K", "lr": ""}, {"W": "KD", "b": "K"}),
    "one_epoch": Function(
        "E1-E6", {"X": "ND", "y": "N", "W": "KD", "b": "K", "lr": "", "batch_size": ""}, {"W": "KD", "b": "K"}
    ),
}
# Which of the six functions are made of several rungs; each of the others is one.
COMPOSED = {"parameter_gradients": ("weight_gradient", "bias_gradient")}
_NAMES = "logits", "log_softmax", "nll_loss", "logits_gradient", "parameter_gradients", "sgd_step"

FUNCTIONS = {name: functools.reduce(or_, (RUNGS[part] for part in COMPOSED.get(name, (name,)))) for name in _NAMES}
# All that a user's file may define.
KNOWN = FUNCTIONS | RUNGS

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
