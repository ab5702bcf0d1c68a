"""Every witness against every planted mistake: who sees what, and whether accuracy notices."""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

import scratch
from compare.backends import Backend, ScratchSide, Side, backend, threads
from compare.gradients import check_gradients
from compare.invariants import broken_invariants
from compare.judge import Judge, OneSideNotFiniteError
from compare.lockstep import Moment
from compare.problem import Problem
from compare.remarks import usual_band
from compare.tolerance import QUANTITIES, Start, sizes
from compare.trials import Trials, adversarial, exact_all

WITNESSES = {
    "resynchronised": "each step from the reference's weights",
    "free_running": "each side on weights of its own",
    "adversarial": "batches made to be difficult",
    "exact": "steps in which nothing rounds",
    "gradients": "differences, complex step and Taylor test of its own loss",
    "invariants": "identities that need no reference",
    "accuracy": "validation accuracy outside the usual band",
}
# Where no band is known: further from the clean run than seeds are from each other.
ACCURACY_NOTICED = 0.025


@dataclass
class Testimony:
    """What the witnesses say of one backend: by name, what gave it away ("" if nothing did), and its accuracy.

    first: the quantity, or invariant, that gave it away first, and where.
    """

    name: str
    said: dict[str, str] = field(default_factory=dict)
    accuracy: float = math.nan

    @property
    def caught(self) -> bool:
        """True if any witness but accuracy saw it; a low accuracy alone proves nothing."""
        return any(said for witness, said in self.said.items() if witness != "accuracy")

    @property
    def first(self) -> str:
        """What the first witness that saw anything said."""
        return next((f"{said} ({witness})" for witness, said in self.said.items() if said), "")


class _Contestant:
    """One backend in the tournament: it trains to the end, and is judged until it is caught."""

    def __init__(self, backend: Backend, problem: Problem, dtype: str, to_the_end: bool):
        self.backend, self.to_the_end = backend, to_the_end
        self.sides: dict[str, Side] = {
            reading: backend.side(problem, dtype) for reading in ("free_running", "resynchronised")
        }
        self.batch: tuple[NDArray, NDArray] | None = None
        for side in self.sides.values():
            # the batch is the same for all who do not spoil it, and gathered once
            if isinstance(side, ScratchSide) and side.equations.batch is scratch.batch:
                side.equations = side.equations._replace(batch=lambda *_: self.batch)
        self.judges = {reading: Judge() for reading in self.sides}
        self.testimony = Testimony(backend.name)

    def step(self, epoch: int, index: NDArray, moment: Moment, scales: dict[str, tuple[float, float]]) -> None:
        """Take one step, after the reference took it."""
        self.batch = moment.start.X, moment.y
        for reading, side in self.sides.items():
            judge = self.judges[reading]
            if judge.first_divergence and not (self.to_the_end and reading == "free_running"):
                continue
            if reading == "resynchronised":
                side.start_from(moment.start.W, moment.start.b, moment.start.velocity)
            step = side.step(index)
            if not judge.first_divergence:
                with suppress(OneSideNotFiniteError):
                    judge.see(epoch, moment._replace(steps={reading: step}), scales)

    def finish(self, problem: Problem, dtype: str, reference: Backend) -> Testimony:
        """Hear the other witnesses."""
        said = self.testimony.said
        for reading in ("resynchronised", "free_running"):
            found = self.judges[reading].first_divergence
            said[reading] = (found and f"{QUANTITIES[found.quantity].symbol} {found.epoch}/{found.step}") or ""
        said["adversarial"] = first_difference(adversarial(problem, dtype), self.backend, reference, dtype, bits=False)
        every = exact_all(problem, dtype)
        places = (first_difference(trials, self.backend, reference, dtype, bits=True) for trials in every)
        said["exact"] = next(filter(None, places), "")
        wrong = [check for check in check_gradients(problem, self.backend) if not check.right]
        said["gradients"] = f"slope {wrong[0].slope:.2f}, {wrong[0].problem} problem" if wrong else ""
        said["invariants"] = next(iter(broken_invariants(problem, self.backend, dtype)), "")
        if self.to_the_end:
            self.testimony.accuracy = self.sides["free_running"].evaluate(*problem.validation)[1]
        return self.testimony


def hear(
    problem: Problem,
    dtype: str,
    contestants: list[Backend],
    reference: Backend | None = None,
    on_step: Callable[[], None] | None = None,
    *,
    to_the_end: bool = True,
) -> list[Testimony]:
    """Train all contestants beside one reference, PyTorch unless given, and hear every witness about each.

    on_step() is called after each step of all, and after each contestant is finished. Unless `to_the_end`, who is
    caught trains no further and accuracy is not heard: it is the same in either precision. Raises InputError if the
    reference leaves the finite numbers.
    """
    reference = reference or backend("torch")
    with threads(1), np.errstate(all="ignore"):
        side = reference.side(problem, dtype)
        W0, b0 = problem.start(dtype)
        entered = [_Contestant(contestant, problem, dtype, to_the_end) for contestant in contestants]
        for epoch, batches in enumerate(problem.batches, 1):
            for number, index in enumerate(batches, 1):
                W, b = side.parameters()
                velocity = side.velocity()
                done = side.step(index)
                start = Start(side.X, W, b, W0, b0, velocity, problem.chosen)
                moment, scales = Moment(number, problem.train[1][index], start, done, {}), sizes(done, start)
                for contestant in entered:
                    contestant.step(epoch, index, moment, scales)
                if on_step:
                    on_step()
        clean = side.evaluate(*problem.validation)[1]
        low, high = usual_band(problem) or (clean - ACCURACY_NOTICED, clean + ACCURACY_NOTICED)
        heard = []
        for contestant in entered:
            found = contestant.finish(problem, dtype, reference)
            if to_the_end:
                found.said["accuracy"] = "" if low <= found.accuracy <= high else f"{found.accuracy:.1%}"
            heard.append(found)
            if on_step:
                on_step()
        return heard


def first_difference(trials: Trials, ours: Backend, theirs: Backend, dtype: str, *, bits: bool) -> str:
    """The first quantity that is over its budget (or, with `bits`, of other bits), and the case; empty if none is."""
    for case, moment in trials.moments(ours, theirs, dtype):
        if bits:
            step = moment.steps["resynchronised"]
            for quantity in QUANTITIES.values():
                if getattr(step, quantity.field).tobytes() != getattr(moment.reference, quantity.field).tobytes():
                    return f"{quantity.field}, {case.name}"
        else:
            judge = Judge()
            with suppress(OneSideNotFiniteError):
                judge.see(1, moment)
            if judge.first_divergence:
                return f"{QUANTITIES[judge.first_divergence.quantity].symbol}, {case.name}"
    return ""
