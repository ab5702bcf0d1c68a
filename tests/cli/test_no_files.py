"""Pipes, sockets, devices and folders in place of any file that is read: one line, and nobody waits."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from compare.exercise.progress import progress_path

OLD = Path(__file__).parents[1] / "report" / "old" / "run.json"


def make_socket(path: Path) -> None:
    # the name of a socket may have 107 characters only
    here = Path.cwd()
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)
    os.chdir(here)


KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (os.mkfifo, "it is a pipe, not a file"),
    "socket": (make_socket, "it is a socket, not a file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "it is a device, not a file"),
    "folder": (Path.mkdir, "Is a directory"),
}
# The command line, CHECKPOINT being a good one and IT what is no file.
COMMANDS = {
    "evaluate": "evaluate IT",
    "predict": "predict IT --index 1",
    "explain": "explain IT --index 1",
    "resume": "train --resume IT",
    "picture": "predict CHECKPOINT --image IT",
    "user file, prove": "prove --backend IT",
    "exercise": "exercise IT",
    "a test": "exercise --check IT",
}


# A folder of exercises is a class.
TAKEN = ("exercise", "folder")


@pytest.mark.parametrize(
    ("command", "kind"), [(command, kind) for command in COMMANDS for kind in KINDS if (command, kind) != TAKEN]
)
def test_what_is_no_file_is_one_line(refused, checkpoint: Path, tmp_path: Path, command: str, kind: str):
    make, words = KINDS[kind]
    path = tmp_path / ("it.py" if "user" in command or command == "exercise" else "it")
    make(path)
    line = COMMANDS[command].replace("CHECKPOINT", str(checkpoint)).replace("IT", str(path))
    assert words in refused(*line.split())


@pytest.mark.parametrize("kind", KINDS)
def test_a_data_set_of_no_files(refused, write_mnist, tmp_path: Path, kind: str):
    make, words = KINDS[kind]
    root = write_mnist(tmp_path / "data")
    path = root / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    path.unlink()
    make(path)
    assert refused("data", "mnist", "--data-root", root) == f"error: {path}: cannot be read: {words}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_of_no_file_does_not_hide_the_others(cli, tmp_path: Path, kind: str):
    make, words = KINDS[kind]
    for name in ("bad", "good"):
        (tmp_path / name).mkdir()
    shutil.copy(OLD, tmp_path / "good")
    make(tmp_path / "bad" / "run.json")
    code, out, err = cli("runs", "--runs-root", tmp_path)
    assert (code, len(err.splitlines())) == (2, 1)
    assert words in err
    assert "train scratch" in out


@pytest.mark.parametrize("kind", KINDS)
def test_progress_that_is_no_file(refused, exercise_file, kind: str):
    make, words = KINDS[kind]
    path = exercise_file()
    make(progress_path(path))
    line = refused("exercise", path, "--hint")
    assert line.endswith(f"mine.progress.json: progress cannot be read: {words}; use --reset")


def test_no_checkpoint_is_kept_in_a_pipe(cli, tmp_path: Path):
    """Nobody may ever read it, and a save holds every signal."""
    pipe = tmp_path / "model"
    os.mkfifo(pipe)
    code, out, err = cli("train", "--data", "digits", "--epochs", 1, "--save", pipe)
    assert (code, out) == (2, "")
    assert err == f"error: --save {pipe}: a checkpoint is kept in a file, and this is none\n"
