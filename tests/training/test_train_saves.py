"""When a training is saved: now and then, at its end, and at Ctrl-C."""

import signal
from pathlib import Path

import pytest

from compare.problem import Problem
from compare.training import checkpoint as checkpoints
from compare.training.checkpoint import load_checkpoint, save_checkpoint
from compare.training.loop import Training
from compare.training.train import go_on, start, train
from scratch import Record


@pytest.fixture
def saves(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The epoch and step that each save is at."""
    seen = []

    def save(path: Path, training: Training, epoch_end: None) -> None:
        seen.append((len(training.history) - 1, training.progress.step))
        save_checkpoint(path, training, epoch_end)

    monkeypatch.setattr("compare.training.saving.save_checkpoint", save)
    return seen


def test_a_long_training_is_saved_now_and_then(small: Problem, saves, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    clock = [0.0]
    monkeypatch.setattr("compare.training.saving.time.monotonic", lambda: clock[0])

    def an_epoch_takes_a_while(_records: list[Record]) -> None:
        clock[0] += 0.9

    done = train(small, save=tmp_path / "file", on_epoch=an_epoch_takes_a_while)
    # more than two seconds after the start, or after the save before; and at the end
    assert saves == [(2, 0), (5, 0), (7, 0)]
    assert load_checkpoint(tmp_path / "file").progress.history == done.history


def test_a_short_training_is_saved_once(small: Problem, saves, tmp_path: Path):
    train(small, save=tmp_path / "file")
    assert saves == [(7, 0)]


@pytest.mark.parametrize("presses", [1, 3])
def test_ctrl_c_saves_first_however_often_it_is_pressed(
    small: Problem, saves, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, presses: int
):
    training = start(small, "scratch", "float32")

    def press(epoch: int, step: int, *_: object) -> None:
        if (epoch, step) == (2, 3):
            signal.raise_signal(signal.SIGINT)

    write = checkpoints.whole_file

    def impatient(path: Path):
        for _ in range(presses - 1):
            signal.raise_signal(signal.SIGINT)
        return write(path)

    monkeypatch.setattr(checkpoints, "whole_file", impatient)
    with pytest.raises(KeyboardInterrupt):
        go_on(training, press, save=tmp_path / "file")
    assert saves == [(1, 3)]
    assert load_checkpoint(tmp_path / "file").progress == training.progress


def test_ctrl_c_in_the_last_save_ends_after_it(small: Problem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write = checkpoints.whole_file

    def press(path: Path):
        signal.raise_signal(signal.SIGINT)
        return write(path)

    monkeypatch.setattr(checkpoints, "whole_file", press)
    with pytest.raises(KeyboardInterrupt):
        train(small, save=tmp_path / "file")
    assert len(load_checkpoint(tmp_path / "file").progress.history) == 8
