"""What a training prints while it runs."""

from types import SimpleNamespace

import pytest

from compare.backends.protocol import Tally
from compare.errors import InputError
from compare.problem import Problem
from compare.report.training_log import TrainingLog
from compare.training.loop import Progress, Training
from scratch import Record

WHY = (
    "training (running): a mean over the epoch while the weights still change, so its accuracy is usually below that "
    "at its end"
)


def record(epoch: int) -> Record:
    return Record(epoch, 2.30259, 0.105, 0.59449, 0.867)


@pytest.fixture
def training(make_small) -> Training:
    side = SimpleNamespace(tally=lambda step: Tally(step, 3, 20))
    return Training("scratch", side, make_small(epochs=7), Progress([record(0), record(7)]))


def log(problem: Problem, every: int | None = None, steps: int | None = None, quiet: bool = False) -> TrainingLog:
    return TrainingLog.of(problem, every, steps, quiet)


@pytest.mark.parametrize(
    ("epochs", "every", "shown"),
    [
        (1, None, [0, 1]),
        (16, None, list(range(17))),
        (17, None, [0, 2, 4, 6, 8, 10, 12, 14, 16, 17]),
        (7, 3, [0, 3, 6, 7]),
        (7, 7, [0, 7]),
    ],
)
def test_epochs_are_shown_evenly_and_the_first_and_last_always(make_small, capsys, epochs: int, every, shown: list):
    lines = log(make_small(epochs=epochs), every)
    for epoch in range(epochs + 1):
        lines.epoch(record(epoch))
    out = capsys.readouterr().out.splitlines()
    assert [int(line.split("/")[0].removeprefix("epoch")) for line in out] == shown


def test_a_line_names_training_and_validation(make_small, capsys):
    log(make_small(epochs=100)).epoch(record(0))
    expected = "epoch   0/100: training           2.3026 10.50 %, validation 0.5945 86.70 %\n"
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize("epochs", [9999, 10_000, 10**6])
def test_lines_have_80_columns_however_many_epochs(make_small, capsys, epochs: int):
    log(make_small(epochs=epochs)).epoch(Record(epochs, 0.59, 1.0, 0.59, 1.0))
    line = capsys.readouterr().out.rstrip()
    assert len(line) <= 80
    assert line.startswith(f"epoch {epochs}")
    assert line.endswith("training (running) 0.5900 100.00 %, validation 0.5900 100.00 %")


def test_what_is_trained_is_said_first(training: Training, capsys):
    log(training.problem).start(training, "float64")
    first, second, *third = capsys.readouterr().out.splitlines()
    assert first == "scratch on small, float64: 99 training images, 11 for validation"
    assert second == "each line: loss (nats), and accuracy: the share of images classified correctly"
    assert " ".join(third) == WHY


def test_steps_are_shown_if_asked_for(training: Training, capsys):
    lines = log(training.problem, steps=2)
    for step in (1, 2, 3, 4, 5):
        lines.step(training, 3, step, step / 8)
    assert capsys.readouterr().out.splitlines() == [
        "Epoch: [3/7], Step: [2/5], Loss: 0.2500", "Epoch: [3/7], Step: [4/5], Loss: 0.5000"
    ]  # fmt: skip
    log(training.problem).step(training, 3, 2, 0.5)
    assert capsys.readouterr().out == ""


FOUND = {"test": 0.915, "advice": "word " * 30, "weights": "0123456789abcdef", "dtype": "float32"}


def test_the_end_has_test_accuracy_advice_and_weights(training: Training, capsys):
    log(training.problem).end(training, FOUND, ", and more")
    first, *advice, last = capsys.readouterr().out.splitlines()
    assert first == "test accuracy 91.50 %"
    assert " ".join(advice).split() == ["word"] * 30
    assert max(map(len, advice)) <= 80
    assert last == "final weights 01234567, and more"
    log(training.problem).end(training, FOUND | {"test": None}, "")
    assert "test" not in capsys.readouterr().out


def test_quiet_is_the_result_and_why_its_training_accuracy_is_low(training: Training, capsys):
    lines = log(training.problem, steps=1, quiet=True)
    lines.start(training, "float32")
    lines.epoch(record(0))
    lines.step(training, 1, 1, 0.5)
    lines.end(training, FOUND, "")
    result, *why = capsys.readouterr().out.splitlines()
    assert result == "epoch 7/7: training (running) 2.3026 10.50 %, validation 0.5945 86.70 %"
    assert " ".join(why) == WHY
    assert max(map(len, why)) <= 80


@pytest.mark.parametrize("bad", [0, 8])
def test_epochs_that_never_come_are_refused(make_small, bad: int):
    with pytest.raises(InputError, match=rf"^--log-epochs must lie in 1 ... 7, the epochs of the run, not {bad}$"):
        log(make_small(), bad)


@pytest.mark.parametrize("bad", [0, 6])
def test_steps_that_never_come_are_refused(make_small, bad: int):
    with pytest.raises(InputError, match=rf"^--log-every must lie in 1 ... 5, the steps of an epoch, not {bad}$"):
        log(make_small(), 7, bad)
    log(make_small(), 7, 5)
