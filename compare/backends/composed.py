"""The six functions, put together from the functions and rungs that a file has."""

from collections.abc import Callable
from functools import partial
from typing import Any

from compare.equations import COMPOSED, FUNCTIONS, RUNGS
from scratch import EQUATIONS


def composed(own: dict[str, Callable]) -> dict[str, Callable]:
    """Which of the six functions these functions and rungs make: a rung that is missing beside another is `scratch`'s.

    >>> list(composed({"bias_gradient": len, "logits": len, "softmax_backward": len}))
    ['logits', 'parameter_gradients']
    """
    made = {name: own[name] for name in FUNCTIONS if name in own}
    for name, parts in COMPOSED.items():
        if name not in made and any(part in own for part in parts):
            made[name] = partial(_together, name, own)
    return {name: made[name] for name in FUNCTIONS if name in made}


def _together(name: str, own: dict[str, Callable], *inputs: Any) -> tuple[Any, ...]:
    """The results of a function that is made of rungs."""
    parts, given = COMPOSED[name], dict(zip(FUNCTIONS[name].parameters, inputs, strict=True))
    whole = getattr(EQUATIONS, name)(*inputs) if any(part not in own for part in parts) else parts
    each = zip(parts, whole, strict=True)
    return tuple(own[part](*(given[p] for p in RUNGS[part].parameters)) if part in own else it for part, it in each)
