"""Both sides through the same batches, one step at a time."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from numpy.typing import NDArray

from compare.backends import Side
from compare.problem import Problem
from compare.tolerance import Start
from scratch import Step


class Moment(NamedTuple):
    """One step of the reference, and the same step of the other side read in two ways.

    `steps` has the readings by name, `y` (N,) the labels of the batch. Arrays are good until the next moment.
    """

    number: int
    y: NDArray
    start: Start
    reference: Step
    steps: dict[str, Step]


def lockstep(
    problem: Problem, batches: Iterable[NDArray], reference: Side, own: Side, resync: Side
) -> Iterator[Moment]:
    """Take both sides through the batches of one epoch; `own` keeps its weights, `resync` is given the reference's.

    The reference's one step serves both readings: only the other side steps twice.
    """
    W0, b0 = problem.start(reference.parameters()[0].dtype.name)
    for number, index in enumerate(batches, 1):
        W, b = reference.parameters()
        velocity = reference.velocity()
        resync.start_from(W, b, velocity)
        steps = {"resynchronised": resync.step(index), "free_running": own.step(index)}
        done = reference.step(index)
        start = Start(reference.X, W, b, W0, b0, velocity, problem.chosen)
        yield Moment(number, problem.train[1][index], start, done, steps)
