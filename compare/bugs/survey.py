"""Every check on every mistake in both precisions, and what the diagnosis makes of each, in processes side by side."""

import os
import queue
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import active_children, get_context, resource_tracker
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from compare.backends.by_name import SCRATCH, backend
from compare.backends.protocol import Backend
from compare.backends.threads import threads
from compare.bugs.catalogue import BUGS
from compare.bugs.detection import Detection, detect
from compare.bugs.diagnosis import Diagnostician
from compare.problem import DTYPES, Problem
from compare.signals import signals_blocked

# The name of `scratch` without a mistake.
CLEAN = "(no mistake)"
# How often a worker reports.
STEPS_PER_REPORT = 50


class Survey(NamedTuple):
    """detections: by dtype and name, CLEAN being the first. guesses: by name those of the diagnosis, the best first."""

    detections: dict[str, dict[str, Detection]]
    guesses: dict[str, list[str]]

    def detected(self, dtype: str) -> int:
        """How many mistakes are detected in this precision."""
        return sum(self.detections[dtype][name].detected for name in self.guesses)

    @property
    def false_alarms(self) -> list[str]:
        """The precisions in which a check fails though there is no mistake."""
        return [dtype for dtype, found in self.detections.items() if found[CLEAN].detected]

    @property
    def passed(self) -> bool:
        """True if every mistake is detected in every precision, without a false alarm."""
        return not self.false_alarms and all(self.detected(dtype) == len(self.guesses) for dtype in self.detections)


def expected_seconds(problem: Problem, names: Sequence[str] = tuple(BUGS)) -> float:
    """About how long a survey takes on two cores; measured on digits and mnist5k."""
    # a batch of the usual size on the usual images is 1
    work = problem.chosen.batch_size * problem.features * problem.classes / (100 * 784 * 10)
    return 8 + len(names) / 48 * (9 * work + problem.steps * 0.012 * max(1.0, work))


class Job(NamedTuple):
    """What one call in a worker does: all checks in one precision for some of the names."""

    dtype: str
    names: tuple[str, ...]


def plan(names: Sequence[str]) -> list[Job]:
    """The jobs for CLEAN and these names: one in each precision for each worker, the slower first."""
    every, workers = (CLEAN, *names), max(2, os.cpu_count() or 2)
    pieces = [every[n::workers] for n in range(workers)]
    return [Job(dtype, piece) for piece in pieces for dtype in reversed(DTYPES)]


def total_reports(problem: Problem, names: Sequence[str] = tuple(BUGS)) -> int:
    """How often a survey reports."""
    return sum(problem.steps // STEPS_PER_REPORT + len(job.names) for job in plan(names)) + len(names)


def survey(
    problem: Problem,
    names: Sequence[str] = tuple(BUGS),
    *,
    on_report: Callable[[str], None] = lambda _: None,
) -> Survey:
    """Run every check, and the diagnosis, on these mistakes of the catalogue.

    on_report(what) is called `total_reports` times. Raises InputError if the reference leaves the finite numbers.
    """
    jobs = plan(names)
    context = get_context("spawn")
    _start_tracker()
    reports, others = context.Queue(), active_children()
    with ProcessPoolExecutor(len(jobs) // len(DTYPES), context, _start_worker, (problem, reports)) as pool:
        try:
            found = [pool.submit(_detect, job) for job in jobs]
            guesses = pool.submit(_guess, tuple(names))
            _follow([*found, guesses], reports, on_report)
        except BaseException:
            _stop(pool, [process for process in active_children() if process not in others])
            raise
        return Survey(_sorted([*zip(jobs, (one.result() for one in found), strict=True)], names), guesses.result())


def _start_tracker() -> None:
    # the process in which Python counts the queues of a pool complains of what a signal to it leaves
    if os.name == "posix":
        with signals_blocked():
            resource_tracker.ensure_running()


def _follow(futures: list[Future], reports: Any, on_report: Callable[[str], None]) -> None:
    """Pass the reports on until all is done."""
    while not all(future.done() for future in futures) or not reports.empty():
        try:
            on_report(reports.get(timeout=0.2))
        except queue.Empty:
            continue


def _stop(pool: ProcessPoolExecutor, workers: list[BaseProcess]) -> None:
    pool.shutdown(wait=False, cancel_futures=True)
    for process in workers:
        process.terminate()


def _sorted(done: list[tuple[Job, list[Detection]]], names: Sequence[str]) -> dict[str, dict[str, Detection]]:
    found = {(job.dtype, one.name): one for job, detections in done for one in detections}
    return {dtype: {name: found[dtype, name] for name in (CLEAN, *names)} for dtype in DTYPES}


# What a worker is given when it starts, once for all of its jobs.
_problem: Problem
_reports: Any


def _start_worker(problem: Problem, reports: Any) -> None:
    global _problem, _reports
    _problem, _reports = problem, reports
    # on Ctrl-C a worker ends without a word: the parent reports it
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _detect(job: Job) -> list[Detection]:
    steps = 0

    def report() -> None:
        nonlocal steps
        steps += 1
        if steps > _problem.steps or steps % STEPS_PER_REPORT == 0:
            _reports.put(job.dtype)

    candidates = [_candidate(name) for name in job.names]
    # a mistake is found in either precision, but one accuracy is enough
    return detect(_problem, job.dtype, candidates, on_step=report, to_the_end=job.dtype == "float32")


def _candidate(name: str) -> Backend:
    return SCRATCH._replace(name=CLEAN) if name == CLEAN else BUGS[name].backend()


def _guess(names: tuple[str, ...]) -> dict[str, list[str]]:
    found = {}
    reference = backend("torch")
    with threads(1):
        diagnostician = Diagnostician(_problem, reference)
        for name in names:
            found[name] = [guess.bug.name for guess in diagnostician.diagnose(BUGS[name].backend()).guesses]
            _reports.put("diagnosis")
    return found
