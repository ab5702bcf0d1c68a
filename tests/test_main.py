"""`python -m compare` as a process: Ctrl-C, closed and broken streams, pipes."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import compare.__main__
import compare.cli

ROOT = Path(__file__).parents[1]
SHORT = "--data", "digits", "--epochs", "3"


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


@pytest.mark.parametrize(
    ("args", "until"),
    [
        (("prove", "--data", "digits", "--epochs", "20000"), b"float32, epoch 3"),
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


def test_the_lines_of_training_go_where_stdout_goes(tmp_path: Path):
    """With stderr a terminal and stdout a file, the bar must not swallow the lines."""
    main, side = pty.openpty()
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-m", "compare", "train", *SHORT]
        subprocess.run(command, cwd=ROOT, stdout=log, stderr=side, env=os.environ | {"TERM": "xterm"}, check=True)
    os.close(side)
    os.close(main)
    assert (tmp_path / "log").read_text().count("epoch ") == 4


def test_a_closed_stdout_is_no_traceback():
    command = f"{sys.executable} -m compare train --backend scratch --data digits --epochs 1 >&-"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_while_python_imports_is_one_line_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.delattr(compare.cli, "app", raising=False)
    monkeypatch.setattr(compare.cli, "__getattr__", interrupt, raising=False)
    with pytest.raises(SystemExit) as stopped:
        compare.__main__.main()
    assert stopped.value.code == 130
    assert capsys.readouterr() == ("", "interrupted\n")


# Commands that import no PyTorch, because each has a process of its own.
LIGHT = "data", "digits"


@pytest.mark.parametrize("end", ["> /dev/full", "| true"])
def test_output_that_goes_nowhere(tmp_path: Path, end: str):
    line = f"set -o pipefail; {sys.executable} -m compare {' '.join(LIGHT)} 2>{tmp_path / 'err'} {end}; echo $?"
    done = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "2\n"
    assert "Traceback" not in (tmp_path / "err").read_text()


def test_json_goes_down_a_pipe():
    line = [sys.executable, "-m", "compare", *LIGHT, "--json", "/dev/stdout"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    content, end = json.JSONDecoder().raw_decode(done.stdout)
    assert content["name"] == "digits"
    assert done.stdout[end:].strip().startswith("digits: ")


def test_output_that_cannot_show_a_character_is_no_error(tmp_path: Path):
    line = [sys.executable, "-m", "compare", "experiment", "dataset", "--data-root", str(tmp_path)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert b"?????" in done.stdout, "the bars"
