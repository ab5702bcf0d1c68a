"""What one call in an epoch gets: whether anything is missing, too much, in another place, or no array."""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from compare.backends.traced import MISSING, Call
from compare.equations import KNOWN
from compare.exercise.calls import equal
from compare.exercise.turn_texts import Turn
from compare.words import counted

PAIR = (
    "A pair is two arrays: W, b = sgd_step(W, b, dW, db, lr) gives each of its two results a name, and every other "
    "function gets one array for each of its parameters."
)
FUNCTION = "The name of a function without brackets is the function itself: hand on what it returns."


def wrong_arguments(call: Call, right: dict[str, Any], named: Callable[[NDArray], str], place: str) -> Turn | None:
    """What is wrong with the inputs of a call as they stand side by side; None if each is an array in its place.

    right: what each parameter should be. named: what an array is, or empty. place: which step it is.
    """
    parameters = [*KNOWN[call.name].parameters]
    if len(call.inputs) != len(parameters) or MISSING in call.kinds:
        return _another_number(call, named, place)
    for parameter, kind in zip(parameters, call.kinds, strict=True):
        if kind:
            return Turn(
                f"{place} the {parameter} that your {call.name} gets is {kind}, not an array of numbers. Which line "
                "makes it?",
                _no_array(kind, parameter),
            )
    wrong = {p: got for p, got in zip(parameters, call.inputs, strict=True) if not equal(got, right[p])}
    if any(equal(got, right[p]) for p in wrong for q, got in wrong.items() if q != p):
        return Turn(
            f"{place} your {call.name} gets {_listed(call, named)}, in this order. In which order does it take them?",
            f"It is {_signature(call)}: look at the order in this call, and at the lines that give these names their "
            "values.",
        )
    return None


def _another_number(call: Call, named: Callable[[NDArray], str], place: str) -> Turn:
    given = len(call.inputs) - call.kinds.count(MISSING)
    return Turn(
        f"{place} your {call.name} gets {counted(given, 'input')}: {_listed(call, named)}. How many does it take, and "
        "in which order?",
        f"It takes {counted(len(KNOWN[call.name].parameters), 'input')}: {_signature(call)}.",
    )


def _no_array(kind: str, parameter: str) -> str:
    if kind.startswith(("a tuple", "a list")):
        return PAIR
    if "function" in kind:
        return FUNCTION
    asked = "a number" if parameter == "lr" else "an array of numbers"
    return f"{parameter} is {asked}: which line gives it its value?"


def _listed(call: Call, named: Callable[[NDArray], str]) -> str:
    every = (kind or named(got) for got, kind in zip(call.inputs, call.kinds, strict=True) if kind != MISSING)
    return ", ".join(every) or "none"


def _signature(call: Call) -> str:
    return f"{call.name}({', '.join(KNOWN[call.name].parameters)})"
