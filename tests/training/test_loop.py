"""The one loop: its callbacks, its records, where it stops, and what it says then."""

import signal
import threading

import numpy as np
import pytest

from compare.backends.by_name import backend
from compare.backends.protocol import Tally
from compare.backends.user_file import UserFileError
from compare.problem import Problem
from compare.training.checkpoint import load_checkpoint, save_checkpoint
from compare.training.loop import Progress, Training, run
from scratch import Record

SIDES = "scratch", "torch"


@pytest.fixture(params=SIDES)
def training(request: pytest.FixtureRequest, small: Problem) -> Training:
    return Training(request.param, backend(request.param).side(small, "float64"), small)


def test_callbacks_come_after_each_step_and_each_record(training: Training, small: Problem):
    steps, records, losses = [], [], []

    def on_step(epoch: int, step: int, index: np.ndarray, done: tuple) -> None:
        steps.append((epoch, step))
        np.testing.assert_array_equal(index, small.epoch_batches(epoch)[step - 1])
        losses.append(training.side.tally(done[0]).loss)

    run([training], on_step, records.extend)
    assert steps == [(epoch, step) for epoch in range(1, 8) for step in range(1, 6)]
    assert records == training.history
    assert [record.epoch for record in records] == list(range(8))
    for epoch in range(1, 8):
        # 99 images: four batches of 20 and one of 19, each counted by its size
        expected = np.average(losses[5 * epoch - 5 : 5 * epoch], weights=[20, 20, 20, 20, 19])
        assert records[epoch].train_loss == pytest.approx(expected, rel=1e-15)


def test_the_first_record_is_from_before_training(training: Training, small: Problem):
    before = *training.side.evaluate(*small.train), *training.side.evaluate(*small.validation)
    run([training])
    assert training.history[0] == Record(0, *before)
    assert training.history[-1][3:] == training.side.evaluate(*small.validation)


def test_several_trainings_take_each_step_beside_each_other(small: Problem):
    alone, together = ([Training(n, backend(n).side(small, "float32"), small) for n in SIDES] for _ in range(2))
    order = []
    for training in alone:
        run([training])
    run(together, lambda epoch, step, _, done: order.append((epoch, step, len(done))), lambda r: order.append(len(r)))
    assert [training.history for training in together] == [training.history for training in alone]
    assert order == [2, *(at for e in range(1, 8) for at in [*((e, s, 2) for s in range(1, 6)), 2])]


def test_progress_counts_images_not_batches():
    progress = Progress()
    progress.add(Tally(1.0, 3, 20))
    progress.add(Tally(2.0, 1, 5))
    assert progress == Progress([], step=2, loss=30.0, hits=4)
    record = Record(0, 1.0, 0.5, 1.0, 0.5)
    progress.end_epoch(record)
    assert progress == Progress([record])


def test_it_stops_where_the_loss_is_no_longer_finite(make_small):
    problem = make_small(lr=1e38)
    for name in SIDES:
        with pytest.raises(FloatingPointError, match=r"^the loss is (nan|inf) at epoch 1, step 2$"):
            run([Training(name, backend(name).side(problem, "float32"), problem)])


def test_it_stops_where_the_validation_loss_is_no_longer_finite(training: Training, monkeypatch: pytest.MonkeyPatch):
    evaluate = training.side.evaluate

    def spoiled(images: np.ndarray, labels: np.ndarray):
        result = evaluate(images, labels)
        return result._replace(loss=np.inf) if len(training.history) == 3 and len(labels) == 11 else result

    monkeypatch.setattr(training.side, "evaluate", spoiled)
    with pytest.raises(FloatingPointError, match=r"^the validation loss is inf after epoch 3$"):
        run([training])


def test_one_finite_side_is_enough_to_go_on(small: Problem, make_small):
    wild = make_small(lr=1e38)
    trainings = [Training("wild", backend("scratch").side(wild, "float32"), small)]
    trainings.append(Training("calm", backend("scratch").side(small, "float32"), small))
    run(trainings)
    assert len(trainings[1].history) == 8
    assert not np.isfinite(trainings[0].history[-1].val_loss)


PLACES = {
    "before training": ("raise RuntimeError('no')", "before training"),
    "in a step": ("seen.append(1); assert len(seen) != 13; return scratch.nll_loss(logP, y)", "at epoch 2, step 5"),
    "after an epoch": (
        "seen.append(1); assert len(seen) != 14; return scratch.nll_loss(logP, y)",
        "after epoch 2",
    ),
}


@pytest.mark.parametrize("case", PLACES)
def test_what_a_user_file_does_wrong_is_told_with_its_place(small: Problem, user_file, one_function, case: str):
    body, where = PLACES[case]
    # counted from the first: two evaluations, five steps, an evaluation, five steps, an evaluation
    path = user_file("seen = []\n" + one_function("nll_loss", body))
    with pytest.raises(UserFileError, match=f", {where}$"):
        run([Training("mine", backend(path).side(small, "float64"), small)])


@pytest.mark.parametrize("callback", ["step", "epoch"])
def test_ctrl_c_waits_for_the_end_of_a_step_or_record(training: Training, callback: str):
    calls = []

    def press(*_: object) -> None:
        calls.append(1)
        if len(calls) == 3:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        run([training], *((press, None) if callback == "step" else (None, press)))
    assert signal.getsignal(signal.SIGINT) is before
    expected = (1, 3) if callback == "step" else (3, 0)
    assert (len(training.history), training.progress.step) == expected


def test_it_runs_in_another_thread_too(training: Training):
    """Only the main thread is given signals."""
    thread = threading.Thread(target=run, args=([training],))
    thread.start()
    thread.join()
    assert len(training.history) == 8


def test_a_training_fits_a_line(small: Problem):
    records = [Record(n, 1.0, 0.5, 1.0, 0.5) for n in range(3)]
    assert repr(Training("scratch", None, small)) == "<Training of scratch on small: 0 of 7 epochs>"
    training = Training("scratch", None, small, Progress(records))
    assert repr(training) == "<Training of scratch on small: 2 of 7 epochs>"


class Elsewhere:
    """A number on a device: to convert it is to wait for it, which is counted."""

    waited = 0

    def __init__(self, value: float):
        self.value = value

    def __float__(self) -> float:
        Elsewhere.waited += 1
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)


@pytest.fixture
def on_a_device(small: Problem, monkeypatch: pytest.MonkeyPatch):
    """A training of torch whose losses and hits stay on a device."""

    def make(problem: Problem = small) -> Training:
        side = backend("torch").side(problem, "float32")
        tally = side.tally

        def later(done):
            loss, hits, images = tally(done)
            return Tally(Elsewhere(loss), Elsewhere(hits), images)

        monkeypatch.setattr(side, "tally", later)
        monkeypatch.setattr(Elsewhere, "waited", 0)
        return Training("torch", side, problem)

    return make


def test_what_stays_on_a_device_is_read_when_the_epoch_ends(small: Problem, on_a_device):
    there, here = on_a_device(), Training("torch", backend("torch").side(small, "float32"), small)
    waited = []
    run([there], lambda epoch, step, *_: waited.append((epoch, step, Elsewhere.waited)))
    run([here])
    assert there.history == here.history
    a_epoch = small.steps_per_epoch
    assert waited == [(e, s, (e - 1) * a_epoch) for e in range(1, 8) for s in range(1, a_epoch + 1)]


def test_a_checkpoint_reads_what_is_on_a_device(small: Problem, on_a_device, tmp_path):
    there, path = on_a_device(), tmp_path / "half.safetensors"

    def stop(epoch: int, step: int, *_):
        if (epoch, step) == (2, 3):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([there], stop)
    assert len(there.progress.unread) == 3
    save_checkpoint(path, there)
    here = Training("torch", backend("torch").side(small, "float32"), small)
    with pytest.raises(KeyboardInterrupt):
        run([here], stop)
    assert load_checkpoint(path).progress == here.progress


def test_a_loss_on_a_device_that_is_not_finite_is_told_with_its_step(make_small, on_a_device):
    wild = make_small(lr=1e38)
    with pytest.raises(FloatingPointError) as here:
        run([Training("torch", backend("torch").side(wild, "float32"), wild)])
    with pytest.raises(FloatingPointError) as there:
        run([on_a_device(wild)])
    assert str(there.value) == str(here.value)
