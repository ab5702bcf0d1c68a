"""`runs`: what was kept, side by side."""

from pathlib import Path

from compare.cli.options import Json, RunsRoot, check_output
from compare.errors import InputError
from compare.report import as_json as results
from compare.report.saved_runs import kept
from compare.report.tables import table, wide_console


def runs(runs_root: RunsRoot = Path("runs"), json: Json = None) -> int:
    """List the runs that were kept with --run, and compare them.

    Exit code 0: listed, 2: could not list.
    """
    check_output(json)
    if runs_root.exists() and not runs_root.is_dir():
        raise InputError(f"{runs_root}: is not a folder")
    found = kept(runs_root)
    if json:
        results.write_json(json, {"runs": found})
    if not found:
        print(f"no runs in {runs_root}; train --run NAME and prove --run NAME keep one there")
        return 0
    rows = (
        (
            run["name"],
            run["command"],
            run["data"]["name"],
            f"{run['problem']['lr']:g}",
            f"{run['problem']['momentum']:g}",
            str(run["problem"]["batch_size"]),
            f"{run['problem']['steps']:,}",
            f"{run['summary']['val_loss']:.4f}",
            f"{run['summary']['val_accuracy']:.4f}",
            run["summary"]["verdict"] or "",
        )
        for run in found
    )
    columns = "name", "command", "data", "lr", "mom.", "batch", "steps", "val loss", "accuracy", "verdict"
    wide_console().print(table("", columns, rows, left=3, gap=1))
    return 0
