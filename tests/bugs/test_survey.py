"""All checks on all mistakes, in processes; what is found there is what is found here."""

from collections.abc import Callable

import pytest

from compare.backends.by_name import SCRATCH
from compare.bugs import survey as module
from compare.bugs.catalogue import BUGS
from compare.bugs.detection import Detection, detect
from compare.bugs.survey import CLEAN, DetectionJob, Survey, expected_seconds, plan, survey, total_reports
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem

NAMES = "wrong-sign", "hidden-momentum"
SOME, NONE = {"one_step": "Z 1/1"}, {"one_step": ""}


def found(float32: dict, float64: dict) -> Survey:
    """A survey of two mistakes: by name the reasons."""
    every = {
        dtype: {name: Detection(name, reasons) for name, reasons in ({CLEAN: NONE} | given).items()}
        for dtype, given in (("float32", float32), ("float64", float64))
    }
    return Survey(every, {"a": ["a"], "b": ["c"]})


@pytest.mark.parametrize(
    ("float32", "float64", "counts", "alarms", "passed"),
    [
        ({"a": SOME, "b": SOME}, {"a": SOME, "b": SOME}, (2, 2), [], True),
        ({"a": SOME, "b": NONE}, {"a": SOME, "b": SOME}, (1, 2), [], False),
        ({"a": SOME, "b": SOME}, {"a": NONE, "b": SOME}, (2, 1), [], False),
        ({CLEAN: SOME, "a": SOME, "b": SOME}, {"a": SOME, "b": SOME}, (2, 2), ["float32"], False),
        (
            {CLEAN: SOME, "a": NONE, "b": SOME},
            {CLEAN: SOME, "a": SOME, "b": SOME},
            (1, 2),
            ["float32", "float64"],
            False,
        ),
    ],
)
def test_a_survey_passes_if_all_is_detected_and_nothing_else(
    float32: dict, float64: dict, counts: tuple, alarms: list, passed: bool
):
    one = found(float32, float64)
    assert (one.detected("float32"), one.detected("float64")) == counts
    assert one.false_alarms == alarms
    assert one.passed == passed


@pytest.mark.parametrize(("cores", "pieces"), [(None, 1), (1, 1), (2, 1), (3, 1), (8, 4)])
def test_every_name_is_in_one_job_of_each_precision(monkeypatch: pytest.MonkeyPatch, cores: int | None, pieces: int):
    """Each job trains a reference, so there are no more of them than processes."""
    monkeypatch.setattr("compare.backends.side_by_side.os.cpu_count", lambda: cores)
    jobs = plan(tuple(BUGS))
    assert [job.dtype for job in jobs] == ["float32", "float64"] * pieces
    for dtype in ("float32", "float64"):
        names = [name for job in jobs if job.dtype == dtype for name in job.names[1:]]
        assert sorted(names) == sorted(BUGS)
        # the others share its steps
        assert {job.names[0] for job in jobs} == {CLEAN}
        sizes = [len(job.names) for job in jobs if job.dtype == dtype]
        assert max(sizes) - min(sizes) <= 1


def test_the_time_is_that_of_the_steps_and_the_mistakes(random_problem: Callable[..., Problem]):
    """77 s is what a survey of 9,600 steps on mnist5k takes on two cores, for 48 mistakes."""
    classic = tuple(BUGS)[:48]
    usual = Problem(load("mnist5k"), Hyperparameters(epochs=240))
    assert expected_seconds(usual, classic) == pytest.approx(8 + 5 + 64.32)
    assert expected_seconds(usual, tuple(BUGS)[:24]) == pytest.approx(8 + (5 + 64.32) / 2)
    twice = Problem(load("mnist5k"), Hyperparameters(epochs=240, batch_size=200))
    assert expected_seconds(twice, classic) == pytest.approx(8 + 10 + 64.32)
    one, ten = (expected_seconds(random_problem(epochs=epochs), classic) for epochs in (200, 2000))
    assert ten - one == pytest.approx(0.0067 * 5 * 1800)


@pytest.mark.heavy
def test_what_a_worker_finds_is_what_is_found_here(
    random_problem: Callable[..., Problem], monkeypatch: pytest.MonkeyPatch
):
    # one worker, because each imports PyTorch
    jobs = [DetectionJob(dtype, (CLEAN, *NAMES)) for dtype in ("float64", "float32")]
    monkeypatch.setattr(module, "plan", lambda names: jobs if names == NAMES else [])
    problem, reports = random_problem(epochs=20), []
    everything = survey(problem, NAMES, on_report=reports.append)
    assert list(everything.detections) == ["float32", "float64"]
    assert len(reports) == total_reports(problem, NAMES) == 2 * (2 + 3) + 2
    assert set(reports) == {"float32", "float64", "diagnosis"}
    candidates = [SCRATCH._replace(name=CLEAN), *(BUGS[name].backend() for name in NAMES)]
    for dtype, detections in everything.detections.items():
        alone = detect(problem, dtype, candidates, to_the_end=dtype == "float32")
        assert list(detections) == [CLEAN, *NAMES]
        assert [one.reasons for one in detections.values()] == [one.reasons for one in alone]
        assert str([one.accuracy for one in detections.values()]) == str([one.accuracy for one in alone])
    assert everything.guesses["wrong-sign"][0] == "wrong-sign"
    assert everything.guesses["hidden-momentum"][0] == "hidden-momentum"


def test_the_guesses_are_made_on_one_thread(
    random_problem: Callable[..., Problem], monkeypatch: pytest.MonkeyPatch, threads_now: Callable
):
    numbers = []
    monkeypatch.setattr(module, "Diagnostician", lambda *_: numbers.append(threads_now()))
    assert module.Guesses(())(random_problem(), print) == {}
    assert numbers == [{1}]
