"""A rank that ends during a training, seen from another: what is saved, what is told, and which signals count."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from compare.backends.launched import RankError
from compare.problem import Problem
from compare.signals import SIGNALS, Stopped, signals_raised
from compare.training.checkpoint import load_checkpoint
from compare.training.loop import Training
from compare.training.train import go_on, start


@pytest.fixture
def losing(small: Problem) -> Callable[..., Training]:
    """Make a training in which, instead of step 3 of epoch 2, another rank ends, after these signals."""

    def make(*signals: int, told: str = "another rank has ended") -> Training:
        training = start(small, "scratch", "float32")
        epoch = training.side.epoch

        def lost(batches: Any) -> Iterator[Any]:
            for step, done in enumerate(epoch(batches), 1):
                yield done
                if (len(training.history), step) == (2, 2):
                    for number in signals:
                        signal.raise_signal(number)
                    raise RankError(told)

        training.side.epoch = lost
        return training

    return make


@pytest.fixture(autouse=True)
def signals_stay() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    with signals_raised():
        yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("told", ["another rank has ended", "another rank has ended; nothing is saved"])
def test_what_this_rank_has_is_saved_and_how_far_it_reaches_is_told(losing: Callable, tmp_path: Path, told: str):
    path = tmp_path / "model.safetensors"
    with pytest.raises(
        RankError, match=r"^another rank has ended; what is saved ends after epoch 1, step 2 of the next$"
    ):
        go_on(losing(told=told), save=path)
    progress = load_checkpoint(path).progress
    assert (len(progress.history), progress.step) == (2, 2)


def test_without_a_file_there_is_nothing_to_add(losing: Callable):
    with pytest.raises(RankError, match=r"^another rank has ended$"):
        go_on(losing())


def test_no_signal_changes_the_end_any_more(losing: Callable):
    with pytest.raises(RankError):
        go_on(losing())
    # what torchrun sends to the ranks that are left
    signal.raise_signal(signal.SIGTERM)


def test_the_signal_of_torchrun_is_not_taken_for_the_reason(losing: Callable, tmp_path: Path):
    with pytest.raises(RankError):
        go_on(losing(signal.SIGTERM), save=tmp_path / "model.safetensors")


def test_ctrl_c_of_all_ranks_is_the_reason(losing: Callable, tmp_path: Path):
    with pytest.raises(Stopped) as stopped:
        go_on(losing(signal.SIGINT), save=tmp_path / "model.safetensors")
    assert stopped.value.code == 130
    assert load_checkpoint(tmp_path / "model.safetensors").progress.step == 2
