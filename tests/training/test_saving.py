"""A save that fails is told, tried again, and ends no training; what was saved before stays."""

import errno
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from compare.problem import Problem
from compare.training import checkpoint as checkpoints
from compare.training import saving as module
from compare.training.checkpoint import load_checkpoint
from compare.training.saving import SaveError
from compare.training.train import go_on, start, train

WHOLE = checkpoints.whole_file


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int], bool]], list[int]]:
    """Let the save number n, from 1, find the disk full if `full(n)`; the list that is returned has all numbers."""

    def make(full: Callable[[int], bool]) -> list[int]:
        tries: list[int] = []

        def write(path: Path):
            tries.append(len(tries) + 1)
            if full(tries[-1]):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return WHOLE(path)

        monkeypatch.setattr(checkpoints, "whole_file", write)
        return tries

    return make


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the time is for the saves: its only number may be changed."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(module.time, "sleep", lambda seconds: now.append(now.pop() + seconds))
    return now


def test_a_full_disk_ends_no_training_and_is_tried_after_longer_and_longer_pauses(
    make_small, disk, clock, tmp_path: Path
):
    tried, at, told = disk(lambda n: n <= 7), [], []

    def an_epoch_takes_a_second(_records: object) -> None:
        at.extend(clock * (len(tried) - len(at)))
        clock[0] += 1

    done = train(make_small(epochs=260), save=None)
    training = start(make_small(epochs=260), "scratch", "float32")
    go_on(training, None, an_epoch_takes_a_second, tmp_path / "file", told.append)
    assert training.history == done.history
    # more than 2, 4, 8, 16, 32, 60, 60 and 60 seconds after the try before, then every 2 again
    assert [b - a for a, b in zip([0, *at], at, strict=False)][:10] == [3, 5, 9, 17, 33, 61, 61, 61, 3, 3], at
    reason = f"{tmp_path / 'file'}: the checkpoint cannot be written: No space left on device"
    assert told == [f"{reason}; training goes on, and it is tried again"] * 7
    assert load_checkpoint(tmp_path / "file").progress.history == done.history


@pytest.mark.parametrize(
    ("before", "full", "says"),
    [
        (None, lambda _: True, "nothing is saved"),
        (b"old", lambda _: True, "it is as it was before this training"),
        (b"old", lambda n: n > 1, "what is saved ends after epoch 2"),
    ],
)
def test_only_the_last_save_is_an_error_that_says_how_far_the_file_reaches(
    small: Problem, disk, clock, tmp_path: Path, before: bytes | None, full: Callable[[int], bool], says: str
):
    path = tmp_path / "file"
    if before:
        path.write_bytes(before)
    tries = disk(full)

    def an_epoch_takes_a_while(_records: object) -> None:
        clock[0] += 0.9

    training = start(small, "scratch", "float32")
    with pytest.raises(
        SaveError, match=rf"^{path}: the checkpoint cannot be written: No space left on device; {says}$"
    ):
        go_on(training, None, an_epoch_takes_a_while, path)
    assert len(training.history) == 8
    assert len(tries) == 2 + 3
    if says.endswith("epoch 2"):
        assert len(load_checkpoint(path).progress.history) == 3
    else:
        assert [file.read_bytes() for file in tmp_path.iterdir()] == ([before] if before else [])


def test_the_last_save_is_tried_again(small: Problem, disk, clock, tmp_path: Path):
    tries, told = disk(lambda n: n <= 2), []
    training = start(small, "scratch", "float32")
    go_on(training, save=tmp_path / "file", on_fault=told.append)
    assert (len(tries), clock[0]) == (3, 1.5)
    assert (
        told
        == [f"{tmp_path / 'file'}: the checkpoint cannot be written: No space left on device; it is tried again"] * 2
    )
    assert len(load_checkpoint(tmp_path / "file").progress.history) == 8


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("reason", [KeyboardInterrupt, BrokenPipeError, OSError])
def test_what_ends_a_training_ends_it_where_the_save_fails_too(
    small: Problem, disk, tmp_path: Path, reason: type[BaseException]
):
    disk(lambda _: True)
    training, told = start(small, "scratch", "float32"), []

    def end(*_: object) -> None:
        if reason is not KeyboardInterrupt:
            raise reason
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(reason) as ended:
        go_on(training, end, None, tmp_path / "file", told.append)
    assert training.progress.step == 1
    words = f"{tmp_path / 'file'}: the checkpoint cannot be written: No space left on device; nothing is saved"
    assert (told[-1], ended.value.__notes__) == (words, [words])


@pytest.mark.parametrize("error", [BrokenPipeError, OSError])
@pytest.mark.parametrize("in_a_step", [True, False])
def test_output_that_breaks_off_saves_first(small: Problem, tmp_path: Path, error: type[OSError], in_a_step: bool):
    training = start(small, "scratch", "float32")

    def fail(*_: object) -> None:
        if len(training.history) == 3:
            raise error

    with pytest.raises(error):
        go_on(training, *((fail, None) if in_a_step else (None, fail)), save=tmp_path / "file")
    progress = load_checkpoint(tmp_path / "file").progress
    assert progress == training.progress
    assert (len(progress.history), progress.step) == (3, 1 if in_a_step else 0)


@pytest.mark.parametrize("before", [None, b"a trained model"])
@pytest.mark.parametrize("step", [0, 1])
def test_an_untrained_model_takes_no_other_ones_place(small: Problem, tmp_path: Path, before: bytes | None, step: int):
    path = tmp_path / "file"
    if before:
        path.write_bytes(before)
    training = start(small, "scratch", "float32")

    def press(*_: object) -> None:
        if training.progress.step == step:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        go_on(training, press, press, path)
    if before and not step:
        assert path.read_bytes() == before
    else:
        assert load_checkpoint(path).progress.step == step


def test_down_a_pipe_goes_one_checkpoint(small: Problem, disk, clock, tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    tried = disk(lambda _: False)

    def an_epoch_takes_long(_records: object) -> None:
        clock[0] += 100

    train(small, save=tmp_path / "pipe", on_epoch=an_epoch_takes_long)
    os.close(reader)
    assert tried == [1]


def test_how_far_the_file_reaches_is_noted_before_and_after_each_save(
    small: Problem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    noted: list[str] = []
    monkeypatch.setattr(module, "note_saved", noted.append)
    monkeypatch.setattr(module, "SECONDS_BETWEEN_SAVES", 0.0)
    path = tmp_path / "model.safetensors"
    epochs = len(train(small, save=path).history) - 1
    saves = [f"what is saved ends after epoch {epoch}" for epoch in (*range(epochs + 1), epochs)]
    assert noted == ["nothing is saved", *saves]
    train(small, save=path)
    assert noted[len(saves) + 1] == "it is as it was before this training"
