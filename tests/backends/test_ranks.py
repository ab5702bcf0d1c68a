"""Real ranks, two processes: they are the one process, or the proof says that they are not; and they end together."""

import importlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compare.backends.by_name import SCRATCH, backend
from compare.backends.launched import RankError
from compare.backends.protocol import Side
from compare.backends.ranks import Ranks
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from compare.proof.prove import _train, prove
from compare.training.checkpoint import load_checkpoint, save_checkpoint
from compare.training.loop import Training, run
from compare.training.train import train

pytestmark = pytest.mark.ranks


@pytest.fixture(scope="module")
def wrong_ranks(root: Path) -> Iterator[Any]:
    """tests/wrong_ranks.py, which the ranks must be able to import too."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(root / "tests"))
        yield importlib.import_module("wrong_ranks")


@pytest.fixture(scope="module")
def two(wrong_ranks: Any) -> Iterator[Ranks]:
    """Two ranks; they are right on every problem whose seed does not name a mistake."""
    ranks = Ranks(2, side=wrong_ranks.make)
    yield ranks
    ranks.end()


OPTIONS = {
    "batches of 1": {"batch_size": 1, "epochs": 1},
    "batches of 7, the last of 1": {"batch_size": 7, "epochs": 2},
    "batches of 20, the last of 19": {},
    "momentum": {"batch_size": 7, "epochs": 2, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
}


@pytest.mark.parametrize("case", OPTIONS)
def test_every_step_of_two_ranks_is_that_of_one_process(make_small: Callable, two: Ranks, dtype: str, case: str):
    found = _train(make_small(**OPTIONS[case]), dtype, SCRATCH, two.backend(), None)
    assert found.first_divergence is None
    assert found.predictions.evaluation <= 1
    assert max(deviation.used for deviation in found.worst.values()) > 0, "another order of summation"


def test_the_whole_proof_holds_with_batches_of_100(two: Ranks):
    problem = Problem(load("digits"), Hyperparameters(epochs=2, lr=0.1, train_subset=250))
    assert len(problem.epoch_batches(1)[-1]) == 50
    found = prove(problem, "float32", theirs=two.backend())
    assert found.verdict == "match"
    assert 0 < found.hard_batches["resumed by torch:3"].used <= 1


# Where each mistake shows first.
WRONG = {
    "summed": "dW",
    "averaged": "dW",
    "per rank": "dW",
    "first share": "logits",
    "own order": "logits",
    "own bias": "logits",
}


@pytest.mark.parametrize("name", WRONG)
def test_ranks_with_a_mistake_are_told_from_one_process(make_small: Callable, two: Ranks, wrong_ranks: Any, name: str):
    seed = wrong_ranks.FIRST + list(wrong_ranks.MISTAKES).index(name)
    found = _train(make_small(seed=seed, batch_size=7, epochs=1), "float64", SCRATCH, two.backend(), None)
    assert found.verdict == "differ"
    first = found.first_divergence
    assert (first.quantity, first.epoch, first.step) == (WRONG[name], 1, 1)


def _everything(side: Side, problem: Problem) -> list[np.ndarray]:
    state = side.state()
    return [state.W, state.b, *(state.velocity or ()), side.logits(problem.test[0])]


def _trained(name: str, side: Side, problem: Problem, stop: int = 0) -> Training:
    """Trained to the end, or to this step of the second epoch."""
    training = Training(name, side, problem)

    def stop_at(epoch: int, step: int, *_: Any) -> None:
        if (epoch, step) == (2, stop):
            raise KeyboardInterrupt

    try:
        run([training], stop_at)
    except KeyboardInterrupt:
        assert stop
    return training


def test_a_resume_with_as_many_ranks_ends_in_the_same_bits_and_with_others_within_rounding(
    make_small: Callable, two: Ranks, tmp_path: Path
):
    problem, path = make_small(batch_size=7, momentum=0.9), tmp_path / "half.safetensors"
    ranks, alone = two.backend(), backend("torch")
    whole = _trained("torch:2", ranks.side(problem, "float64"), problem)
    save_checkpoint(path, _trained("torch:2", ranks.side(problem, "float64"), problem, stop=3))
    assert load_checkpoint(path).progress.step == 3
    ends = {}
    for made in (ranks, alone):
        checkpoint = load_checkpoint(path)
        training = Training(made.name, made.side(problem, "float64"), problem, checkpoint.progress)
        training.side.start_from(checkpoint.state)
        run([training])
        ends[made.name] = training
    for ours, theirs in zip(_everything(ends["torch:2"].side, problem), _everything(whole.side, problem), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert ends["torch:2"].history == whole.history
    for ours, theirs in zip(_everything(ends["torch"].side, problem), _everything(whole.side, problem), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)


def test_a_rank_that_dies_ends_all_in_one_line_and_leaves_a_checkpoint(
    make_small: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
):
    started: list[Ranks] = []
    make = Ranks.__init__

    def noted(self: Ranks, *given: Any) -> None:
        make(self, *given)
        started.append(self)

    def kill_one(epoch: int, step: int, *_: Any) -> None:
        if (epoch, step) == (3, 2):
            os.kill(started[0].processes[1].pid, signal.SIGKILL)

    monkeypatch.setattr(Ranks, "__init__", noted)
    # a save after each epoch
    monkeypatch.setattr("compare.training.saving.SECONDS_BETWEEN_SAVES", -1.0)
    path = tmp_path / "model.safetensors"
    with pytest.raises(RankError) as told:
        train(make_small(), "torch:2", on_step=kill_one, save=path)
    ended = "torch:2: rank 1 ended its process (signal SIGKILL)"
    assert str(told.value) == f"{ended}; what is saved ends after epoch 2"
    assert len(load_checkpoint(path).progress.history) == 3
    assert capfd.readouterr() == ("", "")
    for process in started[0].processes:
        assert process.exitcode is not None


def test_ranks_end_with_the_one_who_asked():
    ranks = Ranks(2)
    folder = ranks._folder
    assert folder.is_dir()
    for connection in ranks._connections:
        connection.close()
    for process in ranks.processes:
        process.join(20)
    assert [process.exitcode for process in ranks.processes] == [0, 0]
    assert not folder.exists()
