"""An experiment on other data, for more or fewer epochs, or with another seed."""

import math
from dataclasses import replace
from functools import partial
from pathlib import Path

from compare.data.dataset import Dataset
from compare.data.registry import SOURCES, is_path, usual_epochs
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem
from compare.training.experiments import BASE, Experiment, Grid, Row, Setting
from compare.words import counted

# Images that the epochs of the questions are meant for: those that are trained on of mnist5k.
USUAL_IMAGES = 4000
# 120 images times a share of 0.75 may be 89.99999999999999.
ROUNDING = 1e-9


def with_choices(asked: Experiment, data: Dataset | None, epochs: int | None, seed: int | None) -> Experiment:
    """The same question with these choices; None leaves what it has.

    data: in place of the one that it has; the question that compares data sets has it besides. epochs: of the last
    training; where the question gives its trainings different numbers, the others change in proportion. Raises
    InputError for what cannot be chosen; the grid raises it if the data are too few.
    """
    # it checks them
    Hyperparameters(epochs=BASE.epochs if epochs is None else epochs, seed=BASE.seed if seed is None else seed)
    return replace(asked, grid=partial(_grid, asked, data, epochs, seed), own=data)


def ran_with(rows: list[Row]) -> str:
    """What all trainings had in common: data, epochs, seed and rate; the size of the batches if that is not the usual.

    >>> row = Row("0.1", 0.1, "scratch", 40, 0.5, 0.9, 0.6, 0.8, 100, False, data="digits", epochs=3, seed=1)
    >>> ran_with([row])
    'on digits, 3 epochs, seed 1, lr 0.1'
    >>> ran_with([replace(row, batch_size=16)])
    'on digits, 3 epochs, seed 1, lr 0.1, batches of 16'
    """
    names = list(dict.fromkeys(row.data for row in rows))
    epochs = sorted({row.epochs for row in rows})
    where = names[0] if len(names) == 1 else counted(len(names), "data set")
    how_long = counted(epochs[0], "epoch") if len(epochs) == 1 else f"{epochs[0]:,} to {counted(epochs[-1], 'epoch')}"
    sizes = sorted({row.batch_size for row in rows})
    batches = ""
    if len(sizes) == 1 and sizes != [BASE.batch_size]:
        batches = f", batches of {sizes[0]}"
    elif len(sizes) > 1 and len(names) > 1:
        batches = f", batches of {sizes[0]} to {sizes[-1]}"
    rates = {row.lr for row in rows}
    rate = f", lr {rows[0].lr:g}" if len(rates) == 1 else ""
    return f"on {where}, {how_long}, seed {rows[0].seed}{rate}{batches}"


def _grid(asked: Experiment, data: Dataset | None, epochs: int | None, seed: int | None, root: Path | None) -> Grid:
    settings = asked.grid(root)
    if data:
        settings = _with_data(asked, settings, data)
    if epochs is not None:
        settings = _with_epochs(asked, settings, epochs)
    if seed is not None:
        settings = {name: s._replace(chosen=replace(s.chosen, seed=seed)) for name, s in settings.items()}
    return settings


def _with_data(asked: Experiment, settings: Grid, data: Dataset) -> Grid:
    images = len(Problem(data, Hyperparameters(epochs=1, batch_size=1)).train[1])
    if asked.compares_data:
        chosen = replace(BASE, epochs=max(1, _usual_epochs(data) // 10), batch_size=min(BASE.batch_size, images))
        value = settings[data.name].value if data.name in settings else float(len(settings))
        return settings | {data.name: Setting(value, data.name, chosen)}
    if asked.varied != "batch size":
        # the same for all, which differ in one thing only
        most = max(1, int(images * min(_share(setting.chosen) for setting in settings.values()) + ROUNDING))
        settings = {name: _with_batch(setting, most) for name, setting in settings.items()}
    if asked.varied == "fraction":
        # of few images small shares are none, or the same
        first = {round(len(data.train[1]) * setting.value): name for name, setting in reversed(settings.items())}
        first.pop(0, None)
        settings = {name: setting for name, setting in settings.items() if name in first.values()}
    found = {name: _on(s, data, images) for name, s in settings.items() if _needed(s.chosen) <= images}
    if len(found) < 2:
        needed = sorted(_needed(setting.chosen) for setting in settings.values())[1]
        held_out = len(data.train[1]) - images
        has = f"{images:,} images to train on, besides {held_out:,} held out for validation"
        raise InputError(f"{data.name} has {has}, and this question needs {needed:,}")
    return found


def _usual_epochs(data: Dataset) -> int:
    problem = Problem(data, Hyperparameters(epochs=1, batch_size=min(BASE.batch_size, max(1, len(data.train[1]) // 2))))
    return usual_epochs(problem.steps_per_epoch) if is_path(data.name) else SOURCES[data.name].epochs


def _with_batch(setting: Setting, most: int) -> Setting:
    return setting._replace(chosen=replace(setting.chosen, batch_size=min(setting.chosen.batch_size, most)))


def _share(chosen: Hyperparameters) -> float:
    """Images that a setting trains on, as a share of those where as many are held out as usual."""
    return (1 - chosen.val_fraction) / (1 - BASE.val_fraction)


def _needed(chosen: Hyperparameters) -> int:
    """Training images that a setting needs, where as many are held out as usual."""
    return math.ceil(max(chosen.train_subset or 1, chosen.batch_size) / _share(chosen) - ROUNDING)


def _on(setting: Setting, data: Dataset, images: int) -> Setting:
    """The setting for about as many steps on these data."""
    chosen = setting.chosen
    if chosen.train_subset is None:
        chosen = replace(chosen, epochs=max(1, round(chosen.epochs * USUAL_IMAGES / images)))
    return setting._replace(data=data.name, chosen=chosen)


def _with_epochs(asked: Experiment, settings: Grid, epochs: int) -> Grid:
    last = list(settings.values())[-1].chosen.epochs
    found = {}
    for name, setting in settings.items():
        own = epochs if asked.compares_data else max(1, round(setting.chosen.epochs * epochs / last))
        setting = setting._replace(chosen=replace(setting.chosen, epochs=own))
        # where the epochs are what is varied, they are the value too
        varied = asked.varied == "epochs"
        found[f"{own}" if varied else name] = setting._replace(value=float(own)) if varied else setting
    return found
