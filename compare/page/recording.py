"""A recorded run: what the page needs of NumPy and PyTorch to hold the engine in JavaScript against both.

Of every step there are loss, hits and the budget of the loss; of the first steps and of the last all quantities.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.by_name import MODULES, backend
from compare.backends.protocol import Side, State
from compare.backends.threads import threads
from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.tolerance import Start, allowed, sizes
from compare.training.loop import Training
from compare.training.loop import run as train
from scratch import Step

DTYPE = "float64"
# All quantities of these steps are recorded, and those of the last.
FIRST_STEPS = 3
# What a step is compared in, by the fields of a Step.
FIELDS = tuple(quantity.field for quantity in QUANTITIES.values())


class Moment(NamedTuple):
    """All quantities of one step: its number in the whole run from 1, the weights before it, and the step of each side.

    limits (8,): by quantity, in the order of QUANTITIES, the largest difference that passes.
    """

    number: int
    batch: NDArray
    before: State
    steps: tuple[Step, Step]
    limits: NDArray


class Recording(NamedTuple):
    """A run of both sides on one problem.

    loss (2, S) in nats and hits (2, S) of every step, limits (S,) of the loss; history (2, E + 1, 4): the records of
    the epochs without their number.
    """

    problem: Problem
    loss: NDArray
    hits: NDArray
    limits: NDArray
    history: NDArray
    moments: tuple[Moment, ...]


def record(problem: Problem) -> Recording:
    """Train scratch and PyTorch in float64, step by step beside each other. Raises what the loop raises."""
    with threads(1):
        sides = [backend(name).side(problem, DTYPE) for name in MODULES]
        keeper = _Keeper(problem, sides)
        trainings = [Training(name, side, problem) for name, side in zip(MODULES, sides, strict=True)]
        train(trainings, keeper.on_step)
    history = [[one[1:] for one in training.history] for training in trainings]
    loss, hits = (np.array(values).T for values in (keeper.loss, keeper.hits))
    return Recording(problem, loss, hits, np.array(keeper.limits), np.array(history), tuple(keeper.moments))


class _Keeper:
    """Keeps what is recorded of each step; scratch is the reference of the budgets."""

    def __init__(self, problem: Problem, sides: Sequence[Side]):
        self.problem, self.sides = problem, sides
        self.initial, self.before = problem.start(DTYPE), sides[0].state()
        self.loss: list[list[float]] = []
        self.hits: list[list[int]] = []
        self.limits: list[float] = []
        self.moments: list[Moment] = []
        for side in sides:
            side.keep_quantities()

    def on_step(self, _epoch: int, _step: int, index: NDArray, taken: Sequence[Any]) -> None:
        """Called by the loop after each step."""
        tallies = [side.tally(done) for side, done in zip(self.sides, taken, strict=True)]
        self.loss.append([float(tally.loss) for tally in tallies])
        self.hits.append([int(tally.hits) for tally in tallies])
        ours, theirs = (side.quantities(done) for side, done in zip(self.sides, taken, strict=True))
        number, start = len(self.loss), Start.of(self.before, self.initial, self.problem.chosen)
        limits = {name: allowed(*scale, number, ours.W.dtype) for name, scale in sizes(ours, start).items()}
        self.limits.append(limits["loss"])
        if number <= FIRST_STEPS or number == self.problem.steps:
            kept, values = (_copied(ours), _copied(theirs)), np.array(list(limits.values()))
            self.moments.append(Moment(number, index.copy(), self.before, kept, values))
        self.before = self.sides[0].state()


def _copied(step: Step) -> Step:
    return Step._make(map(np.array, step))
