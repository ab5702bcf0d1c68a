"""All checks on all mistakes, in processes; what is found there is what is found here."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from compare.backends.by_name import SCRATCH
from compare.backends.protocol import Backend
from compare.backends.scratch_side import ScratchSide
from compare.backends.side_by_side import cores
from compare.bugs import survey as module
from compare.bugs.accuracies import accuracies
from compare.bugs.catalogue import BUGS
from compare.bugs.detection import Detection, detect
from compare.bugs.diagnosis import Diagnosis
from compare.bugs.guesses import Guess
from compare.bugs.survey import CLEAN, DetectionJob, Survey, expected_seconds, plan, survey, total_reports
from compare.data.registry import load
from compare.problem import DTYPES, Hyperparameters, Problem
from scratch.training import UNCHECKED

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
    """For 48 mistakes and 9,600 steps on mnist5k: 0.9 of the 71 s of two cores before, measured side by side."""
    classic = tuple(BUGS)[:48]
    usual = Problem(load("mnist5k"), Hyperparameters(epochs=240))
    assert expected_seconds(usual, classic) == pytest.approx(7 + 5 + 51.84)
    assert expected_seconds(usual, tuple(BUGS)[:24]) == pytest.approx(7 + (5 + 51.84) / 2)
    twice = Problem(load("mnist5k"), Hyperparameters(epochs=240, batch_size=200))
    assert expected_seconds(twice, classic) == pytest.approx(7 + 10 + 51.84)
    one, ten = (expected_seconds(random_problem(epochs=epochs), classic) for epochs in (200, 2000))
    assert ten - one == pytest.approx(0.0054 * 5 * 1800)


@pytest.mark.heavy
def test_what_a_worker_finds_is_what_is_found_here(
    random_problem: Callable[..., Problem], monkeypatch: pytest.MonkeyPatch
):
    # one worker, because each imports PyTorch
    names = *NAMES, "no-maximum-shift"
    jobs = [DetectionJob(dtype, (CLEAN, *names)) for dtype in ("float64", "float32")]
    monkeypatch.setattr(module, "plan", lambda asked: jobs if asked == names else [])
    problem, reports = random_problem(epochs=20), []
    everything = survey(problem, names, on_report=reports.append)
    assert list(everything.detections) == ["float32", "float64"]
    assert len(reports) == total_reports(problem, names) == 2 * (2 + 4) + 3 + cores() * 2
    assert set(reports) == {"float32", "float64", "diagnosis", "accuracy"}
    candidates = [SCRATCH._replace(name=CLEAN), *(BUGS[name].backend() for name in names)]
    reached = accuracies(problem, {CLEAN: UNCHECKED} | {name: BUGS[name].equations() for name in names})
    for dtype, detections in everything.detections.items():
        alone = detect(problem, dtype, candidates)
        assert list(detections) == [CLEAN, *names]
        for one, other in zip(detections.values(), alone, strict=True):
            assert {check: why for check, why in one.reasons.items() if check != "accuracy"} == other.reasons
            assert ("accuracy" in one.reasons) == (dtype == "float32")
            assert one.accuracy == reached[one.name] if dtype == "float32" else np.isnan(one.accuracy)
    assert everything.guesses["wrong-sign"][0] == "wrong-sign"
    assert everything.guesses["hidden-momentum"][0] == "hidden-momentum"


def test_runs_that_ended_early_are_trained_for_their_accuracy(
    random_problem: Callable[..., Problem], monkeypatch: pytest.MonkeyPatch
):
    """But for those with a mistake in the loss, on which nothing depends that is trained."""
    problem, reports = random_problem(epochs=20), []
    monkeypatch.setattr(module, "cores", lambda: 2)
    monkeypatch.setattr("compare.bugs.accuracies.usual_band", lambda _: None)
    early, late = {"whole_run": "W 1/1"}, {"whole_run": ""}
    found = {
        CLEAN: Detection(CLEAN, late, reached=0.5),
        **{name: Detection(name, early) for name in ("wrong-sign", "hidden-momentum", "summed-loss", "updated-twice")},
        "clipped-logits": Detection("clipped-logits", late, reached=0.75),
    }
    jobs = module.accuracy_jobs(found)
    assert [job.names for job in jobs] == [("wrong-sign", "updated-twice"), ("hidden-momentum",)]
    trained = jobs[0](problem, reports.append) | jobs[1](problem, reports.append)
    # every 50 of 100 steps, in two jobs
    assert reports == ["accuracy"] * 4
    given = module._with_accuracies(problem, found, trained)
    assert list(given) == list(found)
    assert (given[CLEAN].accuracy, given["clipped-logits"].accuracy) == (0.5, 0.75)
    assert (given[CLEAN].reasons["accuracy"], given["clipped-logits"].reasons["accuracy"]) == ("", "75.0 %")
    assert (given["summed-loss"].accuracy, given["summed-loss"].reasons["accuracy"]) == (0.5, "")
    names = "wrong-sign", "hidden-momentum", "updated-twice"
    assert {name: given[name].accuracy for name in names} == trained
    assert trained == accuracies(problem, {name: BUGS[name].equations() for name in names})


def test_a_survey_has_two_rounds_with_short_jobs_at_their_ends(
    random_problem: Callable[..., Problem], monkeypatch: pytest.MonkeyPatch
):
    rounds = []

    @contextmanager
    def here(shared: Problem, processes: int, on_report: Callable) -> Iterator[Callable]:
        def run(jobs: list) -> list:
            rounds.append((processes, [getattr(job, "dtype", getattr(job, "name", "accuracy")) for job in jobs]))
            return [job(shared, on_report) for job in jobs]

        yield run

    monkeypatch.setattr(module, "in_processes", here)
    monkeypatch.setattr(module, "cores", lambda: 2)
    names, problem = (*NAMES, "summed-loss", "last-row-dropped"), random_problem(epochs=1)
    found = survey(problem, names)
    first, second = ["float32", "float64", names[0]], ["accuracy", "accuracy", *names[1:]]
    assert rounds == [(2, first), (2, second)]
    assert [*found.guesses] == [*names]
    assert [guesses[0] for guesses in found.guesses.values()] == [*names]
    for dtype in DTYPES:
        assert [one.name for one in found.detections[dtype].values()] == [CLEAN, *names]
    reached = accuracies(problem, {CLEAN: UNCHECKED} | {name: BUGS[name].equations() for name in names})
    assert {name: one.accuracy for name, one in found.detections["float32"].items()} == reached
    assert found.passed


def test_a_clean_run_that_ended_early_is_trained_for_all_mistakes_of_the_loss(
    random_problem: Callable[..., Problem], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "cores", lambda: 1)
    early = {"whole_run": "W 1/1"}
    found = {name: Detection(name, early) for name in (CLEAN, "summed-loss")}
    assert [job.names for job in module.accuracy_jobs(found)] == [(CLEAN,)]
    given = module._with_accuracies(random_problem(), found, {CLEAN: 0.5})
    assert given["summed-loss"].accuracy == 0.5


def test_a_mistake_of_the_loss_has_the_accuracy_of_the_clean_run(random_problem: Callable[..., Problem]):
    """None of them writes into what the gradient is made of."""
    problem = random_problem(epochs=20)
    wrong = {name: bug.equations() for name, bug in BUGS.items() if bug.function == "nll_loss"}
    assert len(wrong) > 10
    models = {}
    for name, equations in ({CLEAN: UNCHECKED} | wrong).items():
        side = ScratchSide(problem, "float32", equations)
        with np.errstate(invalid="ignore"):
            for index in problem.epoch_batches(1):
                side.step(index)
        models[name] = side.model.weight.tobytes()
    assert set(models.values()) == {models[CLEAN]}


def test_the_diagnosis_is_made_on_one_thread_with_one_reference_of_a_problem(
    random_problem: Callable[..., Problem], monkeypatch: pytest.MonkeyPatch, threads_now: Callable
):
    numbers, made, reports = [], [], []

    class Counted:
        def __init__(self, problem: Problem, theirs: Backend):
            made.append((problem, theirs.name))

        def diagnose(self, ours: Backend) -> Diagnosis:
            numbers.append(threads_now())
            return Diagnosis([], [Guess(BUGS[name], 1.0) for name in (ours.name, "ascent")])

    monkeypatch.setattr(module, "Diagnostician", Counted)
    first, second = random_problem(), random_problem(seed=1)
    for problem in (first, first, second):
        for name in NAMES:
            assert module.DiagnosisJob(name)(problem, reports.append) == [name, "ascent"]
    assert made == [(first, "torch"), (second, "torch")]
    assert numbers == [{1}] * 6
    assert reports == ["diagnosis"] * 6
