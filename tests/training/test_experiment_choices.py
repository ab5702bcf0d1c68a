"""An experiment on other data, for other epochs, with another seed."""

import numpy as np
import pytest

from compare.data.dataset import Dataset
from compare.data.registry import load
from compare.errors import InputError
from compare.problem import Problem
from compare.training.experiment_choices import ran_with, with_choices
from compare.training.experiments import EXPERIMENTS, expected_seconds, run


def data(images: int, name: str = "./mine") -> Dataset:
    random = np.random.default_rng(2)
    train = random.integers(0, 256, (images, 4)).astype(np.uint8), random.integers(0, 3, images)
    return Dataset(name, train, None, 3)


def test_nothing_chosen_changes_nothing():
    for asked in EXPERIMENTS.values():
        assert with_choices(asked, None, None, None).grid(None) == asked.grid(None)


def test_other_data_take_as_many_steps():
    grid = with_choices(EXPERIMENTS["lr"], data(500), None, None).grid(None)
    assert {(s.data, s.chosen.epochs) for s in grid.values()} == {("./mine", 240)}
    assert [s.value for s in grid.values()] == [s.value for s in EXPERIMENTS["lr"].grid(None).values()]


@pytest.mark.parametrize(
    ("name", "images", "settings"),
    [
        ("batch-size", 500, ["10", "30", "100", "300"]),
        ("subset", 1250, ["100", "300", "1000"]),
        ("val-size", 500, ["0.02", "0.05", "0.1", "0.2", "0.4"]),
        ("val-size", 150, ["0.02", "0.05", "0.1", "0.2", "0.4"]),
        ("subset", 375, ["100", "300"]),
        ("val-size", 25, ["0.05", "0.1", "0.2", "0.4"]),
        ("val-size", 26, ["0.02", "0.1", "0.2", "0.4"]),
        ("val-size", 4, ["0.2", "0.4"]),
        # of 7 images a tenth and a fifth are one
        ("val-size", 7, ["0.1", "0.4"]),
    ],
)
def test_what_the_data_are_too_few_for_is_left_out(name: str, images: int, settings: list[str]):
    assert list(with_choices(EXPERIMENTS[name], data(images), None, None).grid(None)) == settings


@pytest.mark.parametrize(
    ("name", "images", "batch"), [("lr", 80, 64), ("val-size", 150, 90), ("lr", 500, 100), ("val-size", 12, 7)]
)
def test_a_batch_has_no_more_than_the_images_that_there_are(name: str, images: int, batch: int):
    grid = with_choices(EXPERIMENTS[name], data(images), None, None).grid(None)
    assert {setting.chosen.batch_size for setting in grid.values()} == {batch}
    for setting in grid.values():
        assert Problem(data(images), setting.chosen).steps


def test_data_that_are_too_few_for_two_are_refused():
    has = "^./mine has {} images to train on, besides {} held out for validation, and this question needs {}$"
    with pytest.raises(InputError, match=has.format(299, 75, 300)):
        with_choices(EXPERIMENTS["subset"], data(374), None, None).grid(None)
    with pytest.raises(InputError, match=has.format(24, 6, 30)):
        with_choices(EXPERIMENTS["batch-size"], data(30), None, None).grid(None)


EPOCHS = {
    "lr": ([3] * 7, None),
    "train-metrics": ([1, 2, 8], [1, 2, 8]),
    "subset": ([120, 40, 12, 3], None),
}


@pytest.mark.parametrize("name", EPOCHS)
def test_epochs_are_those_of_the_last_and_of_others_in_proportion(name: str):
    epochs, values = EPOCHS[name]
    grid = with_choices(EXPERIMENTS[name], None, epochs[-1], None).grid(None)
    assert [s.chosen.epochs for s in grid.values()] == epochs
    if values:
        assert [(key, s.value) for key, s in grid.items()] == [(f"{n}", n) for n in values]


def test_a_seed_is_that_of_all():
    grid = with_choices(EXPERIMENTS["lr"], None, None, 7).grid(None)
    assert {s.chosen.seed for s in grid.values()} == {7}


@pytest.mark.parametrize(
    ("epochs", "seed", "words"), [(0, None, "epochs must lie in"), (None, -1, "seed must be 0 or more")]
)
def test_what_cannot_be_chosen_is_refused(epochs: int | None, seed: int | None, words: str):
    with pytest.raises(InputError, match=words):
        with_choices(EXPERIMENTS["lr"], None, epochs, seed)


def test_the_question_that_compares_data_has_it_besides():
    asked = EXPERIMENTS["dataset"]
    grid = with_choices(asked, data(500), 2, None).grid(None)
    assert list(grid) == [*asked.grid(None), "./mine"]
    assert {s.chosen.epochs for s in grid.values()} == {2}
    assert {s.chosen.batch_size for s in grid.values()} == {100}
    few = with_choices(asked, data(60), 2, None).grid(None)
    assert [s.chosen.batch_size for s in few.values()] == [100] * (len(few) - 1) + [48]
    assert Problem(data(60), few["./mine"].chosen).steps == 2
    assert [setting.value for setting in grid.values()] == list(range(len(grid)))
    again = with_choices(asked, load("digits"), 2, None).grid(None)
    assert [setting.value for setting in again.values()] == list(range(len(again))), "each has its place once"


def test_rows_record_what_they_ran_with():
    asked = with_choices(EXPERIMENTS["batch-size"], data(500), 1, 3)
    rows = run(asked, ["scratch"], None, lambda _: None)
    assert [(row.data, row.epochs, row.seed) for row in rows] == [("./mine", 1, 3)] * 4
    assert ran_with(rows) == "on ./mine, 1 epoch, seed 3, lr 0.1"
    assert expected_seconds(asked, ["scratch"], None) > 0
    several = [*rows, rows[0].__class__(**vars(rows[0]) | {"data": "digits", "epochs": 5})]
    assert ran_with(several) == "on 2 data sets, 1 to 5 epochs, seed 3, lr 0.1, batches of 10 to 300"
    assert [row.batch_size for row in rows] == [10, 30, 100, 300]
    # few images: the same batches in all trainings
    few = run(with_choices(EXPERIMENTS["lr"], data(20), 1, 3), ["scratch"], None, lambda _: None)
    assert {row.batch_size for row in few} == {16}
    assert ran_with(few) == "on ./mine, 1 epoch, seed 3, batches of 16"
