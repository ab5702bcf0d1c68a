"""`evaluate`: a checkpoint on a data set."""

from rich import box
from rich.table import Table

from compare.backends import by_name as backends
from compare.backends.threads import threads
from compare.cli.options import (
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
    isolated,
)
from compare.report import as_json as results
from compare.report import pictures as drawing
from compare.report.tables import wide_console
from compare.training import metrics
from compare.training.checkpoint import load_checkpoint
from compare.training.checkpoint_images import select


def evaluate(
    checkpoint: CheckpointFile,
    data: OptionalData = None,
    data_root: DataRoot = None,
    split: WhichSplit = None,
    backend: WhichBackend = "scratch",
    json: Json = None,
    pictures: Pictures = None,
    quiet: Quiet = False,
) -> int:
    """Loss, accuracy, precision and recall of each class, and the confusion matrix.

    Exit code 0: evaluated, 2: could not evaluate.
    """
    check_output(json)
    check_folder(pictures)
    if (code := isolated(backend)) is not None:
        return code
    side, loaded = backends.module(backend), load_checkpoint(checkpoint)
    shown = select(loaded, data, data_root, split)
    model = side.SoftmaxRegression(*loaded.state[:2])
    with threads(1):
        loss, accuracy = side.evaluate(model, shown.images, shown.labels)
        P = side.probabilities(model, shown.images)
        predicted = side.predict(model, shown.images)
    confusion = metrics.confusion_matrix(shown.labels, predicted, shown.classes)
    precision, recall = metrics.precision(confusion), metrics.recall(confusion)
    if json:
        content = {
            "data": shown.data,
            "split": shown.split.value,
            "images": len(shown.labels),
            "backend": backend,
            "loss": loss,
            "accuracy": accuracy,
            "precision": precision.tolist(),
            "recall": recall.tolist(),
            "confusion": confusion.tolist(),
        }
        results.write_json(json, content)
    if pictures:
        figures = {
            "confusion": drawing.confusion(confusion, shown.names),
            "mistakes": drawing.mistakes(shown.images, shown.labels, P, shown.shape, shown.names),
        }
        drawing.save_pictures(figures, pictures)
    console = wide_console()
    if not quiet:
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0)
        for name in ("class", *map(str, range(shown.classes)), "precision", "recall"):
            table.add_column(name, justify="right")
        for k, row in enumerate(confusion):
            counts = (f"[bold green]{n}[/]" if j == k else str(n) if n else "." for j, n in enumerate(row))
            table.add_row(shown.names[k], *counts, f"{precision[k]:.4f}", f"{recall[k]:.4f}")
        console.print(f"{shown}; a row is a class, a column what it was taken for")
        console.print(table)
    console.print(f"{shown.data}, {shown.split}: loss {loss:.4f}, accuracy {accuracy:.4f}")
    return 0
