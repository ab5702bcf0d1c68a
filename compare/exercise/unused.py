"""Whether a function leaves out an input on which its result should depend: seen by giving it another one."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from compare.backends.user_file import UserFileError
from compare.equations import KNOWN
from compare.exercise.right import RIGHT
from compare.exercise.seen import Seen
from compare.exercise.trials import EPOCH, Results, Trial, alike, as_results, drawn_inputs


def unused(seen: Seen, call: Callable) -> str:
    """A question about the first input that makes no difference to ours in any wrong trial, and does to what is right.

    call: the function. An epoch is looked at call by call.
    """
    for n, parameter in enumerate(KNOWN[seen.name].parameters if seen.name != EPOCH else ()):
        changed = [(trial, _with_another(trial, n)) for trial in seen.wrong]
        matters = [(t, some) for t, some in changed if _differs(RIGHT[seen.name], some, t.right, seen.result)]
        if matters and not any(_differs(call, some, t.ours, seen.result) for t, some in matters):
            asks = f"Does your code use {parameter}, or is it lost on the way?"
            return f"{seen.mine} stays the same if {parameter} is another one. {asks}"
    return ""


def _with_another(trial: Trial, n: int) -> list[Any]:
    """The inputs of a trial with another one in this place, of the same shape."""
    sizes = [int(trial.sizes.get(letter, 1)) for letter in "NDK"]
    return [*trial.inputs[:n], drawn_inputs(trial.name, (sizes[0], sizes[1], sizes[2]))[n], *trial.inputs[n + 1 :]]


def _differs(function: Callable, inputs: list[Any], known: Results, result: int) -> bool:
    """Whether a function returns something else for these inputs than what is known for others, or raises."""
    with suppress(UserFileError):
        return not alike(as_results(function(*inputs))[result], known[result])
    return True
