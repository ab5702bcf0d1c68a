"""The six functions, each written in many ways that are all right: no check may object to any of them.

A variant that begins with the name of a library needs that library.
"""

from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

import numpy as np

from compare.bugs.right import log_softmax, logits, logits_gradient, nll_loss, parameter_gradients, sgd_step
from compare.equations import FUNCTIONS

LIBRARIES = "scipy_", "torch_"
_MODULES: tuple[ModuleType, ...] = (logits, log_softmax, nll_loss, logits_gradient, parameter_gradients, sgd_step)


def numpy_variants() -> dict[str, dict[str, Callable]]:
    """By function and name the variants that need only NumPy; each returns plain arrays in the dtype of its input."""
    return {name: _variants(name, module) for name, module in zip(FUNCTIONS, _MODULES, strict=True)}


def _variants(function: str, module: ModuleType) -> dict[str, Callable]:
    own = {name: part for name, part in vars(module).items() if callable(part) and name[0].islower()}
    return {name: _plain(function, part) for name, part in own.items() if not name.startswith(LIBRARIES)}


def _plain(function: str, variant: Callable) -> Callable:
    """As what a user's file returns: no subclass of an array, and no number of Python."""
    pair = len(FUNCTIONS[function].results) > 1

    @wraps(variant)
    def call(*inputs: Any) -> Any:
        returned, dtype = variant(*inputs), inputs[0].dtype
        if pair:
            return tuple(np.array(part, dtype, subok=False) for part in returned)
        return np.array(returned, dtype, subok=False)[()]

    return call
