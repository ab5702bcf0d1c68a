"""The process of a worker: whatever ends it is one line, it prints within limits, and nothing of it stays."""

import errno
import os
import select
import signal
import time
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from compare.backends.user_file import UserFileError
from compare.backends.worker import Worker
from compare.errors import InputError
from compare.files import short_path
from compare.problem import Problem
from compare.signals import signals_held

INPUTS = np.ones((2, 3)), np.ones((4, 3)), np.ones(4)


SHORTER, SHORTER_2 = (f"os.truncate(sys.argv[1] + '/{name}', 0)" for name in ("answers", "requests"))
NO_FILE = "makes a file of its process shorter, which it must not, "
# What a file does, and the line that says so.
FATAL = {
    "exits": ("import os; os._exit(0)", "logits (E1) ended its process (code 0), in call 1"),
    "crashes": ("import ctypes; ctypes.string_at(0)", "logits (E1) ended its process (signal SIGSEGV)"),
    "forks": ("import os; os.fork(); return X @ W.T + b", "logits (E1) copies its process (fork)"),
    "closes everything": ("import os; os.closerange(0, 99); return X @ W.T + b", "logits (E1) ended its process"),
    "makes its answers shorter": (f"import os, sys; {SHORTER}; return X @ W.T + b", NO_FILE),
    "makes both shorter, and hangs": (f"import os, sys, time; {SHORTER}; {SHORTER_2}; time.sleep(60)", NO_FILE),
    "makes what it maps shorter": (
        """
    import os, sys
    for line in open('/proc/self/maps'):
        if sys.argv[1] in line:
            os.truncate(line.split()[-1], 0)
    return X @ W.T + b""",
        NO_FILE,
    ),
    "closes its pipes and goes on": (
        "import os, time; os.closerange(3, 99); time.sleep(60)",
        "logits (E1) closes the pipes of its process, in call 1",
    ),
    "leaves a copy that holds its pipes": (
        """
    import ctypes, os, time
    if ctypes.CDLL(None).fork() == 0:
        os.setsid()
        time.sleep(20)
        os._exit(0)
    os._exit(3)""",
        "logits (E1) ended its process (code 3), in call 1",
    ),
    "leaves a program that holds its pipes": (
        """
    import os, subprocess
    for n in range(3, 99):
        if os.path.exists(f"/proc/self/fd/{n}"):
            os.set_inheritable(n, True)
    subprocess.Popen(["sleep", "20"], close_fds=False, start_new_session=True)
    os.kill(os.getpid(), 9)""",
        "logits (E1) ended its process (signal SIGKILL), in call 1",
    ),
    "leaves a program that prints": (
        "import os, subprocess; subprocess.Popen(['timeout', '20', 'yes'], start_new_session=True); os._exit(3)",
        "logits (E1) ",
    ),
    "prints too much": (
        "import time; print('x' * 1_000_000, flush=True); time.sleep(9)",
        "logits (E1) prints more than 1,000,000 bytes",
    ),
}


def _limited(path: str, time_limit: float) -> Worker:
    """A worker with this time limit once the file is loaded, which takes a while on a busy computer."""
    worker = Worker(Path(path))
    worker._process.time_limit = time_limit
    return worker


@pytest.mark.parametrize("case", FATAL)
def test_what_ends_a_process_is_one_line(user_file, one_function, case: str):
    body, words = FATAL[case]
    path = user_file(one_function("logits", body))
    worker = _limited(path, 2.0)
    functions, began = worker.equations(), time.monotonic()
    with pytest.raises(UserFileError) as refused:
        functions.logits(*INPUTS)
    assert str(refused.value).startswith(f"{short_path(Path(path))}: {words}")
    assert "\n" not in str(refused.value)
    worker.end()
    assert time.monotonic() - began < 9
    assert not worker._process._printer.is_alive()


def test_a_call_that_does_not_return_is_ended(user_file, one_function):
    functions = _limited(user_file(one_function("log_softmax", "while True: pass")), 0.3).equations()
    began = time.monotonic()
    with pytest.raises(UserFileError, match=r"log_softmax \(E2\) takes over 0\.3 s \(see --time-limit\)"):
        functions.log_softmax(np.ones((1, 2)))
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("when", ["", "if Path(KEPT).exists(): "])
def test_a_file_that_is_loading_for_ever_is_ended(user_file, one_function, tmp_path: Path, when: str):
    """Also if only the second time takes long: for each side it is loaded anew."""
    kept = str(tmp_path / "kept")
    load = f"import time\nfrom pathlib import Path\nKEPT = {kept!r}\n{when}time.sleep(60)\nPath(KEPT).touch()\n"
    code = load + one_function("logits", "return X @ W.T + b")
    began = time.monotonic()
    with pytest.raises(UserFileError, match=r"mine\.py: takes over 0\.3 s \(see --time-limit\), while it was loaded$"):
        Worker(Path(user_file(code)), time_limit=0.3).equations().logits(*INPUTS)
    assert time.monotonic() - began < 10


def test_a_process_that_does_not_start_is_no_fault_of_the_limit(user_file, monkeypatch: pytest.MonkeyPatch):
    path = Path(user_file("def logits(X, W, b): ..."))
    monkeypatch.setattr("compare.backends.process.STARTING", 0.0)
    monkeypatch.setattr("compare.backends.process.POLL", 0.001)
    with pytest.raises(UserFileError, match=r"mine\.py: takes over 0 s to start, before it was loaded"):
        Worker(path)


def test_a_process_that_cannot_be_started_is_one_line(user_file, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def too_many(*_: object, **__: object) -> NoReturn:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("compare.backends.shared_memory.IN_RAM", tmp_path / "memory")
    (tmp_path / "memory").mkdir()
    monkeypatch.setattr("subprocess.Popen", too_many)
    with pytest.raises(InputError, match=r"mine\.py: its process cannot be started: Resource temporarily unavailable$"):
        Worker(Path(user_file("def logits(X, W, b): ...")))
    assert not list((tmp_path / "memory").iterdir())


def test_what_it_started_ends_with_it(user_file, one_function, tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    body = f"import subprocess; subprocess.Popen(['sleep', '9'], stdout=open({str(pipe)!r}, 'w')); return X @ W.T + b"
    with open(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
        worker = Worker(Path(user_file(one_function("logits", body))))
        worker.equations().logits(*INPUTS)
        assert not select.select([reader], [], [], 0)[0]  # it holds the pipe open
        worker.end()
        assert select.select([reader], [], [], 5)[0]


def test_what_it_started_ends_with_it_also_where_it_ends_itself(user_file, one_function, tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    body = f"import os, subprocess; subprocess.Popen(['sleep', '9'], stdout=open({str(pipe)!r}, 'w')); os._exit(0)"
    with open(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
        with pytest.raises(UserFileError, match="ended its process"):
            Worker(Path(user_file(one_function("logits", body)))).equations().logits(*INPUTS)
        assert select.select([reader], [], [], 5)[0]


def test_an_array_is_not_written_to_what_a_file_has_put_in_its_place(user_file, one_function, small: Problem):
    body = """
    import os, sys
    for n in range(99):
        for name in (f"array-{n}", f"a{n}"):
            if not os.path.exists(f"{sys.argv[1]}/{name}"):
                os.mkfifo(f"{sys.argv[1]}/{name}")
    return X @ W.T + b"""
    worker = Worker(Path(user_file(one_function("logits", body))))
    worker.equations().logits(*INPUTS)
    assert worker.backend().side(small, "float64").evaluate(*small.validation).loss > 0


def test_the_time_limit_is_for_one_call_not_for_all(user_file, one_function, small: Problem):
    body = "import time; time.sleep(0.12); return X @ W.T + b"
    side = _limited(user_file(one_function("logits", body)), 1.0).backend().side(small, "float64")
    # 12 calls in one request
    assert side.evaluate(np.zeros((11_001, 12)), np.zeros(11_001, int)).loss > 0


def test_all_that_is_asked_for_after_a_signal_shares_one_patience(
    user_file, one_function, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("compare.backends.process.PATIENCE", 1.0)
    monkeypatch.setattr("compare.backends.process.LAST", 0.1)
    functions = Worker(Path(user_file(one_function("logits", "import time; time.sleep(0.6); return X @ W.T + b"))))
    logits, began = functions.equations().logits, time.monotonic()
    with signals_held():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(UserFileError, match=r"logits \(E1\) did not return within 1 s of the signal to end"):
            [logits(*INPUTS) for _ in range(9)]
    assert time.monotonic() - began < 3


def test_what_is_asked_for_when_the_patience_is_over_is_answered(
    user_file, one_function, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("compare.backends.process.PATIENCE", 0.0)
    functions = Worker(Path(user_file(one_function("logits", "import time; time.sleep(0.4); return X @ W.T + b"))))
    logits = functions.equations().logits
    with signals_held():
        signal.raise_signal(signal.SIGINT)
        time.sleep(0.4)
        assert logits(*INPUTS).shape == (2, 4)


def test_what_ends_while_it_is_loaded(user_file):
    with pytest.raises(UserFileError, match=r"mine\.py: ended its process \(code 0\), while it was loaded"):
        Worker(Path(user_file("import os\nos._exit(0)\n")))
    with pytest.raises(UserFileError, match=r"mine\.py: copies its process \(fork\), .*, while it was loaded"):
        Worker(Path(user_file("import os\nos.fork()\n")))


def test_garbage_in_its_pipes_is_one_line(user_file, one_function):
    body = "import os, contextlib\n    for n in range(3, 30):\n        with contextlib.suppress(OSError):\n"
    body += "            os.write(n, b'garbage' * 99)\n    return X @ W.T + b"
    functions = Worker(Path(user_file(one_function("logits", body)))).equations()
    with pytest.raises(UserFileError) as refused:
        functions.logits(*INPUTS)
    assert "\n" not in str(refused.value)
