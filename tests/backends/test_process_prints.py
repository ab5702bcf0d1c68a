"""What a user's file prints is shown in part, ends its line, and is no traceback of ours."""

from pathlib import Path

import numpy as np
import pytest

from compare.backends.user_file import UserFileError
from compare.backends.worker import Worker

INPUTS = np.ones((2, 3)), np.ones((4, 3)), np.ones(4)


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


@pytest.mark.parametrize("end", ["raise ValueError", "os._exit(3)", "import sys; sys.modules.clear(); del os.write"])
def test_what_it_prints_ends_its_line_before_the_fault_is_told(user_file, capfd: pytest.CaptureFixture, end: str):
    body = f"def logits(X, W, b):\n    os.write(1, b'half a line')\n    time.sleep(0.3)\n    {end}\n"
    worker = Worker(Path(user_file(f"import os, time\n{body}")))
    with pytest.raises(UserFileError):
        worker.equations().logits(*INPUTS)
    assert capfd.readouterr().err == "half a line\n"
    worker.end()
    assert capfd.readouterr().err == ""


def test_a_worker_that_cannot_answer_ends_without_a_traceback(user_file, capfd: pytest.CaptureFixture):
    body = "    import json\n    json.dumps = None\n    return X @ W.T + b\n"
    worker = Worker(Path(user_file(f"def logits(X, W, b):\n{body}")))
    with pytest.raises(UserFileError, match=r"logits \(E1\) ended its process \(code 1\), in call 1$"):
        worker.equations().logits(*INPUTS)
    assert capfd.readouterr().err == ""
