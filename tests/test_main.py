"""`python -m compare` as a process: closed and broken streams, pipes, Ctrl-C while it starts."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import compare.__main__
import compare.cli

ROOT = Path(__file__).parents[1]
SHORT = "--data", "digits", "--epochs", "3"


def test_the_lines_of_training_go_where_stdout_goes(tmp_path: Path):
    """With stderr a terminal and stdout a file, the bar must not swallow the lines."""
    main, side = pty.openpty()
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-m", "compare", "train", *SHORT]
        subprocess.run(command, cwd=ROOT, stdout=log, stderr=side, env=os.environ | {"TERM": "xterm"}, check=True)
    os.close(side)
    os.close(main)
    assert (tmp_path / "log").read_text().count("\nepoch ") == 4


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


@pytest.mark.parametrize(
    ("args", "end", "code", "says"),
    [
        (LIGHT, "> /dev/full", 2, "error: output cannot be written: No space left on device\n"),
        (LIGHT, "| true", 141, ""),
        ((*LIGHT, "--json", "-"), "| true", 141, ""),
        (("--help",), "| true", 141, ""),
    ],
)
def test_output_that_goes_nowhere(tmp_path: Path, args: tuple[str, ...], end: str, code: int, says: str):
    line = f"set -o pipefail; {sys.executable} -m compare {' '.join(args)} 2>{tmp_path / 'err'} {end}; echo $?"
    done = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == f"{code}\n"
    assert (tmp_path / "err").read_text() == says


def test_json_for_a_stdout_that_is_closed_is_refused():
    command = f"{sys.executable} -m compare data digits --json - >&-"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "error: --json -: stdout is closed\n")


def test_what_is_said_on_a_stderr_that_is_closed_goes_nowhere():
    command = f"{sys.executable} -m compare data nothing 2>&-"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")


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
