"""Several long jobs at the same time, each in a process of its own, with one progress for all."""

import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import active_children, get_context, parent_process, resource_tracker
from multiprocessing.process import BaseProcess
from typing import Any

from compare.signals import signals_blocked

# What a job is given: what all jobs share, and a function to say how far it is. It must be one that pickle takes.
Job = Callable[[Any, Callable[[str], None]], Any]


def cores() -> int:
    """How many jobs can work at the same time."""
    return max(2, os.cpu_count() or 2)


def side_by_side(jobs: Sequence[Job], shared: Any, processes: int, on_report: Callable[[str], None]) -> list[Any]:
    """What each job returns, in their order; see `in_processes`."""
    with in_processes(shared, processes, on_report) as run:
        return run(jobs)


@contextmanager
def in_processes(
    shared: Any, processes: int, on_report: Callable[[str], None]
) -> Iterator[Callable[[Sequence[Job]], list[Any]]]:
    """A function that runs jobs, in the same processes at each call, and returns what each returns, in their order.

    shared is sent to each process once; on_report(what) is called here for every report of a job. The function raises
    what a job raises; the others are then ended.
    """
    context = get_context("spawn")
    start_tracker()
    reports, others = context.Queue(), active_children()
    with ProcessPoolExecutor(processes, context, _start, (shared, reports)) as pool:

        def run(jobs: Sequence[Job]) -> list[Any]:
            running = [pool.submit(_run, job) for job in jobs]
            _follow(running, reports, on_report)
            return [job.result() for job in running]

        try:
            yield run
        except BaseException:
            _stop(pool, [process for process in active_children() if process not in others])
            raise


def start_tracker() -> None:
    """Start the process in which Python counts what processes share, before any that is to be given no signals.

    It complains of what a signal to it leaves; and where Python itself starts it, with the first process, it lets
    signals through again, and that process ends with a traceback on Ctrl-C.
    """
    if os.name == "posix":
        with signals_blocked():
            resource_tracker.ensure_running()


def _follow(running: list[Future], reports: Any, on_report: Callable[[str], None]) -> None:
    """Pass the reports on until all jobs have said that they are done. Raises what a job raises."""
    done = 0
    while done < len(running):
        with suppress(queue.Empty):
            what = reports.get(timeout=0.2)
            if what is not None:
                on_report(what)
                continue
            done += 1
        # a job that has failed, or whose process has died, says no more
        for job in running:
            if job.done():
                job.result()


def _stop(pool: ProcessPoolExecutor, started: list[BaseProcess]) -> None:
    pool.shutdown(wait=False, cancel_futures=True)
    for process in started:
        process.terminate()


# What a process is given when it starts, once for all of its jobs.
_shared: Any
_reports: Any


def _start(shared: Any, reports: Any) -> None:
    global _shared, _reports
    _shared, _reports = shared, reports
    # on Ctrl-C it ends without a word: the one that started it tells
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A job that nobody waits for any more would go on to its end."""
    parent = parent_process()
    assert parent
    parent.join()
    os._exit(1)


def _run(job: Job) -> Any:
    try:
        return job(_shared, _reports.put)
    finally:
        # what was reported before arrives before this
        _reports.put(None)
