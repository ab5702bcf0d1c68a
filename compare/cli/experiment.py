"""`experiment`: a question, a small grid, and what was seen."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Group
from rich.text import Text

from compare.backends.by_name import MODULES
from compare.cli.options import COMPARED, DataRoot, Json, Picture, Quiet, check_output, check_picture, option
from compare.cli.outputs import Outputs
from compare.cli.progress import progress
from compare.report.as_json import write_json
from compare.report.pictures import save_picture
from compare.report.tables import short, table, wide_console
from compare.report.training_pictures import experiment as draw
from compare.training import experiments
from compare.training.experiments import EXPERIMENTS, Experiment, Row

BAR = 14

Which = StrEnum("Which", {name: name for name in EXPERIMENTS})
Sides = StrEnum("Sides", {name: name for name in (*MODULES, "both")})


def experiment(
    name: Annotated[Which, typer.Argument(help="The question.")],
    backend: Annotated[Sides, option(COMPARED, "--backend", help="Which side trains.")] = Sides.scratch,
    data_root: DataRoot = None,
    quiet: Quiet = False,
    json: Json = None,
    picture: Picture = None,
) -> int:
    """Answer one question by training: learning rate, batch size, data.

    Exit code 0: answered, 2: could not be run.
    """
    check_output(json)
    check_picture(picture)
    asked = EXPERIMENTS[name.value]
    sides = list(MODULES) if backend.value == "both" else [backend.value]
    with progress(len(sides) * len(asked.grid(data_root)), quiet, plain=False) as advance:
        rows = experiments.run(asked, sides, data_root, advance)
    outputs = Outputs()
    with outputs.one():
        if json:
            write_json(json, experiments.as_dict(asked, rows))
    with outputs.one():
        if picture:
            save_picture(draw(asked, rows), picture)
    try:
        _print(asked, rows, quiet)
    finally:
        outputs.check()
    if picture and not quiet:
        print(f"picture: {picture}")
    return 0


def _print(asked: Experiment, rows: list[Row], quiet: bool) -> None:
    console = wide_console()
    if not quiet:
        console.print(Text(asked.question, style="bold"), end="\n\n")
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
            f"{row.train_accuracy:.1%}",
            f"{row.val_accuracy:.1%}",
            "diverged" if row.diverged else _bar(row),
        )
        for row in rows
    )
    return table("", columns, cells, left=2, gap=1)


def _bar(row: Row) -> str:
    return ("█" * round(BAR * row.val_accuracy)).ljust(BAR, "░")
