"""`runs`: what was kept, side by side."""

import sys
from pathlib import Path
from typing import Any

from compare.cli.options import Json, RunsRoot, check_output
from compare.errors import InputError
from compare.report.as_json import write_json
from compare.report.saved_runs import kept
from compare.report.tables import cut, short, table, wide_console
from compare.words import per_cent, printable

COLUMNS = "name", "command", "data", "lr", "mom.", "batch", "steps", "loss", "acc.", "verdict"


def runs(runs_root: RunsRoot = Path("runs"), json: Json = None) -> int:
    """List the results that were kept with --run.

    Exit code 0: listed, 2: could not list, or not all of them.
    """
    check_output(json)
    try:
        if runs_root.exists() and not runs_root.is_dir():
            raise InputError(f"{runs_root}: is not a folder")
        found, errors = kept(runs_root)
    except OSError as fault:
        raise InputError(f"--runs-root {runs_root}: cannot be read: {fault.strerror}") from None
    if json:
        write_json(json, {"runs": found})
    if found:
        _print(found)
    elif not errors:
        print(f"no runs in {runs_root}; train --run NAME and prove --run NAME keep one there")
    # one that is damaged does not hide the others
    for error in errors:
        print("error:", printable(str(error)), file=sys.stderr)
    return 2 if errors else 0


def _print(runs: list[dict[str, Any]]) -> None:
    console, rows = wide_console(), [_row(run) for run in runs]
    # what the numbers leave is for the name, which may be of any length
    taken = sum(1 + max(map(len, column)) for column in zip(COLUMNS[1:], *rows, strict=True))
    named = ((cut(printable(run["name"]), console.width - taken), *row) for run, row in zip(runs, rows, strict=True))
    console.print(table("", COLUMNS, named, left=3, gap=1, below=None))


def _row(run: dict[str, Any]) -> tuple[str, ...]:
    problem, summary = run["problem"], run["summary"]
    return (
        cut(printable(run["command"]), 13),
        # of a path the last part tells most
        cut(printable(Path(run["data"]["name"]).name), 9),
        f"{problem['lr']:g}",
        f"{problem['momentum']:g}",
        str(problem["batch_size"]),
        f"{problem['steps']:,}",
        short(float(summary["val_loss"])),
        per_cent(float(summary["val_accuracy"]), 2),
        summary["verdict"] or "",
    )
