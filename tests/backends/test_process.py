"""The process of a worker: whatever ends it is one line, it prints within limits, and nothing of it stays."""

import errno
import os
import select
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

INPUTS = np.ones((2, 3)), np.ones((4, 3)), np.ones(4)


# What a file does, and the line that says so.
FATAL = {
    "exits": ("import os; os._exit(0)", "logits (E1) ended its process (code 0), in call 1"),
    "crashes": ("import ctypes; ctypes.string_at(0)", "logits (E1) ended its process (signal SIGSEGV)"),
    "forks": ("import os; os.fork(); return X @ W.T + b", "logits (E1) copies its process (fork)"),
    "closes everything": ("import os; os.closerange(0, 99); return X @ W.T + b", "logits (E1) ended its process"),
    "prints too much": (
        "import time; print('x' * 1_000_000, flush=True); time.sleep(9)",
        "logits (E1) prints more than 1,000,000 bytes",
    ),
}


@pytest.mark.parametrize("case", FATAL)
def test_what_ends_a_process_is_one_line(user_file, one_function, case: str):
    body, words = FATAL[case]
    path = user_file(one_function("logits", body))
    functions = Worker(Path(path)).equations()
    with pytest.raises(UserFileError) as refused:
        functions.logits(*INPUTS)
    assert str(refused.value).startswith(f"{short_path(Path(path))}: {words}")
    assert "\n" not in str(refused.value)


def test_a_call_that_does_not_return_is_ended(user_file, one_function):
    functions = Worker(Path(user_file(one_function("log_softmax", "while True: pass"))), time_limit=0.3).equations()
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


def test_the_time_limit_is_for_one_call_not_for_all(user_file, one_function, small: Problem):
    body = "import time; time.sleep(0.12); return X @ W.T + b"
    side = Worker(Path(user_file(one_function("logits", body))), time_limit=1.0).backend().side(small, "float64")
    # 12 calls in one request
    assert side.evaluate(np.zeros((11_001, 12)), np.zeros(11_001, int)).loss > 0


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


@pytest.mark.parametrize(("count", "notes"), [(2000, 0), (1_000_000, 1)])
def test_all_is_shown_of_two_thousand_bytes_and_a_million_are_allowed(
    user_file, one_function, capfd: pytest.CaptureFixture, count: int, notes: int
):
    body = f"import os; os.write(1, b'y' * {count}); return X @ W.T + b"
    worker = Worker(Path(user_file(one_function("logits", body))))
    worker.equations().logits(*INPUTS)
    worker.end()
    err = capfd.readouterr().err
    assert (err.count("y"), err.count("(what else it prints is not shown)")) == (2000, notes)
    assert worker._process.fault == ""


def test_what_it_prints_is_shown_once_and_in_part(user_file, one_function, capfd: pytest.CaptureFixture):
    code = "print('loaded')\n" + one_function("logits", "print('y' * 300_000); return X @ W.T + b")
    worker = Worker(Path(user_file(code)))
    worker.equations().logits(*INPUTS)
    worker.end()
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("loaded") == 2  # it was loaded, and run anew for the functions
    assert err.count("y") == 2000 - len("loaded\n" * 2)
    assert err.count("(what else it prints is not shown)") == 1
