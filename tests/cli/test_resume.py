"""`train --resume`: from Ctrl-C, from either side, and only on what it began with."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from compare.training.checkpoint import load_checkpoint

MOVING = "--data", "digits", "--momentum", "0.9"


@pytest.mark.parametrize(("first", "second"), [("scratch", "scratch"), ("torch", "torch"), ("scratch", "torch")])
def test_resume_from_the_command_line(cli, tmp_path: Path, first: str, second: str):
    path = tmp_path / "model"
    whole = cli("train", "--backend", second, *MOVING, "--epochs", 6)[1].splitlines()
    assert cli("train", "--backend", first, *MOVING, "--epochs", 2, "--save", path)[0] == 0
    code, out, err = cli("train", "--backend", second, "--resume", path, "--epochs", 6)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    first_epoch = next(n for n, line in enumerate(lines) if line.startswith("epoch 3/6: "))
    assert not any(line.startswith("epoch") for line in lines[:first_epoch])
    assert lines[first_epoch:-1] == whole[first_epoch + 3 : -1]
    if first == second:
        # what the two sides did together is no proof's end, so a resumed run does not say so
        assert lines[-1] == whole[-1].partition(",")[0]


SIGNALS = {signal.SIGINT: (130, b"interrupted\n"), signal.SIGTERM: (143, b""), signal.SIGHUP: (129, b"")}


@pytest.mark.parametrize(
    ("backend", "sent"),
    [
        ("scratch", signal.SIGINT),
        pytest.param("torch", signal.SIGINT, marks=pytest.mark.heavy),
        ("scratch", signal.SIGTERM),
        pytest.param("scratch", signal.SIGHUP, marks=pytest.mark.heavy),
    ],
)
def test_a_signal_saves_and_resuming_ends_in_the_same_bits(
    cli, root: Path, tmp_path: Path, backend: str, sent: signal.Signals
):
    path, epochs = tmp_path / "model", 20_000
    command = [sys.executable, "-m", "compare", "train", "--backend", backend, *MOVING, "--epochs", str(epochs)]
    process = subprocess.Popen([*command, "--save", path], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    time.sleep(0.2)
    # sending it again and again, in a record or a save, must not change what is saved
    for _ in range(4):
        process.send_signal(sent)
        time.sleep(0.003)
    _, err = process.communicate(timeout=30)
    progress = load_checkpoint(path).progress
    done = len(progress.history) - 1
    assert 1 <= done < epochs
    more = f", step {progress.step} of the next" if progress.step else ""
    reaches = f"{path}: what is saved ends after epoch {done}{more}\n".encode()
    code, said = SIGNALS[sent]
    # a line before may say that it takes long
    assert (process.returncode, re.sub(rb"^this takes about .*\n", b"", err)) == (code, reaches + said)

    def final(*args: object) -> dict:
        assert cli("train", "--backend", backend, *args, "--quiet", "--json", tmp_path / "json")[0] == 0
        return json.loads((tmp_path / "json").read_text())

    until = done + 2
    resumed, whole = final("--resume", path, "--epochs", until), final(*MOVING, "--epochs", until)
    assert resumed["weights"] == whole["weights"]
    assert resumed["curve"] == whole["curve"]


@pytest.mark.heavy
def test_a_training_that_is_stopped_at_any_moment_again_and_again_ends_in_the_same_bits(
    cli, root: Path, tmp_path: Path, rng: np.random.Generator
):
    """Signals of all kinds, and at times the one that nothing can answer, which costs two seconds of work."""
    path, epochs = tmp_path / "model", 1500
    command = [sys.executable, "-m", "compare", "train", "--log-epochs", "1", "--save", path, "--epochs", str(epochs)]
    assert cli("train", *MOVING, "--epochs", 1, "--quiet", "--save", path)[0] == 0
    reached = [1]
    for number in range(12):
        process = subprocess.Popen(
            [*command, "--resume", path], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        process.stdout.readline()
        time.sleep(rng.uniform(0, 0.2))
        sent = signal.SIGKILL if number % 4 == 3 else rng.choice([*SIGNALS])
        process.send_signal(sent)
        err = process.communicate(timeout=30)[1]
        assert b"Traceback" not in err
        reached.append(len(load_checkpoint(path).progress.history) - 1)
    assert reached == sorted(reached)
    assert 10 < reached[-1] < epochs
    until = reached[-1] + 2
    ends = []
    for args in (("--resume", path), MOVING):
        assert cli("train", *args, "--epochs", until, "--quiet", "--json", tmp_path / "json")[0] == 0
        ends.append(json.loads((tmp_path / "json").read_text()))
    assert ends[0]["weights"] == ends[1]["weights"]
    assert ends[0]["curve"] == ends[1]["curve"]


REFUSED = {
    "another lr": (["--lr", "0.1"], "was trained with --lr 0.001; a resumed training keeps that: omit --lr"),
    "another data set and seed": (
        ["--data", "mnist5k", "--seed", "9"],
        "was trained with --data digits, --seed 1; a resumed training keeps that: omit --data, --seed",
    ),
    "a dtype": (["--dtype", "float64"], "was trained with --dtype float32; "),
    "what was off": (["--nesterov", "--train-subset", "9"], "was trained with no --nesterov, no --train-subset; "),
    "fewer epochs": (["--epochs", "1"], "has 2 epochs behind it already; --epochs cannot be 1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_resume_takes_its_choices_from_the_file(cli, tmp_path: Path, case: str):
    options, words = REFUSED[case]
    path = tmp_path / "model"
    cli("train", *MOVING, "--epochs", 2, "--save", path)
    code, _, err = cli("train", "--resume", path, *options)
    assert (code, len(err.splitlines())) == (2, 1)
    assert words in err


def test_a_seed_of_0_and_what_is_on_are_told_as_they_are_typed(cli, tmp_path: Path):
    path = tmp_path / "model"
    cli("train", *MOVING, "--nesterov", "--seed", 0, "--epochs", 1, "--save", path)
    _, _, err = cli("train", "--resume", path, "--nesterov", "--seed", 3)
    assert "was trained with --seed 0; a resumed training keeps that: omit --seed" in err


def test_the_same_command_goes_on(cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    images = np.random.default_rng(3).integers(0, 256, (60, 4, 4)).astype(np.uint8)
    np.savez("mine.npz", images=images, labels=np.arange(60) % 3)
    options = "--data", "./mine.npz", "--batch-size", 20, "--lr", 0.1, "--dtype", "float64", "--epochs", 2, "--nesterov"
    command = "train", *options, "--momentum", 0.5, "--save", "model"
    assert cli(*command)[0] == 0
    assert cli(*command, "--resume", "model")[::2] == (0, "")
    assert cli("train", "--resume", "model", "--data", tmp_path / "mine.npz", "--quiet")[::2] == (0, "")
    (tmp_path / "other.npz").write_bytes((tmp_path / "mine.npz").read_bytes())
    code, _, err = cli("train", "--resume", "model", "--data", "./other.npz", "--nesterov")
    assert code == 2
    assert re.search(r"was trained with --data \S+mine.npz; a resumed training keeps that: omit --data\n$", err)


def test_resume_needs_to_know_how_it_was_trained(cli, tmp_path: Path):
    tensors = {"linear.weight": np.ones((3, 2), np.float32), "linear.bias": np.ones(3, np.float32)}
    save_file(tensors, tmp_path / "weights")
    code, _, err = cli("train", "--resume", tmp_path / "weights")
    assert code == 2
    assert "has weights only" in err
    code, _, err = cli("train", "--resume", tmp_path / "nothing")
    assert (code, err) == (
        2,
        f"error: {tmp_path / 'nothing'}: the checkpoint cannot be read: No such file or directory\n",
    )


def test_a_resumed_training_keeps_its_classes_too(cli, tmp_path: Path, rng: np.random.Generator):
    own, saved = tmp_path / "own.npz", tmp_path / "own.safetensors"
    images, numbers = rng.integers(0, 256, (200, 4, 4), np.uint8), np.arange(200) % 10
    np.savez(own, images=images, labels=numbers + 5)
    assert (
        cli("train", "--data", own, "--epochs", 2, "--lr", 0.1, "--batch-size", 16, "--save", saved, "--quiet")[0] == 0
    )
    assert cli("train", "--resume", saved, "--epochs", 3)[0] == 0
    np.savez(own, images=images, labels=np.array(list("abcdefghij"))[numbers])
    code, out, err = cli("train", "--resume", saved, "--epochs", 4)
    assert (code, out) == (2, "")
    assert err.splitlines()[-1] == (
        f"error: {own} has other classes than the checkpoint, which was trained on {own}: "
        "a, b, c ... are not known and 5, 6, 7 ... are missing"
    )
