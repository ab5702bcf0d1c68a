"""Every check on every mistake in both precisions, and what the diagnosis makes of each, in processes side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any, NamedTuple

from compare.backends.by_name import backend, equations_backend
from compare.backends.protocol import Backend
from compare.backends.side_by_side import cores, side_by_side
from compare.backends.threads import threads
from compare.bugs.accuracies import accuracies, usual, with_accuracy
from compare.bugs.catalogue import BUGS
from compare.bugs.detection import Detection, detect
from compare.bugs.diagnosis import Diagnostician
from compare.problem import DTYPES, Problem
from scratch import Equations
from scratch.training import UNCHECKED

# The name of `scratch` without a mistake.
CLEAN = "(no mistake)"
# How often a job reports.
STEPS_PER_REPORT = 50


class Survey(NamedTuple):
    """detections: by dtype and name, CLEAN being the first. guesses: by name those of the diagnosis, the best first."""

    detections: dict[str, dict[str, Detection]]
    guesses: dict[str, list[str]]

    def detected(self, dtype: str) -> int:
        """How many mistakes are detected in this precision."""
        return sum(self.detections[dtype][name].detected for name in self.guesses)

    @property
    def clean_accuracy(self) -> float:
        """Validation accuracy that `scratch` itself reaches in float32."""
        return self.detections["float32"][CLEAN].accuracy

    @property
    def false_alarms(self) -> list[str]:
        """The precisions in which a check fails though there is no mistake."""
        return [dtype for dtype, found in self.detections.items() if found[CLEAN].detected]

    @property
    def passed(self) -> bool:
        """True if every mistake is detected in every precision, without a false alarm."""
        return not self.false_alarms and all(self.detected(dtype) == len(self.guesses) for dtype in self.detections)


def expected_seconds(problem: Problem, names: Sequence[str]) -> float:
    """About how long a survey takes on two cores; measured on digits and mnist5k."""
    # a batch of the usual size on the usual images is 1
    work = problem.chosen.batch_size * problem.features * problem.classes / (100 * 784 * 10)
    return 8 + len(names) / 48 * (5 * work + problem.steps * 0.006 * max(1.0, work))


def _reporting(steps: int, what: str, report: Callable[[str], None]) -> Callable[[], None]:
    """What is to be called after each step: it reports every STEPS_PER_REPORT of so many, then at every call."""
    number = count(1)

    def on_step() -> None:
        n = next(number)
        if n > steps or n % STEPS_PER_REPORT == 0:
            report(what)

    return on_step


@dataclass(frozen=True)
class DetectionJob:
    """All checks in one precision for some of the names, in a process."""

    dtype: str
    names: tuple[str, ...]

    def __call__(self, problem: Problem, report: Callable[[str], None]) -> list[Detection]:
        """Run them; report(dtype) is called every STEPS_PER_REPORT steps, and for each name."""
        candidates = [_candidate(name) for name in self.names]
        return detect(problem, self.dtype, candidates, on_step=_reporting(problem.steps, self.dtype, report))


@dataclass(frozen=True)
class AccuracyJob:
    """The accuracies of these mistakes, in a process."""

    names: tuple[str, ...]

    def __call__(self, problem: Problem, report: Callable[[str], None]) -> dict[str, float]:
        """Train them; report("accuracy") is called every STEPS_PER_REPORT steps."""
        equations = {name: _equations(name) for name in self.names}
        return accuracies(problem, equations, _reporting(problem.steps, "accuracy", report))


@dataclass(frozen=True)
class Guesses:
    """The diagnosis of these mistakes, in a process."""

    names: tuple[str, ...]

    def __call__(self, problem: Problem, report: Callable[[str], None]) -> dict[str, list[str]]:
        """By name the names that it guesses; report("diagnosis") is called for each."""
        found = {}
        with threads(1):
            diagnostician = Diagnostician(problem, backend("torch"))
            for name in self.names:
                found[name] = [guess.bug.name for guess in diagnostician.diagnose(BUGS[name].backend()).guesses]
                report("diagnosis")
        return found


def plan(names: Sequence[str]) -> list[DetectionJob]:
    """The jobs for CLEAN and these names: about one for each process, because each trains a reference of its own.

    CLEAN is the first of each job: the others share its steps.
    """
    pieces = _pieces(names, cores() // len(DTYPES))
    return [DetectionJob(dtype, (CLEAN, *piece)) for piece in pieces for dtype in DTYPES]


def _pieces(names: Sequence[str], number: int) -> list[tuple[str, ...]]:
    return [tuple(names[n::number]) for n in range(number)]


def total_reports(problem: Problem, names: Sequence[str]) -> int:
    """How often a survey reports."""
    of_a_training = problem.steps // STEPS_PER_REPORT
    return sum(of_a_training + len(job.names) for job in plan(names)) + len(names) + cores() * of_a_training


def survey(
    problem: Problem,
    names: Sequence[str],
    *,
    on_report: Callable[[str], None] = lambda _: None,
) -> Survey:
    """Run every check, and the diagnosis, on these mistakes of the catalogue.

    on_report(what) is called `total_reports` times. Raises InputError if the reference leaves the finite numbers.
    """
    jobs = plan(names)
    # short jobs at the end, so that no process waits long for another
    diagnosis = [Guesses(piece) for piece in _pieces(names, 2 * cores()) if piece]
    every: list[Callable[..., Any]] = [*jobs, *diagnosis]
    found = side_by_side(every, problem, cores(), on_report)
    guesses = dict(chain.from_iterable(some.items() for some in found[len(jobs) :]))
    detections = _sorted([*zip(jobs, found[: len(jobs)], strict=True)], names)
    detections["float32"] = _with_accuracies(problem, detections["float32"], on_report)
    return Survey(detections, {name: guesses[name] for name in names})


def _sorted(done: list[tuple[DetectionJob, list[Detection]]], names: Sequence[str]) -> dict[str, dict[str, Detection]]:
    found = {(job.dtype, one.name): one for job, detections in done for one in detections}
    return {dtype: {name: found[dtype, name] for name in (CLEAN, *names)} for dtype in DTYPES}


def _with_accuracies(
    problem: Problem, found: dict[str, Detection], on_report: Callable[[str], None]
) -> dict[str, Detection]:
    """Those whose run ended with a difference train on their own to the end; one precision is enough."""
    left = [name for name, one in found.items() if one.reasons["whole_run"]]
    # as many jobs as are announced, even if one has nothing to do
    jobs = [AccuracyJob(piece) for piece in _pieces(left, cores())]
    trained = dict(chain.from_iterable(some.items() for some in side_by_side(jobs, problem, cores(), on_report)))
    reached = {name: one.reached for name, one in found.items()} | trained
    band = usual(problem, reached[CLEAN])
    return {name: with_accuracy(one, reached[name], band) for name, one in found.items()}


def _candidate(name: str) -> Backend:
    return equations_backend(name, lambda: _equations(name))


def _equations(name: str) -> Equations:
    return UNCHECKED if name == CLEAN else BUGS[name].equations()
