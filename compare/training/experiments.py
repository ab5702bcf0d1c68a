"""The tutorial's closing ideas, each a question, a small grid of trainings, and what was seen."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from compare.backends.threads import threads
from compare.data.registry import SOURCES, Dataset, Source, load
from compare.problem import Hyperparameters, Problem
from compare.training.advice import diverged
from compare.training.duration import step_seconds
from compare.training.loop import run as train
from compare.training.train import start
from compare.words import per_cent, points
from scratch import Evaluation


@dataclass(frozen=True)
class Row:
    """One training of the grid: what was varied, and how it ended.

    Losses and accuracies are those of the final weights, on all images of either part; no running means. If a loss
    was no longer finite on the way, all four are nan. diverged: see `advice.diverged`.
    """

    setting: str
    value: float
    backend: str
    steps: int
    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float
    val_images: int
    diverged: bool


@dataclass(frozen=True)
class Experiment:
    """A question, the grid that answers it (data set and choices by setting), and the words for what was seen."""

    question: str
    varied: str
    grid: Callable[[Path | None], dict[str, tuple[float, str, Hyperparameters]]]
    seen: Callable[[list[Row]], str]
    log_scale: bool = True


# 960 steps at lr 0.1: about as far as 9,600 at 0.01, in two seconds
BASE = Hyperparameters(epochs=24, lr=0.1)


def run(experiment: Experiment, names: list[str], root: Path | None, on_row: Callable[[str], None]) -> list[Row]:
    """Train the grid on each backend by name; on_row(what) is called after each. Raises what loading raises."""
    rows, loaded = [], {}
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
        _seconds(name, SOURCES[data], chosen) for _, data, chosen in experiment.grid(root).values() for name in names
    )


def _seconds(name: str, source: Source, chosen: Hyperparameters) -> float:
    images = chosen.train_subset or round(source.size[0] * (1 - chosen.val_fraction))
    steps = chosen.epochs * math.ceil(images / chosen.batch_size)
    return steps * step_seconds(name, "float32", chosen.batch_size * math.prod(source.shape), source.classes)


def _train(setting: str, value: float, name: str, data: Dataset, chosen: Hyperparameters) -> Row:
    problem = Problem(data, chosen)
    training = start(problem, name, "float32")
    try:
        with threads(1):
            train([training])
    except FloatingPointError:
        end = validation = Evaluation(math.nan, math.nan)
    else:
        end, validation = (training.side.evaluate(*part) for part in (problem.train, problem.validation))
    return Row(
        setting,
        value,
        name,
        problem.steps,
        end.loss,
        end.accuracy,
        validation.loss,
        validation.accuracy,
        len(problem.validation[1]),
        diverged=diverged(training.history[0].train_loss, end.loss),
    )


def _best(rows: list[Row]) -> Row:
    return max((row for row in rows if not math.isnan(row.val_accuracy)), key=lambda row: row.val_accuracy)


def _gap(row: Row) -> float:
    return row.train_accuracy - row.val_accuracy


def _at(rows: list[Row], value: float) -> Row:
    return next(row for row in rows if math.isclose(row.value, value))


def _vary(field: str, values: tuple, base: Hyperparameters = BASE) -> Callable[[Path | None], dict]:
    grid = {f"{value:g}": (value, "mnist5k", replace(base, **{field: value})) for value in values}
    return lambda _root: grid


def _learning_rates(rows: list[Row]) -> str:
    slow, fast, best = _at(rows, 1e-3), _at(rows, 0.1), _best(rows)
    lost = ", ".join(f"{row.value:g} ({row.backend})" for row in rows if row.diverged)
    end = f"training diverges at {lost}" if lost else "none diverges: no training loss ends above its start"
    better = fast.val_accuracy > slow.val_accuracy
    why = ": the tutorial's accuracy levels off because its rate is too low, not too high" if better else ""
    return (
        f"After {fast.steps} steps lr 0.1 ({per_cent(fast.val_accuracy, 1)}) {'beats' if better else 'does not beat'} "
        f"lr 0.001 ({per_cent(slow.val_accuracy, 1)}){why}. The best of these is {best.setting} "
        f"({per_cent(best.val_accuracy, 1)}), and {end}."
    )


def _batch_sizes(rows: list[Row]) -> str:
    small, large = rows[0], rows[-1]
    return (
        f"At the same number of epochs, batches of {small.setting} take {small.steps:,} steps and reach "
        f"{per_cent(small.val_accuracy, 1)}, batches of {large.setting} take {large.steps:,} and reach "
        f"{per_cent(large.val_accuracy, 1)}. The training loss ends at {small.train_loss:.3f} and "
        f"{large.train_loss:.3f}: "
        + (
            "at one learning rate more steps go further."
            if small.train_loss < large.train_loss
            else "more steps did not go further here."
        )
    )


def _validation_sizes(rows: list[Row]) -> str:
    def accuracy(row: Row) -> str:
        share = row.val_accuracy
        return f"{per_cent(share, 1)}, give or take {points(math.sqrt(share * (1 - share) / row.val_images))}"

    few, many = rows[0], rows[-1]
    return (
        f"With {few.val_images:,} validation images the accuracy is {accuracy(few)}; with {many.val_images:,} it is "
        f"{accuracy(many)}. Holding out more leaves less to learn from, and a smaller difference than these "
        "means nothing."
    )


def _train_metrics(rows: list[Row]) -> str:
    first, last = rows[0], rows[-1]
    rising = "rose" if last.val_loss > min(row.val_loss for row in rows) else "still fell"
    gaps = [points(_gap(row)) for row in (first, last)]
    return (
        f"After {last.setting} epochs on 300 images the accuracy on these images is "
        f"{per_cent(last.train_accuracy, 1)}, {gaps[1]} above validation; after {first.setting} it was {gaps[0]} "
        f"above. The training loss fell from {first.train_loss:.3f} to {last.train_loss:.3f} while the validation loss "
        f"in the end {rising} ({last.val_loss:.3f}): only images that were not trained on tell how good a model is."
    )


def _subsets(rows: list[Row]) -> str:
    few, many = rows[0], rows[-1]
    return (
        f"At the same number of steps, {few.setting} images reach {per_cent(few.val_accuracy, 1)} and {many.setting} "
        f"reach {per_cent(many.val_accuracy, 1)}. The gap between training and validation accuracy goes from "
        f"{100 * _gap(few):.1f} to {points(_gap(many))}."
    )


def _data_sets(rows: list[Row]) -> str:
    best = _best(rows)
    worst = min(rows, key=lambda row: row.val_accuracy)
    return (
        f"The same model and the same rate reach {per_cent(best.val_accuracy, 1)} on {best.setting} and "
        f"{per_cent(worst.val_accuracy, 1)} on {worst.setting}. On their training images it is "
        f"{per_cent(best.train_accuracy, 1)} and {per_cent(worst.train_accuracy, 1)}: how far a linear model gets is a "
        "matter of the data."
    )


def _data_grid(root: Path | None) -> dict[str, tuple[float, str, Hyperparameters]]:
    here = [name for name, source in SOURCES.items() if source.is_here(root)]
    # about 960 steps each
    return {name: (n, name, replace(BASE, epochs=max(1, SOURCES[name].epochs // 10))) for n, name in enumerate(here)}


def _subset_grid(_root: Path | None) -> dict[str, tuple[float, str, Hyperparameters]]:
    # the epochs make 960 steps of each
    sizes = (100, 300, 1000, 4000)
    return {f"{n}": (n, "mnist5k", replace(BASE, train_subset=n, epochs=round(960 / (n / 100)))) for n in sizes}


def _epoch_grid(_root: Path | None) -> dict[str, tuple[float, str, Hyperparameters]]:
    chosen = replace(BASE, train_subset=300, batch_size=50)
    return {f"{n}": (n, "mnist5k", replace(chosen, epochs=n)) for n in (1, 5, 20, 80, 320)}


EXPERIMENTS = {
    "lr": Experiment(
        "Is the tutorial's learning rate too high or too low?",
        "lr",
        _vary("lr", (1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0)),
        _learning_rates,
    ),
    "batch-size": Experiment(
        "What does the size of a batch change?",
        "batch size",
        _vary("batch_size", (10, 30, 100, 300, 1000)),
        _batch_sizes,
    ),
    "val-size": Experiment(
        "How many images should be held out?",
        "fraction",
        _vary("val_fraction", (0.02, 0.05, 0.1, 0.2, 0.4)),
        _validation_sizes,
    ),
    "train-metrics": Experiment(
        "Do loss and accuracy on the training images tell how good the model is?", "epochs", _epoch_grid, _train_metrics
    ),
    "subset": Experiment("How much do more images help?", "images", _subset_grid, _subsets),
    "dataset": Experiment(
        "How far does this model get on other data?", "data set", _data_grid, _data_sets, log_scale=False
    ),
}


def as_dict(experiment: Experiment, rows: list[Row]) -> dict[str, Any]:
    """What --json writes."""
    return {"question": experiment.question, "rows": [vars(row) for row in rows], "seen": experiment.seen(rows)}
