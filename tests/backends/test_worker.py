"""A user's file in a process of its own: what it ends, prints or breaks changes no result. Each test is a process."""

import json
from pathlib import Path

import pytest


def test_a_function_that_ends_the_process_gets_no_result(command, user_file, one_function, tmp_path: Path):
    path = user_file(one_function("logits", "import os; os._exit(0)"))
    done = command("prove", "--backend", path, "--data", "digits", "--epochs", 1, "--json", tmp_path / "json")
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert last == f"error: {path}: logits (E1) ended the whole process, with code 0, in call 1 of its functions"
    assert not (tmp_path / "json").exists()


# What a file does beside its work, and that nothing else notices.
NOISE = {
    "writes to file descriptors": "import os, sys; os.write(1, b'RAW'); sys.__stdout__.write('RAW')",
    "has NumPy raise": "np.seterr(all='raise')",
    "leaves a thread behind": "import threading, time; threading.Thread(target=time.sleep, args=(1000,)).start()",
    "exits in its own way": "import atexit, os; atexit.register(os._exit, 7)",
    "has a dataclass": "import dataclasses; dataclasses.make_dataclass('A', ['x'])(1)",
}


def test_what_a_file_does_beside_its_work_changes_nothing(command, user_file, right_functions):
    code = "\n".join(f"def noise_{n}():\n    {what}" for n, what in enumerate(NOISE.values()))
    calls = "\n".join(f"noise_{n}()" for n in range(len(NOISE)))
    noisy = f"from __future__ import annotations\n{right_functions}\n{code}\n{calls}\n".replace(
        "return X @", "noise_0(); noise_1(); return X @"
    )
    path = user_file(noisy)
    done = command("prove", "--backend", path, "--data", "digits", "--epochs", 1, "--dtype", "float32", "--json", "-")
    assert done.returncode == 0
    assert json.loads(done.stdout)["verdict"] == "match"
    assert "RAW" in done.stderr


@pytest.mark.parametrize("change", ["np.abs = lambda *_, **__: 1 / 0", "np.random.default_rng = None"])
def test_a_file_that_breaks_numpy_ends_in_one_line(command, user_file, right_functions, change: str):
    done = command("prove", "--backend", user_file(right_functions + change), "--data", "digits", "--epochs", 1)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: ")


def test_a_receipt_that_was_not_asked_for_is_no_result(command, user_file):
    forged = "import os, sys\nprint(sorted(os.environ), file=sys.stderr)\nos._exit(0)\n"
    done = command("prove", "--backend", user_file(forged), "--data", "digits", "--epochs", 1)
    assert done.returncode == 2
    assert "COMPARE_CHILD" not in done.stderr
    assert "ended the whole process, with code 0, while it was loaded" in done.stderr
