"""Every check on every mistake in both precisions, and what the diagnosis makes of each, in processes side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count
from typing import NamedTuple

from compare.backends.by_name import backend, equations_backend
from compare.backends.protocol import Backend
from compare.backends.side_by_side import cores, in_processes
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
    return 7 + len(names) / 48 * (5 * work + problem.steps * 0.0054 * max(1.0, work))


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
class DiagnosisJob:
    """The diagnosis of one mistake, in a process."""

    name: str

    def __call__(self, problem: Problem, report: Callable[[str], None]) -> list[str]:
        """The names that it guesses; report("diagnosis") is called at the end."""
        with threads(1):
            diagnosis = _diagnostician(problem).diagnose(BUGS[self.name].backend())
        report("diagnosis")
        return [guess.bug.name for guess in diagnosis.guesses]


# A process has one problem, and what the reference makes of its inputs is the same for all mistakes.
@lru_cache(maxsize=1)
def _diagnostician(problem: Problem) -> Diagnostician:
    return Diagnostician(problem, backend("torch"))


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
    jobs, diagnosis = plan(names), [DiagnosisJob(name) for name in names]
    # short jobs at the end of each round, so that no process waits long for another
    early = diagnosis[: len(names) // 4]
    with in_processes(problem, cores(), on_report) as run:
        found = run([*jobs, *early])
        detections = _sorted([*zip(jobs, found[: len(jobs)], strict=True)], names)
        training = accuracy_jobs(detections["float32"])
        rest = run([*training, *diagnosis[len(early) :]])
    guesses = [*found[len(jobs) :], *rest[len(training) :]]
    reached = dict(chain.from_iterable(some.items() for some in rest[: len(training)]))
    detections["float32"] = _with_accuracies(problem, detections["float32"], reached)
    return Survey(detections, dict(zip(names, guesses, strict=True)))


def _sorted(done: list[tuple[DetectionJob, list[Detection]]], names: Sequence[str]) -> dict[str, dict[str, Detection]]:
    found = {(job.dtype, one.name): one for job, detections in done for one in detections}
    return {dtype: {name: found[dtype, name] for name in (CLEAN, *names)} for dtype in DTYPES}


def accuracy_jobs(found: dict[str, Detection]) -> list[AccuracyJob]:
    """Those whose run ended with a difference train on their own to the end; one precision is enough.

    As many jobs as are announced, even if one has nothing to do.
    """
    left = [name for name, one in found.items() if one.reasons["whole_run"] and not _is_of_the_loss(name)]
    return [AccuracyJob(piece) for piece in _pieces(left, cores())]


def _is_of_the_loss(name: str) -> bool:
    # nothing that is trained depends on the loss
    return name != CLEAN and BUGS[name].function == "nll_loss"


def _with_accuracies(problem: Problem, found: dict[str, Detection], trained: dict[str, float]) -> dict[str, Detection]:
    """trained: what those reached that trained on their own."""
    reached = {name: one.reached for name, one in found.items()} | trained
    reached |= {name: reached[CLEAN] for name in found if _is_of_the_loss(name)}
    band = usual(problem, reached[CLEAN])
    return {name: with_accuracy(one, reached[name], band) for name, one in found.items()}


def _candidate(name: str) -> Backend:
    return equations_backend(name, lambda: _equations(name))


def _equations(name: str) -> Equations:
    return UNCHECKED if name == CLEAN else BUGS[name].equations()
