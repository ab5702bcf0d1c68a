"""The checks of the exercise: six functions, each on its own."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compare.backends.by_name import backend, equations_backend
from compare.backends.protocol import Backend
from compare.backends.threads import threads
from compare.backends.user_file import UserFile, UserFileError
from compare.bugs.diagnosis import Diagnosis, Diagnostician
from compare.equations import FUNCTIONS
from compare.exercise.worked_example import worked_example
from compare.problem import DTYPES, Problem
from compare.proof.accuracy_loss import LOSES_ACCURACY, loses_accuracy
from compare.proof.exact_arithmetic import first_unequal
from compare.proof.hard_batches import all_hard_batches, first_over_budget
from compare.proof.single_steps import real_batch
from scratch import EQUATIONS


@dataclass(frozen=True)
class FunctionCheck:
    """The result for one function: state is `right`, `wrong` or `missing`; reason says why if it is not right."""

    name: str
    state: str
    reason: str = ""
    diagnosis: Diagnosis | None = None


def check_functions(file: UserFile, problem: Problem) -> list[FunctionCheck]:
    """Check the functions of a file in the order of the derivation, each with the others of `scratch`."""
    reference = backend("torch")
    with threads(1), np.errstate(all="ignore"):
        return [_check(file, name, problem, reference) for name in FUNCTIONS]


def _check(file: UserFile, name: str, problem: Problem, reference: Backend) -> FunctionCheck:
    if name not in file.defined:
        return FunctionCheck(name, "missing", f"{name} is not in {file.path}")
    alone = equations_backend(name, lambda: EQUATIONS._replace(**{name: getattr(file.equations(), name)}))
    try:
        if reason := _worked_example(file, name) or _steps(alone, problem, reference):
            return FunctionCheck(name, "wrong", reason, _diagnosis(alone, problem, reference))
    except UserFileError as error:
        return FunctionCheck(name, "missing" if "is not written yet" in str(error) else "wrong", str(error))
    return FunctionCheck(name, "right")


def _worked_example(file: UserFile, name: str) -> str:
    """What is wrong on the worked example; empty if nothing is."""
    inputs, expected = worked_example()[name]
    returned = getattr(file.equations(), name)(*inputs)
    pairs = zip(returned, expected, strict=True) if isinstance(expected, tuple) else [(returned, expected)]
    for result, (ours, theirs) in zip(FUNCTIONS[name].results, pairs, strict=True):
        if not np.allclose(ours, theirs, rtol=1e-9, atol=1e-9):
            return f"on the worked example {result} is {_text(ours)}, and should be {_text(theirs)}"
    return ""


def _steps(alone: Backend, problem: Problem, reference: Backend) -> str:
    """The first quantity of a step that is wrong, and the batch; empty if none is."""
    reason = _first_wrong(alone, problem, reference)
    return f"{reason}; {LOSES_ACCURACY}" if reason and loses_accuracy(problem, alone, reference) else reason


def _first_wrong(alone: Backend, problem: Problem, reference: Backend) -> str:
    for dtype in DTYPES:
        for steps in (real_batch(problem, dtype), *all_hard_batches(problem, dtype)):
            if place := first_over_budget(steps, alone, reference, dtype):
                return f"right on the worked example, but not in {dtype}: {place}"
        if place := first_unequal(problem, dtype, alone, reference):
            return f"right but for rounding, and here nothing rounds, in {dtype}: {place}"
    return ""


def _diagnosis(alone: Backend, problem: Problem, reference: Backend) -> Diagnosis | None:
    # a function that cannot be used on other inputs than those of the worked example has none
    with suppress(UserFileError):
        return Diagnostician(problem, reference).diagnose(alone)
    return None


def _text(array: NDArray | np.floating) -> str:
    return " ".join(np.array2string(np.asarray(array), precision=4, suppress_small=True, separator=", ").split())
