"""What was seen in the trainings of an experiment: the words follow the numbers."""

import math

import pytest

from compare.training.experiment_words import Row
from compare.training.experiments import EXPERIMENTS


def row(value: float, accuracy: float, diverged: bool = False, **other: object) -> Row:
    usual = Row(f"{value:g}", value, "scratch", 10, 1.0, 0.9, 1.0, accuracy, 1000, diverged)
    return Row(**(vars(usual) | other))


WORDS = {
    "lr, higher is better": ("lr", [row(1e-3, 0.8), row(0.1, 0.9)], "lr 0.1 (90.0 %) beats lr 0.001 (80.0 %)"),
    "lr, both alike": ("lr", [row(1e-3, 0.9), row(0.1, 0.9)], "lr 0.1 (90.0 %) does not beat lr 0.001 (90.0 %)"),
    "lr, higher is worse": ("lr", [row(1e-3, 0.9), row(0.1, 0.8)], "lr 0.1 (80.0 %) does not beat lr 0.001 (90.0 %)"),
    "lr, none diverges": (
        "lr",
        [row(1e-3, 0.9), row(0.1, 0.8)],
        "none diverges: no training loss ends above its start.",
    ),
    "lr, one diverges": ("lr", [row(1e-3, 0.9), row(0.1, 0.8), row(9, 0.1, True)], "training diverges at 9 (scratch)"),
    "lr, both sides diverge": (
        "lr",
        [row(1e-3, 0.9), row(0.1, 0.8), *(row(n, 0.1, True, backend=b) for n in (8, 9) for b in ("scratch", "torch"))],
        "training diverges at 8 (scratch and torch), 9 (scratch and torch).",
    ),
    "lr, what diverges is not the best": (
        "lr",
        [row(1e-3, 0.7), row(0.1, 0.8), row(9, 0.9, True)],
        "best of these is 0.1 (80.0 %), and training diverges at 9 (scratch)",
    ),
    "lr, the tutorial's data": ("lr", [row(1e-3, 0.8, data="mnist5k"), row(0.1, 0.9, data="mnist5k")], "tutorial's"),
    "val-size, all right": (
        "val-size",
        [row(0.02, 1.0, val_images=6), row(0.4, 0.0, val_images=60)],
        "is 100.0 %, which tells of 60.7 % or more; with 60 it is 0.0 %, which tells of 4.9 % or less. ",
    ),
    "lr, nan is not the best": (
        "lr",
        [row(1e-3, 0.9), row(0.1, 0.8), row(9, math.nan, True)],
        "best of these is 0.001",
    ),
    "lr, equal ones": (
        "lr",
        [row(1e-3, 0.9), row(0.1, 0.9), row(0.1, 0.9, backend="torch"), row(1, 0.9), row(9, 0.8)],
        "The best of these are 0.001, 0.1 and 1 (90.0 %), and",
    ),
    "lr, all nan": (
        "lr",
        [row(1e-3, math.nan, True), row(0.1, math.nan, True)],
        "at lr 0.001 it reaches nan. Training diverges at all of these.",
    ),
    "batch size, further": (
        "batch-size",
        [row(10, 0.9, train_loss=0.5), row(99, 0.8)],
        "at one learning rate more steps go further",
    ),
    "lr, what diverges beats nothing": (
        "lr",
        [row(1e-3, 0.7), row(0.1, 0.9, True)],
        "At lr 0.1 training diverges in 10 steps; at lr 0.001 it reaches 70.0 %. The best of these is 0.001 (70.0 %)",
    ),
    "lr, one step": ("lr", [row(1e-3, 0.7, steps=1), row(0.1, 0.9, steps=1)], "After 1 step lr 0.1"),
    "batch size, one step": (
        "batch-size",
        [row(10, 0.9, steps=1), row(99, 0.8)],
        "batches of 10 take 1 step and reach",
    ),
    "batch size, one diverges": (
        "batch-size",
        [row(10, 0.9, True), row(99, 0.8)],
        "more steps did not go further here. Training diverges at 10 (scratch).",
    ),
    "batch size, none diverges": (
        "batch-size",
        [row(10, 0.8), row(99, 0.9)],
        "1.000: more steps did not go further here.",
    ),
    "batch size, no further": ("batch-size", [row(10, 0.8), row(99, 0.9)], "more steps did not go further here"),
    "doubt": (
        "val-size",
        [row(0.1, 0.9, val_images=100), row(0.2, 0.5)],
        "90.0 %, give or take 3.0 percentage points; with 1,000",
    ),
    "gap": ("subset", [row(100, 0.6), row(400, 0.85)], "goes from 30.0 to 5.0 percentage points."),
    "gap over time": (
        "train-metrics",
        [row(1, 0.6), row(80, 0.85)],
        "5.0 percentage points above validation; after 1 it was 30.0",
    ),
    "overfitting": (
        "train-metrics",
        [row(1, 0.8, val_loss=0.5), row(9, 0.8)],
        "validation loss in the end rose (1.000)",
    ),
    "falling": ("train-metrics", [row(1, 0.8, val_loss=1.5), row(9, 0.8)], "in the end still fell (1.000)"),
    "val-size, one image": (
        "val-size",
        [row(0.1, 0.0, val_images=1), row(0.2, 0.5)],
        "With 1 validation image the",
    ),
    "val-size, one diverges": ("val-size", [row(0.1, 0.9, True), row(0.2, 0.5)], "nothing. Training diverges at 0.1 ("),
    "train-metrics, one diverges": (
        "train-metrics",
        [row(1, 0.8), row(9, 0.8, True)],
        "is. Training diverges at 9 (scr",
    ),
    "subset, one diverges": (
        "subset",
        [row(100, 0.6), row(400, 0.85, True)],
        "points. Training diverges at 400 (scratch).",
    ),
    "data sets, one diverges": (
        "dataset",
        [row(0, 0.6, setting="mnist"), row(1, 0.9, True, setting="./mine")],
        "matter of the data. Training diverges at ./mine (scratch).",
    ),
    "data sets, none diverges": ("dataset", [row(0, 0.6), row(1, 0.9)], "matter of the data."),
    "data sets": ("dataset", [row(1, 0.6), row(2, 0.9)], "the same rate reach 90.0 % on 2 and 60.0 % on 1. "),
    "data sets, equal ones": (
        "dataset",
        [row(1, 0.6), row(2, 0.9), row(2, 0.9, backend="torch"), row(3, 0.9, train_accuracy=0.7), row(4, math.nan)],
        "reach 90.0 % on 2 and 3 and 60.0 % on 1. On their training images it is 90.0 %, 70.0 % and 90.0 %: how",
    ),
}


@pytest.mark.parametrize("case", WORDS)
def test_the_words_follow_the_numbers(case: str):
    name, rows, words = WORDS[case]
    assert words in EXPERIMENTS[name].seen(rows)
