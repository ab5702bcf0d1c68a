"""Jobs in processes side by side."""

import importlib
import os
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from compare.backends.side_by_side import cores, side_by_side

# A process imports what it runs, so it must be a module.
JOBS = """
import os
import time

def double(shared, report):
    report("half")
    return 2 * shared

def process(shared, report):
    return os.getpid()

def wrong(shared, report):
    raise ValueError("wrong")

def long(shared, report):
    time.sleep(60)
"""


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    (tmp_path / "jobs_of_a_test.py").write_text(JOBS)
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module("jobs_of_a_test")


def test_results_come_in_order_and_reports_come_here(jobs: ModuleType):
    reports: list[str] = []
    first, second, third = side_by_side([jobs.double, jobs.process, jobs.double], 10, 2, reports.append)
    assert (first, third, reports) == (20, 20, ["half", "half"])
    assert second != os.getpid()


def test_what_a_job_raises_is_raised_here_and_ends_the_others(jobs: ModuleType):
    began = time.monotonic()
    with pytest.raises(ValueError, match=r"^wrong$"):
        side_by_side([jobs.long, jobs.wrong], None, 2, lambda _: None)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(("here", "number"), [(None, 2), (1, 2), (8, 8)])
def test_there_are_two_at_least(monkeypatch: pytest.MonkeyPatch, here: int | None, number: int):
    monkeypatch.setattr(os, "cpu_count", lambda: here)
    assert cores() == number


# What starts a first process, as PyTorch's launcher does: Python starts its tracker with it.
STARTED = """
import signal
import sys
from multiprocessing import resource_tracker
from compare.backends import ranks

def start(*_given, **_options):
    resource_tracker.ensure_running()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    print({signal.SIGINT, signal.SIGTERM} <= blocked)
    sys.exit()

ranks.start_processes = start
ranks.Ranks(1)
"""


@pytest.mark.skipif(os.name != "posix", reason="Windows has no mask of signals")
def test_ranks_are_started_with_signals_blocked(root: Path):
    """Python unblocks them where it starts its own tracker: the first rank ended with a traceback on Ctrl-C."""
    done = subprocess.run([sys.executable, "-c", STARTED], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
