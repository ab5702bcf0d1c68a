"""Pictures of trainings: curves, templates, and the answers of experiments."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compare.report.pictures import (
    BLUE,
    GREEN,
    VERMILION,
    as_weights,
    epoch_axis,
    new_figure,
    per_cent_axis,
    show_weights,
)
from compare.report.tables import RUNNING, cut, in_lines
from compare.training import published
from compare.training.experiment_choices import ran_with
from compare.training.experiments import Experiment, Row
from compare.training.loop import Training
from compare.words import per_cent
from scratch import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PARTS = {"val": ("validation", BLUE), "train": ("training", VERMILION)}
LAG = f"{RUNNING.capitalize()}: a mean over the epoch; each batch counts before its update."
MOST_TEMPLATES = 10
# Columns that fit above one.
ABOVE_A_TEMPLATE = 10
# Characters of a legend that fit beside each other.
IN_A_ROW = 90
AXES = {"lr": "learning rate", "fraction": "share of the images that is held out"}


def training_pictures(training: Training) -> dict[str, "Figure"]:
    """By name: the curves, and the templates before and after."""
    problem, W = training.problem, training.side.state().W
    curve = published.CURVE if published.applies(problem) else None
    before = problem.start(W.dtype.name)[0]
    return {
        "curves": curves(problem.name, {training.name: training.history}, curve, problem.evaluated_on),
        "templates": templates(before, W, problem.shape, problem.names),
    }


def curves(
    title: str,
    histories: dict[str, list[Record]],
    published_curve: tuple[float, ...] | None = None,
    evaluated_on: str = "validation",
) -> "Figure":
    """Loss and accuracy over the epochs of each side by name, and the published validation accuracy.

    evaluated_on: validation or test, the part that is evaluated after each epoch.
    """
    figure = new_figure(9, 4.2, f"{title}: loss and accuracy", take_away_of_curves(histories, evaluated_on))
    places = figure.subfigures(squeeze=False)[0, 0]  # with space for the legend inside
    losses, accuracies = places.subplots(1, 2)
    draw_curves(losses, accuracies, histories, evaluated_on)
    if published_curve:
        shown = published_curve[: len(next(iter(histories.values())))]
        accuracies.plot(range(len(shown)), shown, "o", color=GREEN, ms=4, label="published, validation")
    draw_legend(places, accuracies)
    return figure


def draw_legend(figure: Any, axes: Any) -> None:
    """One legend for all places of a figure, below them: inside it would cover curves that are short."""
    lines, labels = axes.get_legend_handles_labels()
    columns = len(labels) if sum(map(len, labels)) <= IN_A_ROW else 2
    figure.legend(lines, labels, loc="outside lower center", ncols=columns, fontsize="small", frameon=False)


def draw_curves(
    losses: Any, accuracies: Any, histories: dict[str, list[Record]], evaluated_on: str = "validation"
) -> None:
    """The loss of each side in one place, the accuracy in the other: the first side as a band, the second on it."""
    for n, (side, history) in enumerate(histories.items()):
        for part, (name, colour) in {"val": (evaluated_on, BLUE), "train": (RUNNING, VERMILION)}.items():
            look = {"ls": "--", "lw": 1.2, "color": "black"} if n else {"lw": 4.5, "color": colour, "alpha": 0.5}
            if len(histories) == 1:
                look |= {"lw": 1.8, "alpha": 1.0}
            if n and part == "train":
                look["ls"] = ":"
            for axes, what in ((losses, "loss"), (accuracies, "accuracy")):
                values = [getattr(record, f"{part}_{what}") for record in history]
                axes.plot([record.epoch for record in history], values, label=f"{name}, {side}", **look)
    for axes, what in ((losses, "mean loss (nats)"), (accuracies, "accuracy")):
        axes.set_ylabel(what)
        epoch_axis(axes)
    per_cent_axis(accuracies.yaxis)


def take_away_of_curves(histories: dict[str, list[Record]], evaluated_on: str = "validation") -> str:
    """How it ended, and how far the sides were apart."""
    ends = ", ".join(f"{per_cent(history[-1].val_accuracy, 2)} ({side})" for side, history in histories.items())
    if len(histories) < 2:
        return f"{evaluated_on.capitalize()} accuracy at the end: {ends}. {LAG}"
    gap = max(abs(a.val_loss - b.val_loss) for a, b in zip(*histories.values(), strict=True))
    return (
        f"{evaluated_on.capitalize()} accuracy at the end: {ends}. The {evaluated_on} losses of the two differ by "
        f"{gap:.0e} at most. {LAG}"
    )


def templates(before: NDArray, after: NDArray, shape: tuple[int, ...], names: tuple[str, ...]) -> "Figure":
    """Weights (K, D) of at most 10 classes before and after training."""
    shown = min(len(before), MOST_TEMPLATES)
    words = "Red: a high value of the pixel speaks for the class. Blue: against it. Each row has its own scale."
    words += " Shown is the sum over the three colours." * (len(shape) == 3)
    figure = new_figure(shown + 1.0, 2.9, "The weights of each class, as an image", words)
    draw_templates(figure.subplots(2, shown, squeeze=False), before, after, shape, names)
    return figure


def draw_templates(
    grid: NDArray, before: NDArray, after: NDArray, shape: tuple[int, ...], names: tuple[str, ...]
) -> None:
    """Two rows of places: weights before, and after."""
    for row, W, what in zip(grid, (before, after), ("before\ntraining", "after\ntraining"), strict=True):
        limit = max(np.abs(as_weights(w, shape)).max() for w in W)
        row[0].text(-0.15, 0.5, what, ha="right", va="center", transform=row[0].transAxes)
        for k, axes in enumerate(row):
            show_weights(axes, W[k], shape, limit)
            if W is before:
                axes.set_title(in_lines(cut(names[k]), ABOVE_A_TEMPLATE), fontsize="medium")


def experiment(asked: Experiment, rows: list[Row]) -> "Figure":
    """Accuracy on training and validation images against what was varied, lines for each side."""
    figure = new_figure(7.5, 5.2, asked.question, asked.seen(rows))
    axes = figure.subplots()
    for n, side in enumerate(dict.fromkeys(row.backend for row in rows)):
        mine = [row for row in rows if row.backend == side]
        for part, (name, colour) in PARTS.items():
            # between data sets there is nothing to join
            line = "" if asked.compares_data else ":" if n else "-"
            accuracies = [getattr(row, f"{part}_accuracy") for row in mine]
            mark: dict[str, Any] = {"mfc": "white"} if n else {}
            axes.plot(
                [row.value for row in mine], accuracies, f"o{line}", color=colour, label=f"{name}, {side}", **mark
            )
    if asked.varied == "fraction":
        of = [row for row in rows if not math.isnan(row.val_accuracy)]
        places, errors = ([row.value for row in of], [row.val_accuracy for row in of]), [row.val_error for row in of]
        axes.errorbar(*places, errors, fmt="none", ecolor=BLUE, capsize=3, label="give or take")
    _mark_diverged(axes, rows)
    axes.set_title(ran_with(rows), fontsize="small")
    if not asked.compares_data:
        axes.set_xscale("log")
    first = [row for row in rows if row.backend == rows[0].backend]
    axes.set_xticks([row.value for row in first], [row.setting for row in first])
    axes.minorticks_off()
    axes.set(xlabel=AXES.get(asked.varied, asked.varied), ylabel="accuracy with the final weights")
    per_cent_axis(axes.yaxis)
    axes.grid(alpha=0.3)
    axes.legend(loc="best", fontsize="small")
    return figure


def _mark_diverged(axes: Any, rows: list[Row]) -> None:
    lost = [row for row in rows if row.diverged and not math.isnan(row.val_accuracy)]
    if lost:
        places = [row.value for row in lost], [row.val_accuracy for row in lost]
        axes.plot(*places, "x", color="black", ms=11, mew=2, label="diverged")
