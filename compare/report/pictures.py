"""Pictures: PNG or SVG by the name of the file, in colours that the colour-blind can tell apart.

Matplotlib is imported when the first picture is drawn, and draws to files only: no display is needed.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compare.data.registry import Dataset
from compare.errors import InputError
from compare.files import whole_file
from compare.proof.gradient_check import GradientCheck
from compare.training.experiments import Experiment, Row
from scratch import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = ".png", ".svg"
# Okabe and Ito's colours: blue, vermilion, green
COLOURS = {"scratch": "#0072B2", "torch": "#D55E00"}
PUBLISHED = "#009E73"
PALETTE = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7F7F7F"
STYLES = "-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (8, 3))
SAMPLES = 10


def check_picture(path: Path) -> None:
    """Raise InputError if the name does not say which kind of picture to draw."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: a picture is named *.png or *.svg")


def save_picture(figure: "Figure", path: Path) -> None:
    """Write the figure whole or not at all. Raises InputError where it cannot be written."""
    check_picture(path)
    try:
        with whole_file(path) as stream:
            figure.savefig(stream, format=path.suffix[1:].lower(), dpi=150)
    except OSError as error:
        raise InputError(f"{path}: the picture cannot be written: {error.strerror}") from None


def save_pictures(figures: dict[str, "Figure"], folder: Path) -> None:
    """Write each figure into the folder by its name, as PNG and as SVG. Raises InputError where that fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: the pictures cannot be written: {error.strerror}") from None
    for name, figure in figures.items():
        for suffix in SUFFIXES:
            save_picture(figure, folder / f"{name}{suffix}")


def samples(data: Dataset) -> "Figure":
    """The first images of each class, a row a class, of at most 26 classes."""
    images, labels = data.train
    rows = min(data.classes, 26)
    figure = _figure(0.6 * SAMPLES + 1, 0.6 * rows)
    grid = figure.subplots(rows, SAMPLES, squeeze=False)
    for k, row in enumerate(grid):
        row[0].text(-0.2, 0.5, data.names[k], ha="right", va="center", transform=row[0].transAxes)
        for axes in row:
            axes.set_axis_off()
        for axes, index in zip(row, np.flatnonzero(labels == k), strict=False):
            show(axes, as_image(images[index], data.shape))
    figure.subplots_adjust(left=0.16, right=0.99, bottom=0.01, top=0.99, wspace=0.05, hspace=0.05)
    return figure


def curves(histories: dict[str, list[Record]], published: tuple[float, ...] | None = None) -> "Figure":
    """Loss and accuracy over the epochs of each side by name, and the published validation accuracy."""
    figure = _figure(9, 3.6, layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    for n, (side, history) in enumerate(histories.items()):
        colour, line = _look(side, n)
        epochs = [record.epoch for record in history]
        for axes, what in ((losses, "loss"), (accuracies, "accuracy")):
            for part, name, width in (("train", "training", 1.0), ("val", "validation", 2.0)):
                values = [getattr(record, f"{part}_{what}") for record in history]
                axes.plot(epochs, values, line, color=colour, lw=width, label=f"{side}, {name}")
    if published:
        accuracies.plot(range(len(published)), published, "o", color=PUBLISHED, ms=4, label="published")
    for axes, what in ((losses, "loss (nats)"), (accuracies, "accuracy")):
        axes.set(xlabel="epoch", ylabel=what)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.legend()
    return figure


def errors(used: dict[str, dict[str, list[float]]], dtype: str) -> "Figure":
    """Share of its budget that each quantity used at worst in each epoch, log scale; used[reading][quantity]."""
    figure = _figure(9, 3.8, layout="constrained")
    for axes, (reading, quantities) in zip(figure.subplots(1, 2, sharey=True), used.items(), strict=True):
        for (quantity, values), colour, style in zip(quantities.items(), PALETTE, STYLES, strict=True):
            # an error of exactly 0 has no logarithm: it is left out
            shares = np.where(np.array(values) > 0, values, np.nan)
            axes.semilogy(range(1, len(values) + 1), shares, ls=style, color=colour, lw=1.2, label=quantity)
        axes.axhline(1, color="black", lw=2)
        axes.set(title=f"{dtype}, {reading.replace('_', '-')}", xlabel="epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("share of budget (line: all of it)")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside right center")
    return figure


def gradients(checks: dict[str, list[GradientCheck]]) -> "Figure":
    """Error of each side's gradient by central differences over their step h: a U."""
    figure = _figure(6.5, 4, layout="constrained")
    axes = figure.subplots()
    for n, (side, found) in enumerate(checks.items()):
        colour, line = _look(side, n)
        for check, mark in zip(found, "os", strict=True):
            name = f"{side}, {check.problem} problem"
            axes.loglog(*zip(*check.central.items(), strict=True), mark + line, color=colour, ms=4, label=name)
    axes.set(xlabel="h", ylabel="largest error / largest gradient", title="central differences")
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def templates(before: NDArray, after: NDArray, shape: tuple[int, ...], names: tuple[str, ...]) -> "Figure":
    """Weights (K, D) of each class before and after training: blue speaks for the class, red against it."""
    shown = min(len(before), 10)
    figure = _figure(1.0 * shown + 0.8, 2.6, layout="constrained")
    grid = figure.subplots(2, shown, squeeze=False)
    for row, W, what in zip(grid, (before, after), ("before", "after"), strict=True):
        limit = np.abs(W).max()
        row[0].text(-0.15, 0.5, what, ha="right", va="center", transform=row[0].transAxes)
        for k, axes in enumerate(row):
            # a colour image is shown by the sum over its channels
            image = W[k].reshape(-1, *shape[-2:]).sum(axis=0)
            axes.imshow(image, cmap="RdBu", vmin=-limit, vmax=limit, interpolation="nearest")
            axes.set_axis_off()
            if what == "before":
                axes.set_title(names[k], fontsize="medium")
    figure.supxlabel("blue: ink here speaks for the class, red: against it", fontsize="small")
    return figure


def confusion(counts: NDArray, names: tuple[str, ...]) -> "Figure":
    """Counts (K, K) of label (row) against prediction (column), each shaded by its share of the row."""
    K = len(counts)
    figure = _figure(0.45 * K + 1.5, 0.45 * K + 1.2, layout="constrained")
    axes = figure.subplots()
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if K <= 26:
        for i, j in np.ndindex(counts.shape):
            if counts[i, j]:
                ink = "white" if shares[i, j] > 0.5 else "black"
                axes.text(j, i, counts[i, j], ha="center", va="center", color=ink, fontsize="small")
    axes.set(xlabel="prediction", ylabel="label", xticks=range(K), yticks=range(K))
    axes.set_xticklabels(names, rotation=90 if max(map(len, names)) > 2 else 0)
    axes.set_yticklabels(names)
    return figure


def mistakes(images: NDArray, labels: NDArray, P: NDArray, shape: tuple[int, ...], names: tuple[str, ...]) -> "Figure":
    """The 20 images (N, D) that were classified wrongly with the highest probability P (N, K)."""
    predicted, certainty = P.argmax(axis=1), P.max(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    worst = wrong[np.argsort(-certainty[wrong], kind="stable")][:20]
    figure = _figure(8, 7, layout="constrained")
    grid = figure.subplots(4, 5)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, n in zip(grid.flat, worst, strict=False):
        show(axes, as_image(images[n], shape))
        axes.set_title(f"{names[predicted[n]]} ({certainty[n]:.2f}), is {names[labels[n]]}", fontsize="small")
    if not len(worst):
        figure.suptitle("no mistakes")
    return figure


def experiment(asked: Experiment, rows: list[Row]) -> "Figure":
    """Accuracy on training and validation images against what was varied, a line for each side."""
    figure = _figure(6.5, 4, layout="constrained")
    axes = figure.subplots()
    for n, side in enumerate(dict.fromkeys(row.backend for row in rows)):
        mine = [row for row in rows if row.backend == side]
        values = [row.value for row in mine]
        # between data sets there is nothing to join
        colour, line = _look(side, n)
        line = line if asked.log_scale else ""
        thin = {"lw": 0.8, "ms": 4, "mfc": "white"}
        validation, training = ([getattr(row, f"{part}_accuracy") for row in mine] for part in ("val", "train"))
        axes.plot(values, validation, f"o{line}", color=colour, label=f"{side}, validation")
        axes.plot(values, training, f"s{line}", color=colour, label=f"{side}, training", **thin)
        lost = [row for row in mine if row.diverged and not math.isnan(row.val_accuracy)]
        if lost:
            crosses = [row.value for row in lost], [row.val_accuracy for row in lost]
            axes.plot(*crosses, "x", color="black", ms=11, mew=2, label=f"{side}, diverged")
    if asked.log_scale:
        axes.set_xscale("log")
    first = [row for row in rows if row.backend == rows[0].backend]
    axes.set_xticks([row.value for row in first], [row.setting for row in first])
    axes.minorticks_off()
    axes.set_title(asked.question, wrap=True)
    axes.set(xlabel=asked.varied, ylabel="accuracy")
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def as_image(row: NDArray, shape: tuple[int, ...]) -> NDArray:
    """A row of pixels (D,) as an image (H, W), or (H, W, C) in colour."""
    image = row.reshape(shape)
    return image.transpose(1, 2, 0) if image.ndim == 3 else image


def show(axes: Any, image: NDArray) -> None:
    """Draw an image without axes; grey ones as ink on paper."""
    axes.imshow(image, cmap="gray_r", interpolation="nearest")
    axes.set_axis_off()


def _look(side: str, n: int) -> tuple[str, str]:
    """Colour and line of the n-th side: the second is dashed and on top, so that both are seen where they are one."""
    return COLOURS["torch" if n or side == "torch" else "scratch"], "--" if n or side == "torch" else "-"


def _figure(width: float, height: float, **options: Any) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), **options)
