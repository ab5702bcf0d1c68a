"""The proof: both sides trained in lockstep and judged at every step, then asked in every other way we know."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.attempt import AttemptError
from compare.backends import SCRATCH, Backend, Side, backend, threads
from compare.errors import InputError
from compare.gradients import GradientCheck, check_gradients
from compare.judge import Finding, Judge, OneSideNotFiniteError, both_diverge
from compare.lockstep import lockstep
from compare.predictions import Predictions
from compare.problem import Problem, checksum
from compare.tolerance import QUANTITIES
from compare.trials import adversarial, exact_all, plain
from compare.truth import Opinion, third_opinion
from scratch import correct


@dataclass
class Run:
    """What the proof found in one dtype. `sides` names the two, the judged one first; dicts by side use these names.

    worst has a finding for every quantity and reading; curve a record for every epoch, from before training on.
    adversarial: of each batch the finding that used most of its budget. exact: of each quantity how many values there
    were, and how many of them differ. truth: of each quantity how far each side is from it. gradients: of each side,
    without trust in the other. weights are checksums of the final parameters, drift how far apart these are at most,
    templates the judged side's W (K, D). growth, known where only the whole run is over budget, is how many times a
    change of the initial weights by one rounding grows in this training by itself. trace is the share of each budget
    used at worst in each epoch.
    """

    dtype: str
    sides: tuple[str, str]
    worst: dict[tuple[str, str], Finding]
    first_divergence: Finding | None = None
    steps: int = 0
    curve: list[dict[str, Any]] = field(default_factory=list)
    test: dict[str, float] | None = None
    predictions: Predictions = field(default_factory=Predictions)
    adversarial: dict[str, Finding] = field(default_factory=dict)
    exact: dict[str, tuple[int, int]] = field(default_factory=dict)
    truth: dict[str, Opinion] = field(default_factory=dict)
    gradients: dict[str, list[GradientCheck]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    weights: dict[str, str] = field(default_factory=dict)
    drift: dict[str, float] = field(default_factory=dict)
    trace: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    templates: NDArray | None = None
    growth: float | None = None

    @property
    def witnesses(self) -> dict[str, bool]:
        """By name whether a witness is content; `match` needs all of them."""
        return {
            "training": self.first_divergence is None,
            "adversarial": all(found.used <= 1 for found in self.adversarial.values()),
            "exact": not any(unequal for _, unequal in self.exact.values()),
            "gradients": all(check.right for checks in self.gradients.values() for check in checks),
            "evaluation": self.predictions.evaluation <= 1,
            "predictions": self.predictions.differ <= self.predictions.near_ties,
        }

    @property
    def verdict(self) -> str:
        """`match` if every witness is content, else `differ`."""
        return "match" if all(self.witnesses.values()) else "differ"

    @property
    def only_amplified(self) -> bool:
        """True if every single step is within budget, and only the whole run is not."""
        steps = (found for (_, reading), found in self.worst.items() if reading == "resynchronised")
        others = (content for name, content in self.witnesses.items() if name not in ("training", "predictions"))
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
    there is nothing to compare, and AttemptError if a function of an attempt cannot be used.
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
        for _, moment in plain(problem, dtype).moments(ours, theirs, dtype):
            run.truth = third_opinion(moment, problem.chosen.lr)
        with _telling("in the test of gradients"):
            for side in (ours, theirs):
                run.gradients[side.name] = check_gradients(problem, side)
    return run


@contextmanager
def _telling(where: str) -> Iterator[None]:
    """Add the place to what an attempt does wrong."""
    try:
        yield
    except AttemptError as error:
        raise error.at(where) from None


def _train(
    problem: Problem, dtype: str, ours: Backend, theirs: Backend, on_step: Callable[[int, int], None] | None
) -> Run:
    own, resync = (ours.side(problem, dtype) for _ in range(2))
    reference = theirs.side(problem, dtype)
    sides: dict[str, Side] = {ours.name: own, theirs.name: reference}
    judge = Judge((ours.name, theirs.name))
    run = Run(dtype, judge.sides, judge.worst)
    where = "in the evaluation before training"
    try:
        _extend(run.curve, sides, problem, {name: side.evaluate(*problem.train) for name, side in sides.items()})
        for epoch, batches in enumerate(problem.batches, 1):
            totals = {name: np.zeros(2) for name in sides}
            where = f"at epoch {epoch}, step 1"
            for moment in lockstep(problem, batches, reference, own, resync):
                where = f"at epoch {epoch}, step {moment.number + 1}"
                judge.see(epoch, moment)
                done = dict(zip(sides, (moment.steps["free_running"], moment.reference), strict=True))
                for name, step in done.items():
                    totals[name] += float(step.L) * len(moment.y), correct(step.Z, moment.y)
                run.steps += 1
                if on_step:
                    on_step(epoch, moment.number)
            where = f"in the evaluation after epoch {epoch}"
            images = len(problem.train[1])
            _extend(run.curve, sides, problem, {name: tuple(both / images) for name, both in totals.items()})
    except OneSideNotFiniteError:
        pass  # the judge has it as the first divergence, and there is nothing left to train
    except AttemptError as error:
        raise error.at(where) from None
    run.first_divergence, run.trace = judge.first_divergence, judge.trace
    with _telling("in the evaluation after training"):
        for images, labels in filter(None, (problem.validation, problem.test)):
            run.predictions.compare(images, own, reference, run.steps)
            run.predictions.evaluate(images, labels, resync, reference)
        if problem.test:
            run.test = {name: side.evaluate(*problem.test)[1] for name, side in sides.items()}
    run.seconds = {name: side.seconds for name, side in sides.items()}
    run.weights = {name: checksum(*side.parameters()) for name, side in sides.items()}
    run.templates = own.parameters()[0]
    ends = zip("Wb", own.parameters(), reference.parameters(), strict=True)
    run.drift = {name: float(np.abs(a - b).max()) for name, a, b in ends}
    return run


def _growth(problem: Problem, dtype: str, ours: Backend) -> float:
    """How many times larger a change of every weight by one rounding is at the end of training than at its start."""
    first, second = (ours.side(problem, dtype) for _ in range(2))
    W, b = problem.start(dtype)
    changed = W * W.dtype.type(1 + np.finfo(dtype).eps)
    second.start_from(changed, b, None)
    for index in chain.from_iterable(problem.batches):
        first.step(index)
        second.step(index)
    apart = np.abs(first.parameters()[0] - second.parameters()[0]).max()
    return float(apart / np.abs(changed - W).max())


def _difficult_batches(run: Run, problem: Problem, ours: Backend, theirs: Backend) -> None:
    for case, moment in adversarial(problem, run.dtype).moments(ours, theirs, run.dtype):
        judge = Judge(run.sides)
        with suppress(OneSideNotFiniteError):  # the worst finding says so
            judge.see(1, moment)
        # a share that is no number is worse than any number
        worst = max(judge.worst.values(), key=lambda found: found.used if found.used == found.used else math.inf)
        known = run.adversarial.get(case.name)
        # several batches share a name; a share that is no number compares false with any
        if known is None or (known.used <= 1 and not worst.used <= known.used):
            run.adversarial[case.name] = judge.first_divergence or worst


def _exact_batches(run: Run, problem: Problem, ours: Backend, theirs: Backend) -> None:
    for _, moment in chain.from_iterable(one.moments(ours, theirs, run.dtype) for one in exact_all(problem, run.dtype)):
        for name, quantity in QUANTITIES.items():
            a, b = getattr(moment.steps["resynchronised"], quantity.field), getattr(moment.reference, quantity.field)
            values, unequal = run.exact.get(name, (0, 0))
            bits = [np.atleast_1d(array).view(f"u{array.itemsize}") for array in (a, b)]
            run.exact[name] = values + np.size(b), unequal + int(np.count_nonzero(bits[0] != bits[1]))


def _extend(
    curve: list[dict[str, Any]], sides: dict[str, Side], problem: Problem, training: dict[str, tuple[float, float]]
) -> None:
    record: dict[str, Any] = {"epoch": len(curve)}
    for name, side in sides.items():
        loss, accuracy = side.evaluate(*problem.validation)
        kept = dict(zip(("train_loss", "train_accuracy"), map(float, training[name]), strict=True))
        record[name] = {**kept, "val_loss": loss, "val_accuracy": accuracy}
    curve.append(record)
    if not any(math.isfinite(record[name]["val_loss"]) for name in sides):
        raise both_diverge(f"the validation loss is {record[name]['val_loss']} after epoch {record['epoch']}")
