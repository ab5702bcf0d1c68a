"""`python -m compare` stopped from outside: Ctrl-C, signals, a terminal or a pipe that is closed, a full disk."""

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from compare.training.checkpoint import load_checkpoint

ROOT = Path(__file__).parents[1]


def in_a_terminal(*args: str, until: bytes) -> tuple[int, bytes]:
    """Run the command line in a pseudo-terminal, interrupt it once it has printed `until`: exit code, output."""
    main, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "compare", *args],
        cwd=ROOT,
        stdin=side,
        stdout=side,
        stderr=side,
        env=os.environ | {"TERM": "xterm"},
    )
    os.close(side)
    output, deadline, interrupted = b"", time.monotonic() + 60, False
    while time.monotonic() < deadline:
        try:
            output += os.read(main, 1 << 16)
        except OSError:  # the other end is closed: the process has ended
            break
        if until in output and not interrupted:
            process.send_signal(signal.SIGINT)
            interrupted = True
    os.close(main)
    try:
        return process.wait(10), output
    finally:
        process.kill()


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("args", "until"),
    [
        (("prove", "--data", "digits", "--epochs", "20000"), b"float32 in epoch 1"),
        (("train", "--data", "digits", "--epochs", "100000", "--log-epochs", "10"), b"epoch     20: "),
    ],
)
def test_ctrl_c_ends_with_130_and_gives_the_cursor_back(args: tuple[str, ...], until: bytes):
    code, output = in_a_terminal(*args, until=until)
    assert code == 130
    assert b"\x1b[?25l" in output, "the bar hides the cursor"
    assert output.rindex(b"\x1b[?25h") > output.rindex(b"\x1b[?25l")
    assert b"Traceback" not in output
    assert output.rstrip().endswith(b"interrupted")
    assert re.search(rb"\d %.*\d:\d\d:\d\d", output), "a share done and the time left"


def without_time(text: str) -> str:
    """What is on stderr, without the line that says how long it takes."""
    return re.sub(r"^this takes about .*\n", "", text)


TRAIN = "train", "--data", "digits", "--epochs", "100000", "--log-epochs", "1"


@pytest.mark.parametrize("unbuffered", ["", pytest.param("1", marks=pytest.mark.heavy)])
def test_a_pipe_that_nobody_reads_any_more_saves_first(tmp_path: Path, unbuffered: str):
    command = " ".join([sys.executable, "-m", "compare", *TRAIN, "--save", str(tmp_path / "model"), "| head -1"])
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
    )
    assert (done.returncode, without_time(done.stderr)) == (141, "")
    assert load_checkpoint(tmp_path / "model").progress.history


def after(preparation: str, *args: str, **streams: object) -> subprocess.Popen:
    """Start the command line in a process that has done something else first."""
    code = f"import fcntl, os, resource, sys, termios; {preparation}; os.execv(sys.executable, sys.argv[1:])"
    command = [sys.executable, "-c", code, sys.executable, "-m", "compare", *args]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, **streams)


def test_a_terminal_that_is_closed_saves_first(tmp_path: Path):
    main, side = pty.openpty()
    its_own = "os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0)"
    process = after(its_own, *TRAIN, "--save", str(tmp_path / "model"), stdin=side, stdout=side)
    os.close(side)
    output = b""
    while b"epoch      5:" not in output:
        output += os.read(main, 1 << 16)
    os.close(main)
    # the signal comes before or after a line that goes nowhere
    said = "output cannot be written: Input/output error; training goes on\n"
    told = without_time(process.communicate()[1].decode()).removeprefix(said)
    assert re.fullmatch(rf"{tmp_path / 'model'}: what is saved ends after epoch \d+(, step \d+ of the next)?\n", told)
    assert process.returncode == 129
    assert len(load_checkpoint(tmp_path / "model").progress.history) > 5


@pytest.mark.heavy
def test_after_nohup_a_terminal_may_be_closed():
    command = f"nohup {sys.executable} -m compare {' '.join(TRAIN)}"
    process = subprocess.Popen(
        ["sh", "-c", f"exec {command}"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    for _ in range(3):
        process.stdout.readline()
    process.send_signal(signal.SIGHUP)
    for _ in range(3):
        assert process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert process.communicate()[1].endswith(b"nothing is saved: that takes --save FILE\n")
    assert process.returncode == 143


LONG = "--data", "digits", "--epochs", "20000"


def ended(group: int) -> bool:
    """True once no process of a group is left."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("args", "sent", "code", "says"),
    [
        (("prove", *LONG), signal.SIGTERM, 143, b"this takes about "),
        (("bugs", *LONG), signal.SIGTERM, 143, b"48 mistakes "),
        (("bugs", *LONG), signal.SIGHUP, 129, b"48 mistakes "),
        (("exercise", "FILE", *LONG), signal.SIGTERM, 143, b""),
        (("experiment", "lr", "--backend", "both"), signal.SIGHUP, 129, b""),
    ],
)
def test_a_signal_ends_every_command_and_its_processes_in_order(
    tmp_path: Path, right_functions: str, args: tuple[str, ...], sent: signal.Signals, code: int, says: bytes
):
    (tmp_path / "mine.py").write_text(right_functions)
    args = tuple(str(tmp_path / "mine.py") if arg == "FILE" else arg for arg in args)
    command = [sys.executable, "-m", "compare", *args, "--json", str(tmp_path / "json")]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    # what it says first, if anything, comes before its work
    assert not says or process.stderr.readline().startswith(says)
    time.sleep(2)
    # as `timeout` does: to all of its processes
    for _ in range(3):
        os.killpg(process.pid, sent)
        time.sleep(0.003)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) in [(code, b""), (-sent, b"")]
    assert process.returncode == code or not says, "it was still starting"
    # what was right before the signal is kept, as it should be; nothing is half-written
    assert {path.name for path in tmp_path.iterdir()} - {"mine.progress.json"} == {"mine.py"}
    assert ended(process.pid)


SLOW = """
import time

def logits(X, W, b):
    time.sleep(4)
    return X @ W.T + b
"""


@pytest.mark.heavy
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_calls_that_take_seconds_do_not_add_up_after_a_signal(tmp_path: Path, sent: signal.Signals, code: int):
    (tmp_path / "mine.py").write_text(SLOW)
    files = "--backend", str(tmp_path / "mine.py"), "--save", str(tmp_path / "model")
    process = after("None", *TRAIN, *files)
    # it has begun, and evaluates twice before the first step
    time.sleep(5)
    began = time.monotonic()
    process.send_signal(sent)
    _, err = process.communicate()
    assert process.returncode == code
    assert f"{tmp_path / 'model'}: nothing is saved".encode() in err.splitlines()
    assert time.monotonic() - began < 7


@pytest.mark.heavy
def test_a_disk_that_is_full_ends_no_training(tmp_path: Path):
    """Files may not be larger than the history of some epochs, which is what a full disk looks like."""
    path = tmp_path / "model"
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))"
    process = after(limit, *TRAIN[:-2], "--save", str(path), "--quiet")
    fault = f"{path}: the checkpoint cannot be written: File too large"
    assert process.stderr.readline().decode() == f"{fault}; training goes on, and it is tried again\n"
    time.sleep(5)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate()
    assert (process.returncode, err.decode()) == (143, f"{fault}; it is tried again\n{fault}; nothing is saved\n")
    assert not list(tmp_path.iterdir())
