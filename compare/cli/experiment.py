"""`experiment`: a question, a small grid, and what was seen."""

from enum import StrEnum
from typing import Annotated

import typer

from compare.backends import by_name as backends
from compare.cli.options import DataRoot, Json, Picture, Quiet, check_output, check_picture, progress
from compare.report import as_json as results
from compare.report import pictures
from compare.report.tables import table, wide_console
from compare.training import experiments
from compare.training.experiments import EXPERIMENTS, Row

BAR = 19

Which = StrEnum("Which", {name: name for name in EXPERIMENTS})
Sides = StrEnum("Sides", {name: name for name in (*backends.MODULES, "both")})


def experiment(
    name: Annotated[Which, typer.Argument(help="The question.")],
    backend: Annotated[Sides, typer.Option("--backend", help="Which side trains.")] = Sides.scratch,
    data_root: DataRoot = None,
    picture: Picture = None,
    json: Json = None,
    quiet: Quiet = False,
) -> int:
    """Ask one of the tutorial's closing questions, and answer it from what is measured here.

    Exit code 0: answered, 2: could not be run.
    """
    check_output(json)
    check_picture(picture)
    asked = EXPERIMENTS[name.value]
    sides = list(backends.MODULES) if backend.value == "both" else [backend.value]
    with progress(len(sides) * len(asked.grid(data_root)), quiet, plain=False) as advance:
        rows = experiments.run(asked, sides, data_root, advance)
    if json:
        results.write_json(json, experiments.as_dict(asked, rows))
    if picture:
        pictures.save_picture(pictures.experiment(asked, rows), picture)
    console = wide_console()
    if not quiet:
        console.print(f"[bold]{asked.question}[/]\n")
        columns = asked.varied, "side", "steps", "train loss", "val loss", "train", "val"
        cells = (
            (
                row.setting,
                row.backend,
                f"{row.steps:,}",
                f"{row.train_loss:.3f}",
                f"{row.val_loss:.3f}",
                f"{row.train_accuracy:.3f}",
                f"{row.val_accuracy:.3f}",
                "diverged" if row.diverged else _bar(row),
            )
            for row in rows
        )
        console.print(table("", (*columns, "validation accuracy"), cells, left=2, gap=1))
    console.print(asked.seen(rows))
    if picture and not quiet:
        console.print(f"picture: {picture}")
    return 0


def _bar(row: Row) -> str:
    return ("█" * round(BAR * row.val_accuracy)).ljust(BAR, "░")
