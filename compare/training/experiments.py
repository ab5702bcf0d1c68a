"""The tutorial's closing ideas, each a question, a small grid of trainings, and what was seen."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from compare.backends.threads import threads
from compare.data.registry import SOURCES, Dataset, load
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem
from compare.training.advice import diverged
from compare.training.duration import step_seconds
from compare.training.experiment_words import (
    Row,
    on_batch_sizes,
    on_data_sets,
    on_learning_rates,
    on_subsets,
    on_train_metrics,
    on_validation_sizes,
)
from compare.training.loop import run as train
from compare.training.train import start
from scratch import Evaluation


class Setting(NamedTuple):
    """One training of a grid: the value of what is varied, the data set, and the choices."""

    value: float
    data: str
    chosen: Hyperparameters


Grid = dict[str, Setting]


@dataclass(frozen=True)
class Experiment:
    """A question, the grid that answers it (by setting), and the words for what was seen.

    compares_data: data sets are what is varied. own: a data set that is loaded already.
    """

    question: str
    varied: str
    grid: Callable[[Path | None], Grid]
    seen: Callable[[list[Row]], str]
    compares_data: bool = False
    own: Dataset | None = None


# 960 steps at lr 0.1: about as far as 9,600 at 0.01, in two seconds
BASE = Hyperparameters(epochs=24, lr=0.1)


def run(experiment: Experiment, names: list[str], root: Path | None, on_row: Callable[[str], None]) -> list[Row]:
    """Train the grid on each backend by name; on_row(what) is called after each. Raises what loading raises."""
    rows: list[Row] = []
    loaded = {experiment.own.name: experiment.own} if experiment.own else {}
    for setting, (value, data, chosen) in experiment.grid(root).items():
        if data not in loaded:
            loaded[data] = load(data, root)
        for name in names:
            rows.append(_train(setting, value, name, loaded[data], chosen))
            on_row(f"{experiment.varied} {setting}, {name}")
    return rows


def expected_seconds(experiment: Experiment, names: list[str], root: Path | None) -> float:
    """About how long `run` takes, without the time to load the data. Raises InputError as it does."""
    return sum(
        _seconds(name, *_sizes(experiment, data), chosen)
        for _, data, chosen in experiment.grid(root).values()
        for name in names
    )


def _sizes(experiment: Experiment, data: str) -> tuple[int, int, int]:
    """Training images before the split, pixels and classes."""
    if experiment.own and experiment.own.name == data:
        return *experiment.own.train[0].shape, experiment.own.classes
    source = SOURCES[data]
    return source.size[0], math.prod(source.shape), source.classes


def _seconds(name: str, images: int, pixels: int, classes: int, chosen: Hyperparameters) -> float:
    trained_on = chosen.train_subset or round(images * (1 - chosen.val_fraction))
    steps = chosen.epochs * math.ceil(trained_on / chosen.batch_size)
    return steps * step_seconds(name, "float32", chosen.batch_size * pixels, classes)


def _train(setting: str, value: float, name: str, data: Dataset, chosen: Hyperparameters) -> Row:
    problem = Problem(data, chosen)
    training = start(problem, name, "float32")
    try:
        with threads(1):
            train([training])
    except FloatingPointError:
        end = validation = Evaluation(math.nan, math.nan)
    else:
        end, validation = (training.side.evaluate(*part) for part in (problem.train, problem.evaluated))
    return Row(
        setting,
        value,
        name,
        problem.steps,
        end.loss,
        end.accuracy,
        validation.loss,
        validation.accuracy,
        len(problem.evaluated[1]),
        diverged=diverged(training.history[0].train_loss, end.loss),
        data=data.name,
        epochs=chosen.epochs,
        seed=chosen.seed,
        batch_size=chosen.batch_size,
        lr=chosen.lr,
    )


def _vary(field: str, values: tuple) -> Callable[[Path | None], Grid]:
    grid = {f"{value:g}": Setting(value, "mnist5k", replace(BASE, **{field: value})) for value in values}
    return lambda _root: grid


def _data_grid(root: Path | None) -> Grid:
    if root is not None and not root.is_dir():
        raise InputError(f"--data-root {root}: no such folder")
    here = [name for name, source in SOURCES.items() if source.is_here(root)]
    # about 960 steps each
    chosen = {name: replace(BASE, epochs=max(1, SOURCES[name].epochs // 10)) for name in here}
    return {name: Setting(n, name, chosen[name]) for n, name in enumerate(here)}


def _subset_grid(_root: Path | None) -> Grid:
    # the epochs make 960 steps of each
    sizes = (100, 300, 1000, 4000)
    return {f"{n}": Setting(n, "mnist5k", replace(BASE, train_subset=n, epochs=round(960 / (n / 100)))) for n in sizes}


def _epoch_grid(_root: Path | None) -> Grid:
    chosen = replace(BASE, train_subset=300, batch_size=50)
    return {f"{n}": Setting(n, "mnist5k", replace(chosen, epochs=n)) for n in (1, 5, 20, 80, 320)}


EXPERIMENTS = {
    "lr": Experiment(
        "Is the tutorial's learning rate too high or too low?",
        "lr",
        _vary("lr", (1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0)),
        on_learning_rates,
    ),
    "batch-size": Experiment(
        "What does the size of a batch change?",
        "batch size",
        _vary("batch_size", (10, 30, 100, 300, 1000)),
        on_batch_sizes,
    ),
    "val-size": Experiment(
        "How many images should be held out?",
        "fraction",
        _vary("val_fraction", (0.02, 0.05, 0.1, 0.2, 0.4)),
        on_validation_sizes,
    ),
    "train-metrics": Experiment(
        "Do loss and accuracy on the training images tell how good the model is?",
        "epochs",
        _epoch_grid,
        on_train_metrics,
    ),
    "subset": Experiment("How much do more images help?", "images", _subset_grid, on_subsets),
    "dataset": Experiment(
        "How far does this model get on other data?", "data set", _data_grid, on_data_sets, compares_data=True
    ),
}


def as_dict(experiment: Experiment, rows: list[Row]) -> dict[str, Any]:
    """What --json writes."""
    return {"question": experiment.question, "rows": [vars(row) for row in rows], "seen": experiment.seen(rows)}
