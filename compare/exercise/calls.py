"""The calls that an epoch makes: those that take part in its steps, and what each of them gets."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.backends.traced import Call
from compare.equations import KNOWN
from compare.exercise.trials import same

# What a step needs before its gradients, or only for a message.
FORWARD = "logits", "log_softmax", "nll_loss"
# The first of these that is called is called once in each step.
GRADIENTS = "sgd_step", "weight_gradient", "bias_gradient", "logits_gradient"

# By so much, or less, differ two ways to a gradient of nearly 0: P and images are rounded.
ROUNDING = 1e-14


# The calls of others that a function makes, for some inputs.
Trace = Callable[[tuple[Any, ...]], list[Call]]


def no_trace(_: tuple[Any, ...]) -> list[Call]:
    """Of a function whose calls are not looked at."""
    return []


def used(calls: list[Call]) -> list[Call]:
    """Without what is computed beside the steps, such as a loss to be printed, and without what is computed twice."""
    kept: list[Call] = []
    for call in reversed(calls):
        given = [part for later in kept for part in later.inputs]
        # log_softmax of logP is logP
        if call.name in FORWARD and call.results and equal(call.results[0], call.inputs[0]):
            continue
        if (
            call.name not in FORWARD
            or not call.results
            or any(equal(part, one) for part in call.results for one in given)
        ):
            kept.append(call)
    names = {call.name for call in kept}
    taken = [call for call in calls if any(call is one for one in kept) or call.name not in (*names, "nll_loss")]
    return [call for n, call in enumerate(taken) if not _is_repeated(taken, n)]


def _is_repeated(calls: list[Call], n: int) -> bool:
    """Whether a call is the same as the one of this function before it, and there are more of it than steps."""
    names, call = [one.name for one in calls], calls[n]
    before = [one for one in calls[:n] if one.name == call.name]
    steps = next((names.count(name) for name in GRADIENTS if name in names), len(calls))
    more = names.count(call.name) > steps
    return more and bool(before) and all(map(equal, before[-1].inputs, call.inputs))


def numbered(calls: list[Call]) -> Iterator[tuple[int, Call]]:
    """Every call with its step: a step begins with logits, if that is called in each; else with every function anew."""
    names = [call.name for call in calls]
    each = names.count("logits") >= min((names.count(one) for one in GRADIENTS if one in names), default=0)
    begun, seen = 0, dict[str, int]()
    for call in calls:
        begun += call.name == "logits"
        n = seen.get(call.name, 0)
        seen[call.name] = n + 1
        yield begun - 1 if each and begun else n, call


def is_empty(call: Call) -> bool:
    """Whether this call begins a step without images."""
    return call.name == "logits" and bool(call.inputs) and call.inputs[0].shape[:1] == (0,)


def inputs_of(call: Call) -> Iterator[tuple[str, NDArray]]:
    """Every input of a call by its name."""
    for name, got in zip(KNOWN[call.name].parameters, call.inputs, strict=True):
        if name != "L":
            yield name, got


def equal(got: Any, right: Any) -> bool:
    """Whether two values have one shape, and are equal up to rounding."""
    if np.shape(got) != np.shape(right):
        return False
    return same(got, right) or np.allclose(got, right, rtol=0, atol=ROUNDING, equal_nan=True)
