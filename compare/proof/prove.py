"""The proof: both sides trained in lockstep and judged at every step, then asked in every other way we know."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.backends.by_name import SCRATCH, backend
from compare.backends.protocol import Backend, State
from compare.backends.threads import threads
from compare.backends.user_file import UserFileError
from compare.equations import QUANTITIES
from compare.errors import InputError
from compare.problem import Problem, checksum
from compare.proof.comparison import Comparison, Deviation, OneSideNotFiniteError, both_diverge
from compare.proof.gradient_check import GradientCheck, check_gradients
from compare.proof.high_precision import Distances, distances_from_exact
from compare.proof.lockstep import SameStart
from compare.proof.predictions import Predictions
from compare.proof.single_steps import all_exact_steps, hard_batches, plain
from compare.training.loop import Training
from compare.training.loop import run as train
from scratch import Record


@dataclass
class Run:
    """What the proof found in one dtype. `sides` names the two, the judged one first; dicts by side use these names.

    worst has a deviation for every quantity and reading; history the records of each side.
    hard_batches: of each batch the deviation that used most of its budget. exact: of each quantity how many values
    there were, and how many of them differ. truth: of each quantity how far each side is from it. gradients: of each
    side, without trust in the other. weights are checksums of the final parameters, drift how far apart these are at
    most, templates the first side's W (K, D). growth, known where only the whole run is over budget, is how many times
    a change of the initial weights by one rounding grows in this training by itself. trace is the share of each budget
    used at worst in each epoch.
    """

    dtype: str
    sides: tuple[str, str]
    worst: dict[tuple[str, str], Deviation]
    first_divergence: Deviation | None = None
    steps: int = 0
    history: dict[str, list[Record]] = field(default_factory=dict)
    test: dict[str, float] | None = None
    predictions: Predictions = field(default_factory=Predictions)
    hard_batches: dict[str, Deviation] = field(default_factory=dict)
    exact: dict[str, tuple[int, int]] = field(default_factory=dict)
    truth: dict[str, Distances] = field(default_factory=dict)
    gradients: dict[str, list[GradientCheck]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    weights: dict[str, str] = field(default_factory=dict)
    drift: dict[str, float] = field(default_factory=dict)
    trace: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    templates: NDArray | None = None
    growth: float | None = None

    @property
    def checks(self) -> dict[str, bool]:
        """By name whether a check is content; `match` needs all of them."""
        return {
            "training": self.first_divergence is None,
            "hard_batches": all(found.used <= 1 for found in self.hard_batches.values()),
            "exact": not any(unequal for _, unequal in self.exact.values()),
            "gradients": all(check.right for checks in self.gradients.values() for check in checks),
            "evaluation": self.predictions.evaluation <= 1,
            "predictions": self.predictions.differ <= self.predictions.near_ties,
        }

    @property
    def verdict(self) -> str:
        """`match` if every check is content, else `differ`."""
        return "match" if all(self.checks.values()) else "differ"

    @property
    def only_amplified(self) -> bool:
        """True if every single step is within budget, and only the whole run is not."""
        steps = (found for (_, reading), found in self.worst.items() if reading == "one_step")
        others = (content for name, content in self.checks.items() if name not in ("training", "predictions"))
        return self.first_divergence is not None and all(found.used <= 1 for found in steps) and all(others)


def prove(
    problem: Problem,
    dtype: str,
    *,
    ours: Backend = SCRATCH,
    theirs: Backend | None = None,
    on_step: Callable[[int, int], None] | None = None,
    thread_count: int = 1,
) -> Run:
    """Train both sides and compare them; `theirs`, the reference, is PyTorch unless given.

    on_step(epoch, step) is called after every step. Raises InputError if both sides leave the finite numbers, for then
    there is nothing to compare, and UserFileError if a function of an attempt cannot be used.
    """
    if dtype not in ("float32", "float64"):
        raise InputError(f"the proof is in float32 or float64, not {dtype}")
    theirs = theirs or backend("torch")
    if ours.name == theirs.name:
        theirs = theirs._replace(name=f"{theirs.name} (against)")
    with threads(thread_count), np.errstate(all="ignore"):
        run = _train(problem, dtype, ours, theirs, on_step)
        if run.only_amplified:
            run.growth = _growth(problem, dtype, ours)
        _difficult_batches(run, problem, ours, theirs)
        _exact_batches(run, problem, ours, theirs)
        for _, pair in plain(problem, dtype).pairs(ours, theirs, dtype):
            run.truth = distances_from_exact(pair, problem.chosen.lr)
        with _place("in the gradient checks"):
            for side in (ours, theirs):
                run.gradients[side.name] = check_gradients(problem, side)
    return run


@contextmanager
def _place(where: str) -> Iterator[None]:
    """Add the place to what a user's file does wrong."""
    try:
        yield
    except UserFileError as error:
        raise error.at(where) from None


def _train(
    problem: Problem, dtype: str, ours: Backend, theirs: Backend, on_step: Callable[[int, int], None] | None
) -> Run:
    own, again = (ours.side(problem, dtype) for _ in range(2))
    reference = theirs.side(problem, dtype)
    trainings = Training(ours.name, own, problem), Training(theirs.name, reference, problem)
    comparison, same_start = Comparison((ours.name, theirs.name)), SameStart(problem, reference, again)
    run = Run(dtype, comparison.sides, comparison.worst)

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
    run.history = {training.name: training.history for training in trainings}
    run.first_divergence, run.trace = comparison.first_divergence, comparison.trace
    with _place("in the evaluation after training"):
        for images, labels in filter(None, (problem.validation, problem.test)):
            run.predictions.compare(images, own, reference, run.steps)
            run.predictions.evaluate(images, labels, again, reference)
        if problem.test:
            run.test = {training.name: training.side.evaluate(*problem.test).accuracy for training in trainings}
    run.seconds = {training.name: training.side.seconds for training in trainings}
    ends = {training.name: training.side.state()[:2] for training in trainings}
    run.weights = {name: checksum(*parameters) for name, parameters in ends.items()}
    run.templates = ends[ours.name][0]
    run.drift = {name: float(np.abs(a - b).max()) for name, a, b in zip("Wb", *ends.values(), strict=True)}
    return run


def _growth(problem: Problem, dtype: str, ours: Backend) -> float:
    """How many times larger a change of every weight by one rounding is at the end of training than at its start."""
    first, second = (ours.side(problem, dtype) for _ in range(2))
    W, b = problem.start(dtype)
    changed = W * W.dtype.type(1 + np.finfo(dtype).eps)
    second.start_from(State(changed, b))
    for index in chain.from_iterable(problem.batches):
        first.step(index)
        second.step(index)
    apart = np.abs(first.state().W - second.state().W).max()
    return float(apart / np.abs(changed - W).max())


def _difficult_batches(run: Run, problem: Problem, ours: Backend, theirs: Backend) -> None:
    for case, pair in hard_batches(problem, run.dtype).pairs(ours, theirs, run.dtype):
        comparison = Comparison(run.sides)
        with suppress(OneSideNotFiniteError):  # the worst deviation says so
            comparison.add(1, pair)
        # a share that is no number is worse than any number
        worst = max(comparison.worst.values(), key=lambda found: found.used if found.used == found.used else math.inf)
        known = run.hard_batches.get(case.name)
        # several batches share a name; a share that is no number compares false with any
        if known is None or (known.used <= 1 and not worst.used <= known.used):
            run.hard_batches[case.name] = comparison.first_divergence or worst


def _exact_batches(run: Run, problem: Problem, ours: Backend, theirs: Backend) -> None:
    for _, pair in chain.from_iterable(
        one.pairs(ours, theirs, run.dtype) for one in all_exact_steps(problem, run.dtype)
    ):
        for name, quantity in QUANTITIES.items():
            a, b = getattr(pair.steps["one_step"], quantity.field), getattr(pair.reference, quantity.field)
            values, unequal = run.exact.get(name, (0, 0))
            bits = [np.atleast_1d(array).view(f"u{array.itemsize}") for array in (a, b)]
            run.exact[name] = values + np.size(b), unequal + int(np.count_nonzero(bits[0] != bits[1]))
