"""The checks of the exercise: six functions, each on its own."""

from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from compare.backends.by_name import backend
from compare.backends.protocol import Backend
from compare.backends.threads import threads
from compare.backends.user_file import UserFileError
from compare.backends.worker import Worker
from compare.bugs.diagnosis import Diagnosis, Diagnostician
from compare.bugs.worked_example import worked_example
from compare.equations import FUNCTIONS
from compare.problem import DTYPES, Problem
from compare.proof.accuracy_loss import LOSES_ACCURACY, loses_accuracy
from compare.proof.exact_arithmetic import BATCHES, LARGE_BATCH, first_unequal
from compare.proof.hard_batches import all_hard_batches, first_over_budget
from compare.proof.single_steps import real_batch

# The names of the batches of exact arithmetic, in their order.
EXACT_BATCHES = [f"{name}, {N}" for name, N in (*BATCHES, ("one winner", LARGE_BATCH))]


@dataclass(frozen=True)
class FunctionCheck:
    """The result for one function: state is `right`, `wrong` or `missing`; reason says why if it is not right."""

    name: str
    state: str
    reason: str = ""
    diagnosis: Diagnosis | None = None


def check_functions(file: Worker, problem: Problem) -> list[FunctionCheck]:
    """Check the functions of a file in the order of the derivation, each with the others of `scratch`."""
    reference = backend("torch")
    with threads(1), np.errstate(all="ignore"):
        return [_check(file, name, problem, reference) for name in FUNCTIONS]


def _check(file: Worker, name: str, problem: Problem, reference: Backend) -> FunctionCheck:
    if name not in file.defined:
        return FunctionCheck(name, "missing", f"{name} is not in {file.path}")
    alone = file.backend([name])
    try:
        if reason := _worked_example(file, name) or _steps(alone, problem, reference):
            return FunctionCheck(name, "wrong", reason, _diagnosis(alone, name, problem, reference))
    except UserFileError as error:
        return FunctionCheck(name, "missing" if "is not written yet" in str(error) else "wrong", str(error))
    return FunctionCheck(name, "right")


def _worked_example(file: Worker, name: str) -> str:
    """What is wrong on the worked example; empty if nothing is."""
    inputs, expected = worked_example()[name]
    returned = getattr(file.equations(), name)(*inputs)
    pairs = zip(returned, expected, strict=True) if isinstance(expected, tuple) else [(returned, expected)]
    for result, (ours, theirs) in zip(FUNCTIONS[name].results, pairs, strict=True):
        if not np.allclose(ours, theirs, rtol=1e-9, atol=1e-9):
            return f"on the worked example {result} is {{}}, and should be {{}}".format(*_texts(ours, theirs))
    return ""


def _steps(alone: Backend, problem: Problem, reference: Backend) -> str:
    """The first batch in which a step is wrong, and the first quantity that is; empty if none is."""
    reason = _first_wrong(alone, problem, reference)
    return f"{reason}; {LOSES_ACCURACY}" if reason and loses_accuracy(problem, alone, reference) else reason


def _first_wrong(alone: Backend, problem: Problem, reference: Backend) -> str:
    every = (chain([real_batch(problem, dtype)], all_hard_batches(problem, dtype)) for dtype in DTYPES)
    for group in zip(*every, strict=True):
        steps = dict(zip(DTYPES, group, strict=True))
        places = {dtype: first_over_budget(steps[dtype], alone, reference, dtype) for dtype in DTYPES}
        if any(places.values()):
            return _first(places, [case.name for case in group[0].cases])
    places = {dtype: first_unequal(problem, dtype, alone, reference) for dtype in DTYPES}
    return _first(places, EXACT_BATCHES, ", in which nothing rounds") if any(places.values()) else ""


def _first(places: dict[str, str], batches: list[str], about: str = "") -> str:
    """What is wrong in the first of these batches in which anything is; the precision only if the other one passes.

    places: by precision quantity and batch, as `dW, a single image`; empty where nothing is wrong.
    """
    order = {dtype: batches.index(place.partition(", ")[2]) for dtype, place in places.items() if place}
    first = min(order.values())
    dtype, *others = [dtype for dtype, number in order.items() if number == first]
    quantity, _, batch = places[dtype].partition(", ")
    only = "" if others else f", in {dtype} only"
    return f'right on the worked example, but not in the batch "{batch}"{about}: {quantity}{only}'


def _diagnosis(alone: Backend, name: str, problem: Problem, reference: Backend) -> Diagnosis | None:
    # a function that cannot be used on other inputs than those of the worked example has none
    with suppress(UserFileError):
        return Diagnostician(problem, reference).diagnose(alone, (name,))
    return None


def _texts(ours: NDArray | np.floating, theirs: NDArray | np.floating) -> tuple[str, str]:
    """Both with four decimals, or with so many that one sees that they differ."""
    shown = ((_text(ours, decimals), _text(theirs, decimals)) for decimals in (4, 8, 12))
    return next(pair for pair in shown if pair[0] != pair[1])


def _text(array: NDArray | np.floating, decimals: int) -> str:
    return " ".join(np.array2string(np.asarray(array), precision=decimals, suppress_small=True, separator=", ").split())
