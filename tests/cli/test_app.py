"""The manners of the command line: help, streams, Ctrl-C, errors, exit codes."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from compare.cli import prove as prove_command

ROOT = Path(__file__).parents[2]
SHORT = "--data", "digits", "--epochs", "3"


@pytest.mark.parametrize("command", [(), ("prove",), ("train",)])
def test_help_has_an_example(cli, command: tuple[str, ...]):
    code, out, _ = cli(*command, "--help")
    assert code == 0
    assert "Example: python -m compare" in out


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
    return process.wait(10), output


@pytest.mark.parametrize(
    ("args", "until"),
    [
        (("prove", "--data", "digits", "--epochs", "20000"), b"float32 epoch 3"),
        (("train", "--backend", "scratch", "--data", "digits", "--epochs", "100000"), b"Epoch [20/100000]"),
    ],
)
def test_ctrl_c_ends_with_130_and_gives_the_cursor_back(args: tuple[str, ...], until: bytes):
    code, output = in_a_terminal(*args, until=until)
    assert code == 130
    assert b"\x1b[?25l" in output, "the bar hides the cursor"
    assert output.rindex(b"\x1b[?25h") > output.rindex(b"\x1b[?25l")
    assert b"Traceback" not in output
    assert output.rstrip().endswith(b"interrupted")
    assert re.search(rb"\d%.*\d:\d\d:\d\d", output), "a share done and the time left"


def test_the_lines_of_training_go_where_stdout_goes(tmp_path: Path):
    """With stderr a terminal and stdout a file, the bar must not swallow the lines."""
    main, side = pty.openpty()
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-m", "compare", "train", "--backend", "scratch", *SHORT]
        subprocess.run(command, cwd=ROOT, stdout=log, stderr=side, env=os.environ | {"TERM": "xterm"}, check=True)
    os.close(side)
    os.close(main)
    assert (tmp_path / "log").read_text().count("Epoch [") == 3


def test_a_closed_stdout_is_no_traceback():
    command = f"{sys.executable} -m compare train --backend scratch --data digits --epochs 1 >&-"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_crash_is_not_taken_for_a_difference(cli, monkeypatch: pytest.MonkeyPatch):
    def crash(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(prove_command, "prove_one", crash)
    code, _, err = cli(*SHORT)
    assert code == 2
    assert "ZeroDivisionError" in err


@pytest.mark.parametrize("end", ["> /dev/full", "| head -n 1"])
def test_output_that_goes_nowhere(end: str):
    command = f"set -o pipefail; {sys.executable} -u -m compare {' '.join(SHORT)} --dtype float32 2>err {end}; echo $?"
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, env=environment)
        err = Path(folder, "err").read_text()
    assert done.stdout.splitlines()[-1] == "2"
    assert "Traceback" not in err


def test_json_goes_to_stdout(cli):
    code, out, _ = cli(*SHORT, "--quiet", "--json", "-")
    assert code == 0
    assert json.JSONDecoder().raw_decode(out)[0]["verdict"] == "match"


def test_a_million_epochs_begin_at_once(cli, monkeypatch: pytest.MonkeyPatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(prove_command, "prove_one", stop)
    began = time.monotonic()
    assert cli("--data", "digits", "--epochs", 10**6)[0] == 130
    assert time.monotonic() - began < 5


def test_json_goes_down_a_pipe():
    command = [sys.executable, "-m", "compare", *SHORT, "--quiet", "--json", "/dev/stdout"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    content, end = json.JSONDecoder().raw_decode(done.stdout)
    assert content["verdict"] == "match"
    assert done.stdout[end:].strip().startswith("match:")


def test_output_that_cannot_show_a_character_is_no_error():
    command = [sys.executable, "-m", "compare", *SHORT, "--dtype", "float32"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, env=environment)
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert b"match:" in done.stdout


COMMANDS = {
    "prove": ("prove", *SHORT, "--dtype", "float32"),
    "train": ("train", "--backend", "scratch", *SHORT),
    "data": ("data", "digits"),
    "list": ("data", "--list"),
    "evaluate": ("evaluate", "MODEL"),
    "predict": ("predict", "MODEL", "--index", 3),
    "explain": ("explain", "MODEL", "--index", 3),
    "runs": ("runs",),
    "experiment": ("experiment", "dataset", "--data-root", "."),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_json_on_stdout_is_alone_there(cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.chdir(tmp_path)
    assert cli("train", "--backend", "scratch", *SHORT, "--quiet", "--save", "MODEL")[0] == 0
    code, out, err = cli(*COMMANDS[name], "--json", "-")
    assert code == 0
    assert json.loads(out)
    assert err, "what the command says to people goes to stderr"
    assert cli("data", "digits")[1].startswith("digits: "), "and the next one has its stdout back"
