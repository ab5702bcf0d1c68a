"""Where a user's file fails or hangs, the last whole epoch is saved."""

import os
import signal
import threading
from pathlib import Path

import numpy as np
import pytest

from compare.errors import InputError
from compare.signals import Stopped, signals_raised
from compare.training.checkpoint import load_checkpoint
from compare.training.loop import Training
from compare.training.train import go_on, start, train

# A file whose function fails, or hangs, in call 41.
LATE = """
import time
import numpy as np

calls = []

def logits(X, W, b):
    calls.append(1)
    if len(calls) > {last}:
        {failure}
    return X @ W.T + b
"""
RAISES = "raise ValueError('late')"


def test_a_function_that_fails_takes_no_whole_epoch_away(make_small, user_file, tmp_path: Path):
    path, mine = tmp_path / "file", user_file(LATE.format(last=40, failure=RAISES))
    with pytest.raises(InputError, match=r"raises ValueError: late, (at|after) epoch \d+.*; what is saved") as failed:
        train(make_small(momentum=0.9), mine, save=path)
    saved = load_checkpoint(path)
    done = len(saved.progress.history) - 1
    assert done > 0
    assert str(failed.value).endswith(f"; what is saved ends after epoch {done}")
    straight = train(make_small(momentum=0.9, epochs=done))
    assert (saved.progress.step, saved.progress.history) == (0, straight.history)
    W, b, velocity = saved.state
    for one, other in zip((W, b, *velocity), _arrays(straight), strict=True):
        np.testing.assert_array_equal(one, other)


def _arrays(training: Training) -> list[np.ndarray]:
    W, b, velocity = training.side.state()
    return [W, b, *velocity]


def test_without_a_whole_epoch_there_is_nothing_to_save(make_small, user_file, tmp_path: Path):
    mine = user_file(LATE.format(last=0, failure=RAISES))
    with pytest.raises(InputError, match=r"late, before training; nothing is saved$"):
        train(make_small(), mine, save=tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_a_call_that_hangs_does_not_hold_a_signal_back(
    make_small, user_file, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("compare.backends.process.PATIENCE", 0.3)
    path, told = tmp_path / "file", []
    training = start(make_small(), user_file(LATE.format(last=40, failure="time.sleep(600)")), "float32")
    threading.Timer(2.0, os.kill, (os.getpid(), signal.SIGTERM)).start()
    with pytest.raises(Stopped) as stopped, signals_raised():
        go_on(training, save=path, on_fault=told.append)
    assert stopped.value.code == 143
    done = len(load_checkpoint(path).progress.history) - 1
    assert done > 0
    assert told == [f"{path}: what is saved ends after epoch {done}"]
