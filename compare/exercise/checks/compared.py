"""The checks of a course and ours on the same mistakes: the 48 classic ones, and the generated ones."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from compare.backends.by_name import equations_backend
from compare.backends.threads import threads
from compare.bugs.catalogue import BUGS
from compare.bugs.generated.mutants import mutants
from compare.bugs.generated.same import reason
from compare.bugs.generated.survey import STOPS, first_found
from compare.data.registry import load
from compare.exercise.checks import cmu_softmax
from compare.problem import DTYPES, Hyperparameters, Problem
from scratch import Equations


class Caught(NamedTuple):
    """Of how many mistakes, how many the course's checks catch, and how many ours do in both precisions."""

    mistakes: int
    theirs: int
    ours: int


def compared() -> dict[str, Caught]:
    """Both kinds of checks on both sets, on digits, without training.

    A generated mistake counts if it runs, and is none of those that are known to be the same function.
    """
    problem = Problem(load("digits"), Hyperparameters(epochs=1))
    classic = [bug.equations for bug in BUGS.values() if bug.classic]
    generated = [mutant.equations for mutant in mutants().values() if not reason(mutant)]
    return {"classic": _count(problem, classic), "generated": _count(problem, generated)}


def sentence(found: dict[str, Caught]) -> str:
    """The line of the README."""
    classic, generated = found["classic"], found["generated"]
    return (
        f"CMU's softmax homework catches {classic.theirs} of {classic.mistakes} and {generated.theirs} of "
        f"{generated.mistakes}; ours {classic.ours} and {generated.ours}"
    )


def passes(f: Equations) -> bool:
    """True if the homework's checks do not object to these functions."""
    with threads(1), np.errstate(all="ignore"):
        try:
            cmu_softmax.check(f)
        except Exception:  # a learner's function may raise anything
            return False
    return True


def _count(problem: Problem, mistakes: Iterable[Callable[[], Equations]]) -> Caught:
    found = [(make, _ours(problem, make)) for make in mistakes]
    working = [(make, ours) for make, ours in found if STOPS not in ours]
    return Caught(len(working), sum(not passes(make()) for make, _ in working), sum(all(ours) for _, ours in working))


def _ours(problem: Problem, make: Callable[[], Equations]) -> list[str]:
    """Which check detects it, in each precision."""
    return [first_found(problem, dtype, equations_backend("ours", make)).check for dtype in DTYPES]
