"""Every check on every mistake: which check detects which mistake."""

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.by_name import backend
from compare.backends.protocol import Backend, State
from compare.backends.scratch_side import step_beside
from compare.backends.threads import threads
from compare.bugs.sharing import Known
from compare.equations import QUANTITIES
from compare.errors import InputError
from compare.problem import Problem
from compare.proof.checks import CHECKS
from compare.proof.comparison import Comparison, OneSideNotFiniteError, within
from compare.proof.exact_arithmetic import first_unequal
from compare.proof.gradient_check import first_wrong_gradient
from compare.proof.hard_batches import all_hard_batches, first_over_budget
from compare.proof.identities import broken_identities
from compare.proof.lockstep import StepPair
from compare.proof.tolerance import Start, limits, sizes
from compare.training.loop import Training
from compare.training.loop import run as train
from scratch import Step

# The checks of a mistake, in the order in which they are run.
DETECTION_CHECKS = tuple(name for name in CHECKS if name not in ("evaluation", "predictions"))


@dataclass
class Detection:
    """What the checks found wrong with one backend: of each check the reason, empty if it passed; and the accuracy.

    accuracy: share of the validation images after training; nan if nobody asked. reached: the same of the run beside
    the reference; nan if that ended before, with a difference.
    """

    name: str
    reasons: dict[str, str] = field(default_factory=dict)
    accuracy: float = math.nan
    reached: float = math.nan

    @property
    def detected(self) -> bool:
        """True if any check but accuracy failed; a low accuracy alone proves nothing."""
        return any(reason for check, reason in self.reasons.items() if check != "accuracy")

    @property
    def first(self) -> str:
        """The reason of the first check that failed, and that check; empty if none did."""
        found = ((CHECKS[check].name, reason) for check, reason in self.reasons.items() if reason)
        return next((f"{reason} ({check})" for check, reason in found), "")


class Right(NamedTuple):
    """A step of the reference, and by reading how far each quantity of the candidates may be from it.

    t: the number of the step in the run. pair: the step without one of a candidate. found: by reading
    and the id of each quantity a step that was compared, which keeps the ids its own, and its difference.
    """

    epoch: int
    t: int
    pair: StepPair
    limits: dict[str, dict[str, float]]
    found: dict[tuple[str, tuple[int, ...]], tuple[Step, str]]

    @classmethod
    def of(cls, epoch: int, t: int, pair: StepPair) -> "Right":
        """With the limits, which are the same for all candidates."""
        scales, dtype = sizes(pair.reference, pair.start), pair.reference.W.dtype
        return cls(epoch, t, pair, {"one_step": limits(scales, 1, dtype), "whole_run": limits(scales, t, dtype)}, {})

    def difference(self, reading: str, step: Step) -> str:
        """The first quantity of a step that is over its budget, and where, as `dW 1/2`; empty if none is.

        Raises what `Comparison.add` raises.
        """
        key = reading, tuple(map(id, step))
        if key not in self.found:
            self.found[key] = step, self._difference(reading, step)
        return self.found[key][1]

    def _difference(self, reading: str, step: Step) -> str:
        if within(step, self.pair.reference, self.limits[reading]):
            return ""
        comparison = Comparison()
        comparison.steps = self.t - 1
        with suppress(OneSideNotFiniteError):
            comparison.add(self.epoch, self.pair._replace(steps={reading: step}))
        found = comparison.first_divergence
        return f"{QUANTITIES[found.quantity].symbol} {found.epoch}/{found.step}" if found else ""


class Candidate:
    """One backend beside the reference: it trains until a difference is found."""

    def __init__(self, backend: Backend, problem: Problem, dtype: str, known: Known):
        self.backend, self.problem, self.dtype = backend, problem, dtype
        self.sides = {reading: known.side(backend, problem, dtype) for reading in ("one_step", "whole_run")}
        # of each reading where it differs first; empty while it does not
        self.differs = dict.fromkeys(self.sides, "")

    def step(self, index: NDArray, right: Right) -> None:
        """Take one step in each reading, after the reference took it."""
        for reading, side in self.sides.items():
            if self.differs[reading]:
                continue
            if reading == "one_step":
                start = right.pair.start
                side.start_from(State(start.W, start.b, start.velocity))
            step = step_beside(side, index, right.pair.reference)
            self.differs[reading] = right.difference(reading, step)

    def finish(self, reference: Backend) -> Detection:
        """Run the other checks."""
        reasons = dict(self.differs)
        for check, run in checks_without_training(self.problem, self.dtype, self.backend, reference).items():
            reasons[check] = run()
        if reasons["whole_run"]:
            return Detection(self.backend.name, reasons)
        reached = self.sides["whole_run"].evaluate(*self.problem.evaluated).accuracy
        return Detection(self.backend.name, reasons, reached=reached)


def checks_without_training(
    problem: Problem, dtype: str, ours: Backend, theirs: Backend
) -> dict[str, Callable[[], str]]:
    """The checks that need no training: each runs when it is called, and returns its reason, empty if it passed."""
    return {
        "hard_batches": lambda: _hard_batches(problem, dtype, ours, theirs),
        "exact_arithmetic": lambda: first_unequal(problem, dtype, ours, theirs),
        "gradient_checks": lambda: _wrong_gradient(problem, ours),
        "identities": lambda: next(iter(broken_identities(problem, ours, dtype)), ""),
    }


def _hard_batches(problem: Problem, dtype: str, ours: Backend, theirs: Backend) -> str:
    groups = all_hard_batches(problem, dtype)
    return next(filter(None, (first_over_budget(one, ours, theirs, dtype) for one in groups)), "")


def detect(
    problem: Problem,
    dtype: str,
    candidates: list[Backend],
    reference: Backend | None = None,
    on_step: Callable[[], None] | None = None,
) -> list[Detection]:
    """Train all candidates beside one reference, PyTorch unless given, and run every check on each.

    on_step() is called after each step of all, and after each candidate is finished. A run that differs goes no
    further. Raises InputError if the reference leaves the finite numbers.
    """
    reference = reference or backend("torch")
    on_step = on_step or (lambda: None)
    with threads(1), np.errstate(all="ignore"):
        side = reference.side(problem, dtype)
        known = Known()
        entered = [Candidate(candidate, problem, dtype, known) for candidate in candidates]
        _train(Training(reference.name, side, problem), entered, on_step)
        detections = []
        for candidate in entered:
            detections.append(candidate.finish(reference))
            on_step()
        return detections


def _train(reference: Training, entered: list[Candidate], on_step: Callable[[], None]) -> None:
    """Train the reference; each candidate takes every step after it."""
    side, before = reference.side, reference.side.state()
    initial = before.W, before.b
    side.keep_quantities()

    def all_step(epoch: int, number: int, index: NDArray, steps: Sequence[Any]) -> None:
        nonlocal before
        start = Start.of(before, initial, reference.problem.chosen)
        t = (epoch - 1) * reference.problem.steps_per_epoch + number
        right = Right.of(epoch, t, StepPair(number, start, side.quantities(steps[0]), {}))
        for candidate in entered:
            candidate.step(index, right)
        before = side.state()
        on_step()

    try:
        train([reference], all_step)
    except FloatingPointError as error:
        raise InputError(f"the reference diverges: {error}; try a smaller --lr") from None


def _wrong_gradient(problem: Problem, backend: Backend) -> str:
    wrong = first_wrong_gradient(problem, backend)
    return f"error {wrong.complex_step:.0e}, slope {wrong.slope:.2f}, {wrong.problem} problem" if wrong else ""
