"""What is found of the generated mistakes, and what it comes to."""

from collections.abc import Callable

import pytest

import scratch
from compare.backends.by_name import equations_backend
from compare.bugs.generated import survey as module
from compare.bugs.generated.mutants import StoppedError, mutants
from compare.bugs.generated.survey import (
    STOPS,
    FirstDetection,
    GeneratedSurvey,
    first_found,
    survey_generated,
    total_reports,
)
from compare.bugs.survey import CLEAN
from compare.data.registry import load
from compare.equations import FUNCTIONS
from compare.problem import DTYPES, Hyperparameters, Problem
from compare.proof.checks import CHECKS

EXACT, NONE = FirstDetection("exact_arithmetic", "Z, one winner, 2"), FirstDetection()
SAME = "log_softmax: axis=1 -> axis=-1"
# One of which no reason is known.
OTHER = next(name for name, mutant in mutants().items() if not module.reason(mutant))


def found(float32: dict[str, FirstDetection], float64: dict[str, FirstDetection] | None = None) -> GeneratedSurvey:
    return GeneratedSurvey({"float32": {CLEAN: NONE} | float32, "float64": {CLEAN: NONE} | (float64 or float32)})


@pytest.mark.heavy
def test_every_change_is_detected_or_the_same_function():
    """In single steps on digits, and in an epoch; nothing here knows how many there are."""
    reports: list[str] = []
    survey = survey_generated(Problem(load("digits"), Hyperparameters(epochs=1)), reports.append)
    assert len(reports) == total_reports() == 2 * (1 + len(mutants()))
    assert len(survey.working) >= 130
    assert survey.passed
    assert 0 < len(survey.survivors) <= 20
    for dtype in DTYPES:
        assert survey.detected(dtype) == len(survey.working) - len(survey.survivors)
        counts = survey.counts(dtype)
        assert set(counts) <= {*CHECKS, ""}
        assert counts["exact_arithmetic"] > 100
        assert counts["hard_batches"] > 0
    assert {m.function for m in map(mutants().get, survey.working)} == {*FUNCTIONS}


def test_those_that_stop_in_one_precision_do_not_count():
    survey = found({"a": EXACT, "b": EXACT, SAME: NONE}, {"a": EXACT, "b": FirstDetection(STOPS, "raises"), SAME: NONE})
    assert survey.working == ["a", SAME]
    assert (survey.detected("float32"), survey.detected("float64")) == (1, 1)
    assert survey.counts("float32") == {"exact_arithmetic": 1, "": 1}


def test_a_survivor_without_a_reason_is_a_failure():
    assert found({OTHER: EXACT, SAME: NONE}).passed
    for both in (({OTHER: NONE},), ({OTHER: EXACT}, {OTHER: NONE})):
        survey = found(*both)
        assert survey.survivors == {OTHER: ""}
        assert not survey.passed


def test_a_false_alarm_is_a_failure():
    survey = found({SAME: NONE, CLEAN: EXACT}, {SAME: NONE})
    assert survey.false_alarms == ["float32"]
    assert not survey.passed


def test_the_first_check_that_detects_it_is_named(random_problem: Callable[..., Problem]):
    def one(**functions: Callable) -> FirstDetection:
        made = equations_backend("ours", lambda: scratch.EQUATIONS._replace(**functions))
        return first_found(random_problem(), "float64", made)

    assert one() == NONE
    assert one(logits=lambda X, W, b: scratch.logits(X, W, -b)).check == "exact_arithmetic"
    assert one(log_softmax=lambda Z: Z - Z.max(axis=1, keepdims=True)).check == "hard_batches"

    def stop(*_: object) -> None:
        raise StoppedError("raises KeyError")

    assert one(sgd_step=stop) == FirstDetection(STOPS, "raises KeyError")


@pytest.mark.heavy
def test_what_single_steps_do_not_detect_is_trained(
    random_problem: Callable[..., Problem], monkeypatch: pytest.MonkeyPatch
):
    """Here they detect nothing at all."""
    sign = next(name for name, m in mutants().items() if m.change.changed_line == "return -dZ")
    few = {name: mutants()[name] for name in (sign, SAME)}
    monkeypatch.setattr(module, "mutants", lambda: few)
    monkeypatch.setattr(module, "CHECK_ORDER", ())
    survey = survey_generated(random_problem())
    assert {dtype: one[sign] for dtype, one in survey.found.items()} == dict.fromkeys(
        DTYPES, FirstDetection("one_step", "dZ 1/1")
    )
    assert [*survey.found["float32"]] == [CLEAN, *few]
    assert survey.found["float32"][SAME] == survey.found["float32"][CLEAN] == NONE
    assert survey.passed


def test_the_checks_are_made_on_one_thread(
    make_small: Callable[..., Problem], monkeypatch: pytest.MonkeyPatch, threads_now: Callable
):
    numbers, right = [], equations_backend("right", lambda: scratch.EQUATIONS)
    checks = {name: lambda: numbers.append(threads_now()) for name in module.CHECK_ORDER}
    monkeypatch.setattr(module, "checks_without_training", lambda *_: checks)
    assert first_found(make_small(), "float32", right) == NONE
    assert numbers == [{1}] * len(checks)
