"""What a proof found in one precision, and the verdict."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.proof.comparison import Deviation
from compare.proof.exact_arithmetic import Counts
from compare.proof.gradient_check import GradientCheck
from compare.proof.high_precision import Distances
from compare.proof.predictions import Predictions
from scratch import Record


class Controls(NamedTuple):
    """What the controls found: how far the reference is from itself, and what was added to it and seen."""

    itself: float
    seen: tuple[str, ...]


@dataclass
class Run:
    """What the proof found in one dtype. `sides` names both, the one that is checked first.

    Dicts with a value for each side have these names as keys; other dicts have the names of quantities.

    worst: for each quantity and reading the deviation that used most of its budget. trace: the share of the budget
    used at worst in each epoch. history: the records of each side. test: test accuracy of each side, if there are test
    images. hard_batches: for each batch the first deviation over its budget, else the worst. exact_arithmetic: how many
    values were compared, and how many differ. distance_from_exact: of each side, in one step on real images.
    gradient_checks: of each side alone. seconds: of each side in its own steps. weights: checksums of the final
    parameters. drift: largest difference of the final W and b. templates, bias: the first side's final W (K, D)
    and b (K,).
    controls: what the checks saw of small disturbances of the reference; None if they were not asked.
    growth: how many times larger training makes a change of the initial weights by one rounding; None unless only the
    whole run is over budget. evaluated_on: validation or test, the part that `history` has the evaluation of.
    loses_accuracy: whether the first side differs, and its errors shrink in float64.
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
    exact_arithmetic: dict[str, Counts] = field(default_factory=dict)
    distance_from_exact: dict[str, Distances] = field(default_factory=dict)
    gradient_checks: dict[str, list[GradientCheck]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    weights: dict[str, str] = field(default_factory=dict)
    drift: dict[str, float] = field(default_factory=dict)
    trace: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    templates: NDArray = field(default_factory=lambda: np.empty((0, 0)))
    bias: NDArray = field(default_factory=lambda: np.empty(0))
    controls: Controls | None = None
    growth: float | None = None
    evaluated_on: str = "validation"
    loses_accuracy: bool = False

    def __repr__(self) -> str:
        return f"<Run {self.dtype}: {' and '.join(self.sides)}, {self.steps:,} steps, {self.verdict}>"

    @property
    def checks(self) -> dict[str, bool]:
        """Which checks passed, by their keys in `CHECKS`; `match` needs all of them."""
        return {
            "one_step": self._within_budget("one_step"),
            "whole_run": self._within_budget("whole_run"),
            "hard_batches": all(found.used <= 1 for found in self.hard_batches.values()),
            "exact_arithmetic": not any(counts.differ for counts in self.exact_arithmetic.values()),
            "gradient_checks": all(check.passed for checks in self.gradient_checks.values() for check in checks),
            "evaluation": self.predictions.evaluation <= 1,
            "predictions": self.predictions.differ <= self.predictions.near_ties,
        }

    def _within_budget(self, reading: str) -> bool:
        return all(found.used <= 1 for (_, where), found in self.worst.items() if where == reading)

    @property
    def verdict(self) -> str:
        """`match` if every check passed, else `differ`."""
        return "match" if all(self.checks.values()) else "differ"

    @property
    def only_in_float64(self) -> bool:
        """True if a run in float32 fails in the gradient checks alone, which are in float64."""
        return self.dtype == "float32" and [name for name, passed in self.checks.items() if not passed] == [
            "gradient_checks"
        ]

    @property
    def only_amplified(self) -> bool:
        """True if the whole run is over budget, and nothing else but the predictions that follow from it."""
        failed = {name for name, passed in self.checks.items() if not passed}
        return "whole_run" in failed and failed <= {"whole_run", "predictions"}
