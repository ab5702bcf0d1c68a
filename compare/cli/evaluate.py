"""`evaluate`: a checkpoint on a data set."""

import math
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from numpy.typing import NDArray
from rich import box
from rich.table import Table
from rich.text import Text

from compare.backends.by_name import check_known
from compare.backends.protocol import TIME_LIMIT
from compare.cli.ignored import check_data_root
from compare.cli.options import (
    MODEL,
    CheckpointFile,
    DataRoot,
    Json,
    OptionalData,
    Pictures,
    Quiet,
    WhichBackend,
    WhichSplit,
    check_folder,
    check_output,
    time_limit,
)
from compare.cli.outputs import Outputs
from compare.cli.progress import say
from compare.data.registry import SOURCES
from compare.report import model_pictures
from compare.report.as_json import write_json
from compare.report.pictures import save_pictures
from compare.report.tables import wide_console, wrapped
from compare.training import metrics
from compare.training.checkpoint import Checkpoint, load_checkpoint
from compare.training.checkpoint_images import CheckpointImages, data_name, select
from compare.training.classify import Classified, classify
from compare.words import per_cent


@dataclass(frozen=True)
class Evaluated:
    """Images, what a model made of them, and counts (K, K) of label and prediction."""

    shown: CheckpointImages
    answers: Classified
    confusion: NDArray


def evaluate(
    context: typer.Context,
    checkpoint: CheckpointFile,
    backend: WhichBackend = "scratch",
    seconds: Annotated[float, time_limit(MODEL)] = TIME_LIMIT,
    data: OptionalData = None,
    split: WhichSplit = None,
    data_root: DataRoot = None,
    quiet: Quiet = False,
    json: Json = None,
    pictures: Pictures = None,
) -> int:
    """Test a trained model: loss, accuracy, confusion matrix.

    Exit code 0: evaluated, 2: could not evaluate.
    """
    check_output(json)
    check_folder(pictures)
    check_known(backend)
    loaded = load_checkpoint(checkpoint)
    check_data_root(context, data_name(loaded, data))
    shown = select(loaded, data, data_root, split)
    if shown.changed and not quiet:
        say(f"note: {shown.data} has changed since the training: the model may know some of its {shown.split} images")
    found = _evaluate(backend, seconds, loaded, shown)
    if json:
        write_json(json, _as_dict(found, backend))
    outputs = Outputs()
    outputs.write("pictures", pictures, lambda folder: save_pictures(_figures(found), folder))
    with outputs.named(quiet):
        _print(found, quiet)
    return 0


def _evaluate(backend: str, seconds: float, loaded: Checkpoint, shown: CheckpointImages) -> Evaluated:
    answers = classify(backend, loaded.state, shown.images, shown.labels, time_limit=seconds)
    return Evaluated(shown, answers, metrics.confusion_matrix(shown.labels, answers.predicted, shown.classes))


def _figures(found: Evaluated) -> dict[str, Any]:
    shown = found.shown
    return {
        "confusion": model_pictures.confusion(found.confusion, shown.names, f"{shown.data}, {shown.split}"),
        "mistakes": model_pictures.mistakes(
            shown.images, shown.labels, found.answers.P, shown.shape, shown.names, ink=shown.data in SOURCES
        ),
    }


def _print(found: Evaluated, quiet: bool) -> None:
    console, shown, answers = wide_console(), found.shown, found.answers
    if not quiet:
        console.print(f"{shown}; row: the class, column: what it was taken for")
        console.print(_table(found))
        for line in _undefined(found):
            console.print(line)
    console.print(f"{shown.data}, {shown.split}: loss {answers.loss:.4f}, accuracy {per_cent(answers.accuracy, 2)}")


def _as_dict(found: Evaluated, backend: str) -> dict[str, Any]:
    """What --json writes."""
    return {
        "data": found.shown.data,
        "split": found.shown.split.value,
        "images": len(found.shown.labels),
        "names": list(found.shown.names),
        "backend": backend,
        "loss": found.answers.loss,
        "accuracy": found.answers.accuracy,
        "precision": metrics.precision(found.confusion).tolist(),
        "recall": metrics.recall(found.confusion).tolist(),
        "confusion": found.confusion.tolist(),
    }


def _table(found: Evaluated) -> Table:
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0)
    numbers = tuple(map(str, range(found.shown.classes)))
    grid.add_column("class")
    for head in (*numbers, "precision", "recall"):
        grid.add_column(head, justify="right")
    shares = zip(metrics.precision(found.confusion), metrics.recall(found.confusion), strict=True)
    width, names = len(numbers[-1]), found.shown.names
    for k, (row, (precision, recall)) in enumerate(zip(found.confusion, shares, strict=True)):
        counts = (Text(str(n), "bold green") if j == k else str(n) if n else "." for j, n in enumerate(row))
        name = "" if names == numbers else f" {names[k]}"
        grid.add_row(f"{k:>{width}}{name}", *counts, _share(precision), _share(recall))
    return grid


def _share(share: float) -> str:
    return "-" if math.isnan(share) else f"{share:.4f}"


def _undefined(found: Evaluated) -> list[str]:
    """Which classes have no precision or recall, and why."""
    why = {"never predicted, so without precision": 0, "without images, so without recall": 1}
    names = {
        text: [name for name, count in zip(found.shown.names, found.confusion.sum(axis=axis), strict=True) if not count]
        for text, axis in why.items()
    }
    return [wrapped(f"{text}: {', '.join(those)}") for text, those in names.items() if those]
