"""Every check against every planted mistake: who sees what, and whether accuracy notices."""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

import scratch
from compare.backends.by_name import backend
from compare.backends.protocol import Backend, Side, State
from compare.backends.scratch_side import ScratchSide
from compare.backends.threads import threads
from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.comparison import Comparison, OneSideNotFiniteError
from compare.proof.gradient_check import check_gradients
from compare.proof.identities import broken_identities
from compare.proof.lockstep import StepPair
from compare.proof.single_steps import SingleSteps, all_exact_steps, hard_batches
from compare.proof.tolerance import Start, sizes
from compare.training.advice import usual_band

CHECKS = {
    "one_step": "each step from the reference's weights",
    "whole_run": "each side on weights of its own",
    "hard_batches": "batches made to be difficult",
    "exact": "steps in which nothing rounds",
    "gradients": "differences, complex step and Taylor test of its own loss",
    "invariants": "identities that need no reference",
    "accuracy": "validation accuracy outside the usual band",
}
# Where no band is known: further from the clean run than seeds are from each other.
ACCURACY_NOTICED = 0.025


@dataclass
class Detection:
    """What the checks say of one backend: by name, what gave it away ("" if nothing did), and its accuracy.

    first: the quantity, or invariant, that gave it away first, and where.
    """

    name: str
    said: dict[str, str] = field(default_factory=dict)
    accuracy: float = math.nan

    @property
    def caught(self) -> bool:
        """True if any check but accuracy saw it; a low accuracy alone proves nothing."""
        return any(said for check, said in self.said.items() if check != "accuracy")

    @property
    def first(self) -> str:
        """What the first check that saw anything said."""
        return next((f"{said} ({check})" for check, said in self.said.items() if said), "")


class Candidate:
    """One backend in the tournament: it trains to the end, and is judged until it is caught."""

    def __init__(self, backend: Backend, problem: Problem, dtype: str, to_the_end: bool):
        self.backend, self.to_the_end = backend, to_the_end
        self.sides: dict[str, Side] = {reading: backend.side(problem, dtype) for reading in ("whole_run", "one_step")}
        self.batch: tuple[NDArray, NDArray] | None = None
        for side in self.sides.values():
            # the batch is the same for all who do not spoil it, and gathered once
            if isinstance(side, ScratchSide) and side.equations.batch is scratch.batch:
                side.equations = side.equations._replace(batch=lambda *_: self.batch)
        self.comparisons = {reading: Comparison() for reading in self.sides}
        self.detection = Detection(backend.name)

    def step(
        self, epoch: int, index: NDArray, before: State, pair: StepPair, scales: dict[str, tuple[float, float]]
    ) -> None:
        """Take one step, after the reference took it."""
        self.batch = pair.reference.X, pair.reference.y
        for reading, side in self.sides.items():
            comparison = self.comparisons[reading]
            if comparison.first_divergence and not (self.to_the_end and reading == "whole_run"):
                continue
            if reading == "one_step":
                side.start_from(before)
            step = side.step(index)
            if not comparison.first_divergence:
                with suppress(OneSideNotFiniteError):
                    comparison.add(epoch, pair._replace(steps={reading: step}), scales)

    def finish(self, problem: Problem, dtype: str, reference: Backend) -> Detection:
        """Hear the other checks."""
        said = self.detection.said
        for reading in ("one_step", "whole_run"):
            found = self.comparisons[reading].first_divergence
            said[reading] = (found and f"{QUANTITIES[found.quantity].symbol} {found.epoch}/{found.step}") or ""
        said["hard_batches"] = first_difference(
            hard_batches(problem, dtype), self.backend, reference, dtype, bits=False
        )
        every = all_exact_steps(problem, dtype)
        places = (first_difference(trials, self.backend, reference, dtype, bits=True) for trials in every)
        said["exact"] = next(filter(None, places), "")
        wrong = [check for check in check_gradients(problem, self.backend) if not check.right]
        said["gradients"] = f"slope {wrong[0].slope:.2f}, {wrong[0].problem} problem" if wrong else ""
        said["invariants"] = next(iter(broken_identities(problem, self.backend, dtype)), "")
        if self.to_the_end:
            self.detection.accuracy = self.sides["whole_run"].evaluate(*problem.validation)[1]
        return self.detection


def detect(
    problem: Problem,
    dtype: str,
    candidates: list[Backend],
    reference: Backend | None = None,
    on_step: Callable[[], None] | None = None,
    *,
    to_the_end: bool = True,
) -> list[Detection]:
    """Train all candidates beside one reference, PyTorch unless given, and run every check on each.

    on_step() is called after each step of all, and after each candidate is finished. Unless `to_the_end`, who is
    caught trains no further and has no accuracy: it is the same in either precision. Raises InputError if the
    reference leaves the finite numbers.
    """
    reference = reference or backend("torch")
    with threads(1), np.errstate(all="ignore"):
        side = reference.side(problem, dtype)
        initial = problem.start(dtype)
        entered = [Candidate(candidate, problem, dtype, to_the_end) for candidate in candidates]
        for epoch, batches in enumerate(problem.batches, 1):
            for number, index in enumerate(batches, 1):
                before = side.state()
                done = side.step(index)
                start = Start.of(before, initial, problem.chosen)
                pair, scales = StepPair(number, start, done, {}), sizes(done, start)
                for candidate in entered:
                    candidate.step(epoch, index, before, pair, scales)
                if on_step:
                    on_step()
        clean = side.evaluate(*problem.validation)[1]
        low, high = usual_band(problem) or (clean - ACCURACY_NOTICED, clean + ACCURACY_NOTICED)
        detections = []
        for candidate in entered:
            found = candidate.finish(problem, dtype, reference)
            if to_the_end:
                found.said["accuracy"] = "" if low <= found.accuracy <= high else f"{found.accuracy:.1%}"
            detections.append(found)
            if on_step:
                on_step()
        return detections


def first_difference(trials: SingleSteps, ours: Backend, theirs: Backend, dtype: str, *, bits: bool) -> str:
    """The first quantity that is over its budget (or, with `bits`, of other bits), and the case; empty if none is."""
    for case, pair in trials.pairs(ours, theirs, dtype):
        if bits:
            step = pair.steps["one_step"]
            for quantity in QUANTITIES.values():
                if getattr(step, quantity.field).tobytes() != getattr(pair.reference, quantity.field).tobytes():
                    return f"{quantity.field}, {case.name}"
        else:
            comparison = Comparison()
            with suppress(OneSideNotFiniteError):
                comparison.add(1, pair)
            if comparison.first_divergence:
                return f"{QUANTITIES[comparison.first_divergence.quantity].symbol}, {case.name}"
    return ""
