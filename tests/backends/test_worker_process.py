"""What runs in a worker: a file cannot change the side that its functions are called from."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from compare.backends.scratch_side import ScratchSide
from compare.backends.user_file import UserFile
from compare.backends.worker import Worker
from compare.problem import Problem

# What a file changes around it; its logits are wrong.
TAMPERING = {
    "the verdict": "import compare.proof.run as r; r.Run.verdict = property(lambda self: 'match')",
    "the side": "from compare.backends.scratch_side import ScratchSide as s; s.step = lambda *_: 1 / 0",
    "the step of scratch": "import scratch.training as t; t.step = lambda *_: 1 / 0",
    "the checks of the worker": "import compare.backends.user_file as u; u.checked = lambda *_: 1 / 0",
    "the message": "import compare.backends.channel as c; c.Channel.send = lambda *_: 1 / 0",
    "the equations of scratch": "import scratch; scratch.Equations._replace = lambda *_, **__: 1 / 0",
}


def test_what_a_file_changes_in_these_packages_changes_no_number(user_file, one_function, small: Problem):
    wrong, index = one_function("logits", "return X @ W.T - b"), small.epoch_batches(1)[0]
    here = ScratchSide(small, "float64", UserFile(Path(user_file(wrong))).equations())
    side = Worker(Path(user_file("\n".join([*TAMPERING.values(), wrong])))).backend().side(small, "float64")
    assert [np.asarray(a).tobytes() for a in side.step(index)] == [np.asarray(a).tobytes() for a in here.step(index)]


def test_nothing_stands_on_the_stdin_of_a_file(user_file, one_function):
    """The messages to the worker arrive there; they are not for the functions."""
    body = "import os, sys; assert (os.read(0, 1), sys.stdin.read()) == (b'', ''); return X @ W.T + b"
    functions = Worker(Path(user_file(one_function("logits", body))), time_limit=2.0).equations()
    assert (functions.logits(np.ones((1, 2)), np.ones((3, 2)), np.ones(3)) == 3).all()


def test_it_ends_when_the_one_who_asks_is_gone(user_file, right_functions):
    worker = Worker(Path(user_file(right_functions)))
    worker._process._connection.cut()
    assert worker._process.running.wait(10) == 0
    assert not worker._process.folder.exists()


def test_a_function_that_does_not_return_ends_with_the_one_who_asked(user_file, one_function):
    path = user_file(one_function("logits", "while True: pass"))
    code = (
        "import sys, numpy as np; from pathlib import Path; from compare.backends.worker import Worker\n"
        "worker = Worker(Path(sys.argv[1])); print(worker._process.running.pid, flush=True)\n"
        "worker.equations().logits(np.ones((1, 2)), np.ones((3, 2)), np.ones(3))"
    )
    asking = subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True)
    with asking:
        number = int(asking.stdout.readline())
        time.sleep(0.5)
        asking.kill()
    for _ in range(100):
        if not _runs(number):
            return
        time.sleep(0.1)
    raise AssertionError("it still runs")


def _runs(number: int) -> bool:
    # what has ended and was not waited for is still listed
    state = Path(f"/proc/{number}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_functions_are_called_on_one_thread(user_file, one_function):
    body = (
        "from threadpoolctl import threadpool_info; return X @ W.T + sum({i['num_threads'] for i in threadpool_info()})"
    )
    functions = Worker(Path(user_file(one_function("logits", body)))).equations()
    assert (functions.logits(np.ones((1, 2)), np.ones((3, 2)), np.ones(3)) == 3).all()
