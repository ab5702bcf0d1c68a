"""A training that is stopped and gone on with by another number of processes: what they hand over must be enough.

It is part of the hard batches where a side is made of several processes.
"""

from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import numpy as np

from compare.backends.protocol import Backend, State
from compare.problem import Problem
from compare.proof.comparison import Comparison, Deviation, OneSideNotFiniteError
from compare.proof.lockstep import StepPair
from compare.proof.single_steps import Case, SingleSteps
from compare.proof.tolerance import Start

# Images of each step before and after, so that some processes have none.
SIZES = 100, 7, 1
# So that there is a velocity to hand over.
MOMENTUM = 0.9


def check_resumed(problem: Problem, dtype: str, ours: Backend, theirs: Backend) -> dict[str, Deviation]:
    """By its name the first deviation over its budget, else the worst, where the steps of a side are handed over.

    Empty if neither side has several processes. Raises what `Comparison.add` raises.
    """
    return {
        f"resumed by {others.name}": _handed_over(problem, dtype, (ours, theirs), which, others)
        for which, others in enumerate(side.others and side.others() for side in (ours, theirs))
        if others
    }


def _handed_over(
    problem: Problem, dtype: str, backends: tuple[Backend, Backend], which: int, others: Backend
) -> Deviation:
    """Both through the same steps; in the middle side number `which` is replaced by the others."""
    small = _training(problem, dtype)
    sides, initial = [backend.side(small, dtype) for backend in backends], small.start(dtype)
    comparison, count = Comparison((backends[0].name, backends[1].name)), len(small.cases)
    with suppress(OneSideNotFiniteError):  # the deviation shows it
        for number, case in enumerate(small.cases, 1):
            if number == count // 2 + 1:
                state, sides[which] = sides[which].state(), others.side(small, dtype)
                sides[which].start_from(state)
            start = Start.of(sides[1].state(), initial, small.chosen)
            own, reference = (side.step(case.index) for side in sides)
            comparison.add(1, StepPair(number, start, reference, {"whole_run": own}))
    return comparison.telling


def _training(problem: Problem, dtype: str) -> SingleSteps:
    """The steps, on the first images and with momentum; each goes on from where the last one ended."""
    chosen = problem.chosen if problem.chosen.momentum else replace(problem.chosen, momentum=MOMENTUM)
    images, initial = len(problem.train[1]), State(*problem.start(dtype))
    begins = np.cumsum((0, *SIZES, *SIZES))
    indices = (np.arange(begin, end) % images for begin, end in pairwise(begins))
    return SingleSteps(problem.train, chosen, tuple(Case("", initial, index) for index in indices))
