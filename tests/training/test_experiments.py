"""The tutorial's closing questions: grids, rows, and words that follow the numbers."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from compare.data.registry import Dataset, Source, load
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem
from compare.training import experiments
from compare.training.experiments import EXPERIMENTS, Experiment, Row, as_dict, expected_seconds, run
from compare.training.train import train


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """What every data set is here: 60 images of 3 classes."""
    random = np.random.default_rng(5)
    images, labels = random.integers(0, 256, (60, 4)).astype(np.uint8), random.integers(0, 3, 60)
    data = Dataset("any", (images, labels), None, 3)
    monkeypatch.setattr(experiments, "load", lambda *_: data)
    return data


def asked(**choices: Hyperparameters) -> Experiment:
    """An experiment with one training for each."""
    grid = {name: (float(n), "any", chosen) for n, (name, chosen) in enumerate(choices.items())}
    return Experiment("?", "what", lambda _root: grid, lambda rows: f"{len(rows)} rows")


@pytest.mark.parametrize("name", ["scratch", "torch"])
def test_a_row_is_the_end_of_its_training(data: Dataset, name: str):
    chosen, told = Hyperparameters(epochs=3, batch_size=10, lr=0.1), []
    [row] = run(asked(slow=chosen), [name], None, told.append)
    problem = Problem(data, chosen)
    side = train(problem, name).side
    ends = *side.evaluate(*problem.train), *side.evaluate(*problem.validation)
    assert row == Row(
        "slow", 0.0, name, 15, *ends, val_images=12, diverged=False, data="any", epochs=3, seed=1, batch_size=10
    )
    assert told == [f"what slow, {name}"]


@pytest.mark.usefixtures("data")
def test_every_setting_is_trained_on_every_side_in_order():
    experiment = asked(a=Hyperparameters(epochs=1, batch_size=5), b=Hyperparameters(epochs=2, batch_size=5))
    rows = run(experiment, ["scratch", "torch"], None, lambda _: None)
    assert [(row.setting, row.backend, row.steps) for row in rows] == [
        ("a", "scratch", 10), ("a", "torch", 10), ("b", "scratch", 20), ("b", "torch", 20),
    ]  # fmt: skip
    assert as_dict(experiment, rows) == {"question": "?", "rows": [vars(row) for row in rows], "seen": "4 rows"}


@pytest.mark.usefixtures("data")
def test_diverged_is_a_training_loss_that_ends_above_its_start_or_is_no_number():
    settings = {"calm": 0.1, "wild": 1e4, "no number": 1e38}
    chosen = {name: Hyperparameters(epochs=2, batch_size=10, lr=lr) for name, lr in settings.items()}
    calm, wild, lost = run(asked(**chosen), ["scratch"], None, lambda _: None)
    assert (calm.diverged, wild.diverged, lost.diverged) == (False, True, True)
    assert math.isfinite(wild.val_loss)
    assert all(math.isnan(v) for v in (lost.train_loss, lost.train_accuracy, lost.val_loss, lost.val_accuracy))
    assert (lost.steps, lost.val_images) == (10, 12)


def test_a_validation_loss_above_its_start_is_no_divergence():
    chosen = Hyperparameters(epochs=20, lr=300, train_subset=100, batch_size=20)
    [row] = run(Experiment("?", "lr", lambda _: {"300": (300.0, "digits", chosen)}, str), ["scratch"], None, str)
    assert row.val_loss > 10 > 0.01 > row.train_loss
    assert row.val_accuracy > 0.8
    assert not row.diverged


VALUES = {
    "lr": [1e-4, 1e-3, 0.01, 0.1, 1, 10, 100],
    "batch-size": [10, 30, 100, 300, 1000],
    "val-size": [0.02, 0.05, 0.1, 0.2, 0.4],
    "train-metrics": [1, 5, 20, 80, 320],
    "subset": [100, 300, 1000, 4000],
}


@pytest.mark.parametrize("name", VALUES)
def test_each_question_has_its_values(name: str):
    grid = EXPERIMENTS[name].grid(None)
    assert [value for value, _, _ in grid.values()] == VALUES[name]
    if name == "train-metrics":
        assert [chosen.epochs for _, _, chosen in grid.values()] == VALUES[name]


def test_what_is_fixed_is_as_the_question_says():
    subset, epochs = (EXPERIMENTS[name].grid(None) for name in ("subset", "train-metrics"))
    assert [chosen.train_subset for _, _, chosen in subset.values()] == [100, 300, 1000, 4000]
    assert {chosen.epochs * chosen.train_subset / chosen.batch_size for _, _, chosen in subset.values()} == {960}
    assert {(chosen.batch_size, chosen.train_subset) for _, _, chosen in epochs.values()} == {(50, 300)}
    for name in ("batch-size", "val-size"):
        assert {(chosen.epochs, chosen.lr) for _, _, chosen in EXPERIMENTS[name].grid(None).values()} == {(24, 0.1)}


STEPS = {"lr": {960}, "val-size": None, "batch-size": None, "subset": {960}, "train-metrics": None}


@pytest.mark.parametrize("name", STEPS)
def test_grids_vary_one_thing_in_a_rising_order(name: str):
    grid = EXPERIMENTS[name].grid(None)
    values = [value for value, _, _ in grid.values()]
    assert values == sorted(set(values))
    assert [f"{value:g}" for value in values] == list(grid)
    assert {data for _, data, _ in grid.values()} == {"mnist5k"}
    varied = [
        {field for field, value in vars(chosen).items() if value != vars(first)[field]}
        for _, _, chosen in grid.values()
        for _, _, first in [next(iter(grid.values()))]
    ]
    assert set().union(*varied) <= {
        "lr": {"lr"}, "val-size": {"val_fraction"}, "batch-size": {"batch_size"},
        "subset": {"train_subset", "epochs"}, "train-metrics": {"epochs"},
    }[name]  # fmt: skip


@pytest.mark.parametrize("name", list(EXPERIMENTS))
def test_how_long_it_takes_is_counted_in_the_steps_of_its_grid(monkeypatch: pytest.MonkeyPatch, name: str):
    asked, steps = EXPERIMENTS[name], {"scratch": 0, "torch": 0}
    pixels = []
    for _, data, chosen in asked.grid(None).values():
        problem = Problem(load(data), chosen)
        pixels += 2 * [("float32", problem.chosen.batch_size * problem.features, problem.classes)]
        steps = {side: n + problem.steps for side, n in steps.items()}
    given = []
    seconds = {"scratch": 1, "torch": 100}
    monkeypatch.setattr(experiments, "step_seconds", lambda side, *of: given.append(of) or seconds[side])
    assert expected_seconds(asked, ["scratch", "torch"], None) == steps["scratch"] + 100 * steps["torch"]
    assert given == pixels


def test_every_data_set_that_is_here_is_trained_for_a_tenth_of_its_epochs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Source, "is_here", lambda *_: True)
    grid = EXPERIMENTS["dataset"].grid(None)
    assert {name: chosen.epochs for name, (_, _, chosen) in grid.items()} == {
        "mnist5k": 24, "digits": 64, "mnist": 2, "fashion-mnist": 2, "kmnist": 2, "emnist-letters": 1,
        "emnist-balanced": 1, "usps": 16, "cifar10": 2, "cifar100": 2,
    }  # fmt: skip
    assert [(n, name) for n, name, _ in grid.values()] == [*enumerate(grid)]
    assert {chosen.lr for _, _, chosen in grid.values()} == {0.1}


def test_a_folder_of_data_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match=r"--data-root .*: no such folder"):
        EXPERIMENTS["dataset"].grid(tmp_path / "nowhere")


@pytest.mark.usefixtures("data")
def test_it_trains_on_one_thread(monkeypatch: pytest.MonkeyPatch, threads_now: Callable):
    numbers, trained = [], experiments.train
    monkeypatch.setattr(experiments, "train", lambda every: numbers.append(threads_now()) or trained(every))
    run(asked(a=Hyperparameters(epochs=1, batch_size=5)), ["scratch"], None, lambda _: None)
    assert numbers == [{1}]
