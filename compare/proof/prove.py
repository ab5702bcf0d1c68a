"""The proof: both sides trained step by step beside each other and compared, then every further check."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.by_name import SCRATCH, backend
from compare.backends.protocol import Backend, Side, State
from compare.backends.threads import threads
from compare.backends.user_file import UserFileError
from compare.errors import InputError
from compare.problem import DTYPES, Problem, checksum
from compare.proof.accuracy_loss import loses_accuracy
from compare.proof.comparison import Comparison, Deviation, OneSideNotFiniteError, both_diverge
from compare.proof.controls import check_controls
from compare.proof.exact_arithmetic import Counts, count_unequal
from compare.proof.gradient_check import GradientCheck, check_gradients
from compare.proof.hard_batches import check_hard_batches
from compare.proof.high_precision import Distances, distances_from_exact
from compare.proof.lockstep import SameStart
from compare.proof.resumed import check_resumed
from compare.proof.run import Run
from compare.proof.single_steps import real_batch
from compare.training.loop import Training
from compare.training.loop import run as train
from scratch import Rows

OnProofStep = Callable[[int, int], None]
# Makes our side and the other in the process that needs them.
SidesMaker = Callable[[], tuple[Backend, Backend]]


def prove(
    problem: Problem,
    dtype: str,
    *,
    ours: Backend = SCRATCH,
    theirs: Backend | None = None,
    on_step: OnProofStep | None = None,
    thread_count: int = 1,
) -> Run:
    """Train both sides and compare them; `theirs`, the reference, is PyTorch unless given.

    on_step(epoch, step) is called after every step. Raises InputError if both sides leave the finite numbers, because
    nothing can be compared then, ControlError if a check does not see what it must see, and UserFileError if a
    function of a user's file cannot be used.
    """
    sides = ours, theirs or backend("torch")
    run = trained(problem, dtype, *sides, on_step, thread_count)
    return judged(run, checked(problem, dtype, *sides, thread_count), problem, lambda: sides, thread_count)


def trained(
    problem: Problem,
    dtype: str,
    ours: Backend,
    theirs: Backend,
    on_step: OnProofStep | None = None,
    thread_count: int = 1,
) -> Run:
    """The first part of a proof: the controls, and every step of the training. Raises what `prove` raises."""
    if dtype not in DTYPES:
        raise InputError(f"the proof is in float32 or float64, not {dtype}")
    theirs = _named_apart(ours, theirs)
    with threads(thread_count), np.errstate(all="ignore"):
        controls = check_controls(problem, dtype, theirs)
        run = _train(problem, dtype, ours, theirs, on_step)
        run.controls = controls
        if run.only_amplified:
            run.growth = _growth(problem, dtype, ours)
    return run


class Checked(NamedTuple):
    """What the checks that need no training found; see `Run`."""

    hard_batches: dict[str, Deviation]
    exact_arithmetic: dict[str, Counts]
    distance_from_exact: dict[str, Distances]
    gradient_checks: dict[str, list[GradientCheck]]


def checked(problem: Problem, dtype: str, ours: Backend, theirs: Backend, thread_count: int = 1) -> Checked:
    """The second part of a proof, which needs nothing of the first. Raises UserFileError."""
    theirs = _named_apart(ours, theirs)
    with threads(thread_count), np.errstate(all="ignore"):
        hard_batches = check_hard_batches(problem, dtype, ours, theirs) | check_resumed(problem, dtype, ours, theirs)
        exact_arithmetic = count_unequal(problem, dtype, ours, theirs)
        ((_, pair),) = real_batch(problem, dtype).pairs(ours, theirs, dtype)
        distances = distances_from_exact(pair, problem.chosen.lr)
        with _place("in the gradient checks"):
            gradients = {side.name: check_gradients(problem, side) for side in (ours, theirs)}
    return Checked(hard_batches, exact_arithmetic, distances, gradients)


def judged(run: Run, found: Checked, problem: Problem, sides: SidesMaker, thread_count: int = 1) -> Run:
    """Both parts of a proof together; if the sides differ, also whether that is a loss of accuracy."""
    run = replace(run, **found._asdict())
    if run.verdict == "differ":
        with threads(thread_count), np.errstate(all="ignore"):
            run.loses_accuracy = loses_accuracy(problem, *sides())
    return run


def _named_apart(ours: Backend, theirs: Backend) -> Backend:
    return theirs._replace(name=f"{theirs.name} (against)") if ours.name == theirs.name else theirs


@contextmanager
def _place(where: str) -> Iterator[None]:
    """Add the place to what a user's file does wrong."""
    try:
        yield
    except UserFileError as error:
        raise error.at(where) from None


def _train(problem: Problem, dtype: str, ours: Backend, theirs: Backend, on_step: OnProofStep | None) -> Run:
    own, again, reference = (side.side(problem, dtype) for side in (ours, ours, theirs))
    trainings = Training(ours.name, own, problem), Training(theirs.name, reference, problem)
    comparison, same_start = Comparison((ours.name, theirs.name)), SameStart(problem, reference, again)
    own.keep_quantities()
    run = Run(dtype, comparison.sides, comparison.worst, trace=comparison.trace, evaluated_on=problem.evaluated_on)

    def compare(epoch: int, number: int, index: NDArray, steps: Sequence[Any]) -> None:
        comparison.add(epoch, same_start.pair(number, index, own.quantities(steps[0]), steps[1]))
        run.steps += 1
        if on_step:
            on_step(epoch, number)

    try:
        train(trainings, compare)
    except OneSideNotFiniteError:
        pass  # the comparison has it as the first divergence, and there is nothing left to train
    except FloatingPointError as error:
        raise both_diverge(str(error)) from None
    run.first_divergence = comparison.first_divergence
    with _place("after training"):
        _evaluate(run, problem, trainings, again)
    _keep_results(run, trainings)
    return run


def _evaluate(run: Run, problem: Problem, trainings: tuple[Training, Training], again: Side) -> None:
    own, reference = (training.side for training in trainings)
    parts: list[tuple[NDArray | Rows, NDArray]] = [problem.validation, *([problem.test] if problem.test else [])]
    for images, labels in (part for part in parts if len(part[1])):
        run.predictions.compare(images, own, reference, run.steps)
        run.predictions.evaluate(images, labels, again, reference)
    if problem.test:
        run.test = {training.name: training.side.evaluate(*problem.test).accuracy for training in trainings}


def _keep_results(run: Run, trainings: tuple[Training, Training]) -> None:
    run.history = {training.name: training.history for training in trainings}
    run.seconds = {training.name: training.side.seconds for training in trainings}
    ends = [training.side.state() for training in trainings]
    run.weights = {name: checksum(end.W, end.b) for name, end in zip(run.sides, ends, strict=True)}
    run.templates, run.bias = ends[0].W, ends[0].b
    run.drift = {name: float(np.abs(getattr(ends[0], name) - getattr(ends[1], name)).max()) for name in ("W", "b")}


def _growth(problem: Problem, dtype: str, ours: Backend) -> float:
    """How many times larger a change of every weight by one rounding is at the end of training than at its start."""
    first, second = (Training(ours.name, ours.side(problem, dtype), problem) for _ in range(2))
    W, b = problem.start(dtype)
    changed = W * W.dtype.type(1 + np.finfo(dtype).eps)
    second.side.start_from(State(changed, b))
    train([first, second])
    apart = np.abs(first.side.state().W - second.side.state().W).max()
    return float(apart / np.abs(changed - W).max())
