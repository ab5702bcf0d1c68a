"""What a check must find in a control, and what it must not."""

import numpy as np
import pytest

from compare.backends.by_name import SCRATCH
from compare.problem import Problem
from compare.proof import comparison
from compare.proof.control_findings import ControlError, seen
from compare.proof.controls import check_controls
from compare.proof.predictions import Predictions
from compare.proof.run import Run

pytestmark = pytest.mark.usefixtures("no_warnings")
Patch = pytest.MonkeyPatch


def always_failing(monkeypatch: Patch, check: str) -> None:
    right = Run.checks.fget
    monkeypatch.setattr(Run, "checks", property(lambda run: right(run) | {check: False}))


@pytest.mark.parametrize("check", Run("float32", ("a", "b"), {}).checks)
def test_a_check_that_always_fails_ends_the_proof(small: Problem, monkeypatch: Patch, check: str):
    always_failing(monkeypatch, check)
    words = check.replace("_", " ")
    with pytest.raises(ControlError, match=f"'{words}' finds the reference unlike itself, float32"):
        check_controls(small, "float32", SCRATCH)


def test_a_verdict_that_never_differs_ends_the_proof(small: Problem, monkeypatch: Patch):
    monkeypatch.setattr(Run, "verdict", "match")
    with pytest.raises(ControlError, match=r"'one step' does not see Z"):
        check_controls(small, "float32", SCRATCH)


def test_a_check_that_sees_what_is_not_there_ends_the_proof(small: Problem, monkeypatch: Patch):
    right = comparison.difference
    monkeypatch.setattr(comparison, "difference", lambda *given: right(*given) + np.float32(1e-30))
    with pytest.raises(ControlError, match="'one step' finds the reference unlike itself, float32"):
        check_controls(small, "float32", SCRATCH)


def test_what_another_check_finds_is_not_seen():
    found = Predictions()
    found.evaluation = 2.0
    assert seen("evaluation", "a logit", "float32", predictions=found) == "evaluation: a logit"
    with pytest.raises(ControlError, match="the check 'predictions' does not see an image, float32"):
        seen("predictions", "an image", "float32", predictions=found)
