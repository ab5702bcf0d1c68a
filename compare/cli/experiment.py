"""`experiment`: a question, a small grid, and what was seen."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Group
from rich.text import Text

from compare.backends.by_name import MODULES
from compare.cli.options import (
    COMPARED,
    DATA,
    TRAINING,
    DataRoot,
    Grey,
    Json,
    Picture,
    Quiet,
    Size,
    check_output,
    check_picture,
    option,
)
from compare.cli.outputs import Outputs
from compare.cli.problem_options import load_data
from compare.cli.progress import announce, progress
from compare.data.prepared import Prepared
from compare.report.as_json import write_json
from compare.report.pictures import save_picture
from compare.report.tables import short, table, wide_console
from compare.report.training_pictures import experiment as draw
from compare.training import experiments
from compare.training.experiment_choices import ran_with, with_choices
from compare.training.experiments import EXPERIMENTS, Experiment, Row
from compare.words import per_cent

ACCURACY_BAR = 14
LEGEND = "train, val: with the final weights, on all training and all validation images\n"
DIVERGED = "diverged: the training loss is not finite, or ends above its start\n"


class Which(StrEnum):
    """The names of EXPERIMENTS."""

    lr = "lr"
    batch_size = "batch-size"
    val_size = "val-size"
    train_metrics = "train-metrics"
    subset = "subset"
    dataset = "dataset"


class WhichSides(StrEnum):
    """A backend by its name, or both."""

    scratch = "scratch"
    torch = "torch"
    both = "both"


def experiment(
    name: Annotated[Which, typer.Argument(metavar="QUESTION", help=f"One of {', '.join(EXPERIMENTS)}.")],
    backend: Annotated[WhichSides, option(COMPARED, "--backend", help="Which side trains.")] = WhichSides.scratch,
    data: Annotated[
        str | None,
        option(DATA, "--data", help="Data set, or a path; mnist5k unless given. The question dataset has it besides."),
    ] = None,
    data_root: DataRoot = None,
    size: Size = None,
    grey: Grey = False,
    epochs: Annotated[
        int | None,
        option(TRAINING, metavar="N", help="Epochs of the last training, others in proportion; of each data set."),
    ] = None,
    seed: Annotated[
        int | None, option(TRAINING, metavar="N", help="Start of the random numbers: weights, split, batch order.")
    ] = None,
    quiet: Quiet = False,
    json: Json = None,
    picture: Picture = None,
) -> int:
    """Answer one question by training: learning rate, batch size, data.

    Exit code 0: answered, 2: could not be run.
    """
    check_output(json)
    check_picture(picture)
    loaded = load_data(data, data_root, Prepared(size, grey), quiet) if data else None
    asked = with_choices(EXPERIMENTS[name.value], loaded, epochs, seed)
    sides = list(MODULES) if backend.value == "both" else [backend.value]
    announce(experiments.expected_seconds(asked, sides, data_root), quiet)
    with progress(len(sides) * len(asked.grid(data_root)), quiet, plain=False) as advance:
        rows = experiments.run(asked, sides, data_root, advance)
    outputs = Outputs()
    with outputs.one():
        if json:
            write_json(json, experiments.as_dict(asked, rows))
    outputs.write("picture", picture, lambda path: save_picture(draw(asked, rows), path))
    with outputs.named(quiet):
        _print(asked, rows, quiet)
    return 0


def _print(asked: Experiment, rows: list[Row], quiet: bool) -> None:
    console = wide_console()
    if not quiet:
        console.print(Text(asked.question, style="bold"))
        console.print(Text(ran_with(rows)), end="\n\n")
        console.print(_table(asked.varied, rows))
    console.print(Text(asked.seen(rows)))


def _table(varied: str, rows: list[Row]) -> Group:
    columns = varied, "side", "steps", "train loss", "val loss", "train", "val", "validation"
    cells = (
        (
            row.setting,
            row.backend,
            f"{row.steps:,}",
            short(row.train_loss),
            short(row.val_loss),
            per_cent(row.train_accuracy, 1),
            per_cent(row.val_accuracy, 1),
            "diverged" if row.diverged else _bar(row),
        )
        for row in rows
    )
    below = LEGEND + DIVERGED * any(row.diverged for row in rows)
    return table("", columns, cells, left=2, gap=1, below=below)


def _bar(row: Row) -> str:
    return ("█" * round(ACCURACY_BAR * row.val_accuracy)).ljust(ACCURACY_BAR, "░")
