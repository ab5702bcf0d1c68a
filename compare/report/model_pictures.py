"""Pictures of images, and of what a model makes of them."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from compare.data.registry import SOURCES, Dataset
from compare.report.pictures import BLUE, VERMILION, as_image, new_figure, per_cent_axis, show
from compare.report.tables import cut, in_lines
from compare.words import per_cent
from scratch import Rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SAMPLES = 10
CLASSES = 26
MISTAKES, MISTAKES_IN_A_ROW = 20, 5
# Inches of a letter beside the matrix.
IN_A_COLUMN = 0.09
# Columns that fit above a mistake.
ABOVE_A_MISTAKE = 26


def samples(data: Dataset) -> "Figure":
    """The first images of each class, a row a class, of at most 26 classes."""
    images, labels = data.train
    rows = min(data.classes, CLASSES)
    figure = new_figure(
        0.6 * SAMPLES + 1,
        0.6 * rows + 0.8,
        f"{data.name}: the first images of each class",
        f"{len(labels):,} training images of {data.classes} classes",
    )
    for k, row in enumerate(figure.subplots(rows, SAMPLES, squeeze=False)):
        row[0].text(-0.2, 0.5, data.names[k], ha="right", va="center", transform=row[0].transAxes)
        for axes in row:
            axes.set_axis_off()
        for axes, index in zip(row, np.flatnonzero(labels == k), strict=False):
            show(axes, as_image(images[index], data.shape), ink=data.name in SOURCES)
    return figure


def one_image(image: NDArray, shape: tuple[int, ...], title: str, *, ink: bool) -> "Figure":
    """One image (D,), and below it how it is stored. ink: see `show`."""
    size = " x ".join(map(str, shape))
    figure = new_figure(4, 4.4, title, f"{size} pixels, {image.min():g} ... {image.max():g}")
    show(figure.subplots(), as_image(image, shape), ink=ink)
    return figure


def prediction(
    image: NDArray,
    shape: tuple[int, ...] | None,
    P: dict[str, NDArray],
    names: tuple[str, ...],
    label: int | None,
    *,
    ink: bool,
) -> "Figure":
    """The image (D,), unless it has no shape, beside the probabilities (K,) of each class by side. ink: see `show`."""
    answer = {side: int(p.argmax()) for side, p in P.items()}
    words = ", ".join(f"{side}: {names[k]} ({per_cent(P[side][k], 1)})" for side, k in answer.items())
    truth = "" if label is None else f"; it is {names[label]}"
    figure = new_figure(7, max(3.2, 0.28 * len(names) + 1), "What the model sees, and what it answers", words + truth)
    *picture, bars = figure.subplots(1, 2 if shape else 1, squeeze=False)[0]
    if shape:
        show(picture[0], as_image(image, shape), ink=ink)
    height = 0.8 / len(P)
    for n, ((side, p), colour) in enumerate(zip(P.items(), (BLUE, VERMILION), strict=False)):
        bars.barh(np.arange(len(names)) + n * height, p, height, color=colour, label=f"by {side}")
    bars.set_yticks(np.arange(len(names)) + height * (len(P) - 1) / 2, names)
    bars.set(xlim=(0, 1), xlabel="probability", ylabel="class")
    bars.invert_yaxis()
    per_cent_axis(bars.xaxis)
    if len(P) > 1:
        bars.legend()
    return figure


def confusion(counts: NDArray, names: tuple[str, ...], title: str) -> "Figure":
    """Counts (K, K) of true class (row) against prediction (column), each shaded by its share of the row."""
    K, shown = len(counts), [cut(name) for name in names]
    room = IN_A_COLUMN * (max(map(cell_len, shown)) - 1)
    # longer names than two letters stand upright below the matrix
    is_long = room > IN_A_COLUMN
    size = 0.45 * K + 1.5 + room, 0.45 * K + 1.9 + room * is_long
    figure = new_figure(*size, f"{title}: what each class is taken for", _about(counts, names))
    axes = figure.subplots()
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    if K <= CLASSES:
        for i, j in np.argwhere(counts):
            ink = "white" if shares[i, j] > 0.5 else "black"
            axes.text(j, i, counts[i, j], ha="center", va="center", color=ink, fontsize="small")
    axes.set(xlabel="predicted class", ylabel="true class", xticks=range(K), yticks=range(K))
    axes.set_xticklabels(shown, rotation=90 if is_long else 0)
    axes.set_yticklabels(shown)
    return figure


def _about(counts: NDArray, names: tuple[str, ...]) -> str:
    right, total = int(np.trace(counts)), int(counts.sum())
    wrong = counts - np.diag(np.diag(counts))
    i, j = np.unravel_index(int(wrong.argmax()), wrong.shape)
    worst = f" Most often {names[i]} is taken for {names[j]}, {wrong[i, j]} times." if wrong.any() else ""
    return f"{right:,} of {total:,} images are right (the diagonal).{worst}"


def mistakes(
    images: NDArray | Rows, labels: NDArray, P: NDArray, shape: tuple[int, ...], names: tuple[str, ...], *, ink: bool
) -> "Figure":
    """The 20 images (N, D) that were classified wrongly with the highest probability P (N, K). ink: see `show`."""
    predicted, certainty = P.argmax(axis=1), P.max(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    worst = wrong[np.argsort(-certainty[wrong], kind="stable")][:MISTAKES]
    rows = max(1, -(-len(worst) // MISTAKES_IN_A_ROW))
    figure = new_figure(8, 1.8 * rows + 0.9, "The mistakes that the model is surest of", _counted(wrong, worst, labels))
    grid = figure.subplots(rows, MISTAKES_IN_A_ROW, squeeze=False).flat
    for axes in grid:
        axes.set_axis_off()
    for axes, n in zip(figure.axes, worst, strict=False):
        show(axes, as_image(images[n], shape), ink=ink)
        true, read = (cut(names[k]) for k in (labels[n], predicted[n]))
        words = f"is {true}, read as {read} ({per_cent(certainty[n])})"
        axes.set_title(in_lines(words, ABOVE_A_MISTAKE), fontsize="small")
    return figure


def _counted(wrong: NDArray, shown: NDArray, labels: NDArray) -> str:
    if not len(wrong):
        return f"No mistakes among {len(labels):,} images."
    which = f"these are the {len(shown)} surest" if len(shown) < len(wrong) else "these are all"
    return f"{len(wrong):,} of {len(labels):,} images are classified wrongly; {which}."
