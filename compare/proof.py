"""The proof: both sides trained in lockstep, judged at every step, and compared image by image at the end."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.backends import ScratchSide, Side, TorchSide, module, one_thread
from compare.errors import InputError
from compare.judge import Finding, Judge, OneSideNotFiniteError, both_diverge
from compare.lockstep import lockstep
from compare.problem import Problem, checksum
from compare.tolerance import allowed, largest_products
from scratch import EQUATIONS, Equations, correct, pixels


@dataclass
class Run:
    """What the proof found in one dtype; sides are named `scratch` and `torch` throughout.

    worst has a finding for every quantity and reading; curve a record for every epoch, from before training on.
    differ of the compared images were classified differently, near_ties of those within rounding of a tie.
    weights are checksums of the final parameters, drift how far apart these are at most, templates scratch's W (K, D).
    trace is the share of each budget used at worst in each epoch.
    """

    dtype: str
    worst: dict[tuple[str, str], Finding]
    first_divergence: Finding | None = None
    steps: int = 0
    curve: list[dict[str, Any]] = field(default_factory=list)
    test: dict[str, float] | None = None
    compared: int = 0
    differ: int = 0
    near_ties: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    weights: dict[str, str] = field(default_factory=dict)
    drift: dict[str, float] = field(default_factory=dict)
    trace: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    templates: NDArray | None = None

    @property
    def verdict(self) -> str:
        """`match` if nothing was over its budget, else `differ`."""
        return "differ" if self.first_divergence or self.differ > self.near_ties else "match"

    @property
    def only_amplified(self) -> bool:
        """True if every single step is within budget, and only the whole run is not."""
        steps = (found for (_, reading), found in self.worst.items() if reading == "resynchronised")
        return self.verdict == "differ" and all(found.used <= 1 for found in steps)


def prove(
    problem: Problem,
    dtype: str,
    *,
    equations: Callable[[], Equations] = lambda: EQUATIONS,
    on_step: Callable[[int, int], None] | None = None,
) -> Run:
    """Train both sides and compare them; `equations` makes the six functions of the scratch side.

    on_step(epoch, step) is called after every step. Raises InputError if both sides leave the finite numbers:
    then there is nothing to compare.
    """
    if dtype not in ("float32", "float64"):
        raise InputError(f"the proof is in float32 or float64, not {dtype}")
    module("torch")  # loaded before its threads are counted
    with one_thread(), np.errstate(all="ignore"):
        own, resync = (ScratchSide(problem, dtype, equations()) for _ in range(2))
        sides: dict[str, Side] = {"scratch": own, "torch": TorchSide(problem, dtype)}
        judge = Judge()
        run = Run(dtype, judge.worst)
        _extend(
            run.curve,
            sides,
            problem,
            {name: side.evaluate(*problem.train) for name, side in sides.items()},
        )
        try:
            for epoch, batches in enumerate(problem.batches, 1):
                totals = {name: np.zeros(2) for name in sides}
                for moment in lockstep(problem, batches, sides["torch"], own, resync):
                    judge.see(epoch, moment)
                    done = {"scratch": moment.steps["free_running"], "torch": moment.reference}
                    for name, step in done.items():
                        totals[name] += float(step.L) * len(moment.y), correct(step.Z, moment.y)
                    run.steps += 1
                    if on_step:
                        on_step(epoch, moment.number)
                images = len(problem.train[1])
                _extend(run.curve, sides, problem, {name: tuple(both / images) for name, both in totals.items()})
        except OneSideNotFiniteError:
            pass  # the judge has it as the first divergence, and there is nothing left to train
        run.first_divergence, run.trace = judge.first_divergence, judge.trace
        for images, _ in filter(None, (problem.validation, problem.test)):
            _compare_predictions(run, images, sides)
        if problem.test:
            run.test = {name: side.evaluate(*problem.test)[1] for name, side in sides.items()}
        run.seconds = {name: side.seconds for name, side in sides.items()}
        run.weights = {name: checksum(*side.parameters()) for name, side in sides.items()}
        ends = zip("Wb", *(side.parameters() for side in sides.values()), strict=True)
        run.templates = own.parameters()[0]
        run.drift = {name: float(np.abs(ours - theirs).max()) for name, ours, theirs in ends}
        return run


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
        raise both_diverge(f"the validation loss is {record['torch']['val_loss']} after epoch {record['epoch']}")


def _compare_predictions(run: Run, images: NDArray, sides: dict[str, Side]) -> None:
    unlike = images[sides["scratch"].predict(images) != sides["torch"].predict(images)]
    run.compared += len(images)
    run.differ += len(unlike)
    if len(unlike):
        W, b = sides["torch"].parameters()
        X = pixels(unlike, np.dtype("float64"))
        Z = X @ W.T + b
        first, second = np.sort(Z, axis=1)[:, :-3:-1].T
        # each of the two logits may be off by the budget of the free run
        z = largest_products(np.abs(X), W, b)
        limit = 2 * allowed(float(np.abs(Z).max()), z, run.steps, np.dtype(run.dtype))
        run.near_ties += int((first - second <= limit).sum())
