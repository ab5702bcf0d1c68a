"""The verdict of a run: each check alone decides it, and nan passes none."""

import pytest

from compare.proof.comparison import Deviation
from compare.proof.exact_arithmetic import Counts
from compare.proof.gradient_check import GradientCheck
from compare.proof.predictions import Predictions
from compare.proof.run import Run


def deviation(used: float, reading: str = "one_step") -> Deviation:
    return Deviation("dW", reading, 1.0, 1.0, 1.0, used, 1, 1, [0, 0], 1.0, 2.0)


def gradient(slope: float) -> list[GradientCheck]:
    return [GradientCheck("small", 1, 1, {1e-5: 0.0}, 0.0, slope)]


# What a run has found where this check alone fails, and where it just passes.
FOUND = {
    "one_step": (
        {"worst": {("dW", "one_step"): deviation(1.01), ("dW", "whole_run"): deviation(0.1, "whole_run")}},
        {"worst": {("dW", "one_step"): deviation(1.0)}},
    ),
    "whole_run": (
        {"worst": {("dW", "one_step"): deviation(0.1), ("dW", "whole_run"): deviation(1.01, "whole_run")}},
        {"worst": {("dW", "whole_run"): deviation(1.0, "whole_run")}},
    ),
    "hard_batches": (
        {"hard_batches": {"a": deviation(1.01), "b": deviation(0)}},
        {"hard_batches": {"a": deviation(1.0)}},
    ),
    "exact_arithmetic": (
        {"exact_arithmetic": {"dW": Counts(9, 1), "db": Counts(9, 0)}},
        {"exact_arithmetic": {"dW": Counts(9, 0)}},
    ),
    "gradient_checks": (
        {"gradient_checks": {"ours": gradient(2.0), "theirs": gradient(2.0) + gradient(1.0)}},
        {"gradient_checks": {"ours": gradient(1.9)}},
    ),
    "evaluation": ({"predictions": Predictions(evaluation=1.01)}, {"predictions": Predictions(evaluation=1.0)}),
    "predictions": (
        {"predictions": Predictions(compared=9, differ=2, near_ties=1)},
        {"predictions": Predictions(compared=9, differ=2, near_ties=2)},
    ),
}
NAN = float("nan")


def run_with(**found: object) -> Run:
    return Run(**{"dtype": "float32", "sides": ("ours", "theirs"), "worst": {}} | found)


def failed(run: Run) -> list[str]:
    return [name for name, passed in run.checks.items() if not passed]


@pytest.mark.parametrize("check", FOUND)
def test_each_check_alone_decides(check: str):
    wrong, right = (run_with(**found) for found in FOUND[check])
    assert list(wrong.checks) == list(FOUND)
    assert failed(wrong) == [check]
    assert failed(right) == []
    assert (wrong.verdict, right.verdict) == ("differ", "match")
    assert wrong.only_amplified is (check == "whole_run")
    assert right.only_amplified is False


@pytest.mark.parametrize(
    ("check", "found"),
    [
        ("one_step", {"worst": {("dW", "one_step"): deviation(NAN)}}),
        ("whole_run", {"worst": {("dW", "whole_run"): deviation(NAN, "whole_run")}}),
        ("hard_batches", {"hard_batches": {"a": deviation(NAN)}}),
        ("gradient_checks", {"gradient_checks": {"ours": gradient(NAN)}}),
        ("evaluation", {"predictions": Predictions(evaluation=NAN)}),
    ],
)
def test_nan_passes_no_check(check: str, found: dict):
    assert failed(run_with(**found)) == [check]


@pytest.mark.parametrize("other", [name for name in FOUND if name not in ("whole_run", "predictions")])
def test_a_whole_run_is_not_only_amplified_if_another_check_fails(other: str):
    over = FOUND["whole_run"][0]
    together = over | FOUND[other][0]
    if other == "one_step":
        together = {"worst": over["worst"] | {("db", "one_step"): deviation(1.01)}}
    assert not run_with(**together).only_amplified
    assert run_with(**over | FOUND["predictions"][0]).only_amplified


def test_a_run_fits_a_line():
    run = Run("float32", ("scratch", "torch"), {}, steps=9600)
    assert repr(run) == "<Run float32: scratch and torch, 9,600 steps, match>"
