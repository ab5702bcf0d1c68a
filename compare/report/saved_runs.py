"""Runs that are kept: one folder each, written whole or not at all."""

import csv
import io
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.errors import InputError
from compare.files import folder_fault, path_beside, whole_file
from compare.report.as_json import VERSION, as_text
from compare.report.pictures import save_pictures
from compare.report.run_json import read_run
from scratch import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The file that makes a folder a run.
ABOUT = "run.json"

Histories = dict[str, list[Record]]


def check_name(root: Path, name: str) -> None:
    """Raise InputError, before the work, if a run of this name could not be kept after it."""
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", name):
        raise InputError(f"--run {name}: a name has letters, digits, '_', '.' and '-', the last two not first")
    if os.path.lexists(root / name):
        raise InputError(f"--run {name}: {root / name} is there already; choose another name or remove it")
    if fault := folder_fault(root / name):
        raise InputError(f"--run {name}: {fault}")


def summary(verdict: str | None, last: Record) -> dict[str, Any]:
    """What the command runs shows of a run: its verdict, if it has any, and how it ended."""
    return {"verdict": verdict, "val_loss": last.val_loss, "val_accuracy": last.val_accuracy}


def keep(
    root: Path,
    name: str,
    content: dict[str, Any],
    histories: Histories,
    figures: dict[str, "Figure"],
    save_checkpoint: Callable[[Path], None] | None = None,
) -> Path:
    """Write root/name: run.json, history.csv, history.json, pictures, and the checkpoint if there is one.

    histories has the records of each side. Raises InputError where it cannot be written; then nothing is left.
    """
    check_name(root, name)
    beside = path_beside(root / name)
    try:
        beside.mkdir(parents=True)
        about = {"version": VERSION, "name": name, "ended": time.strftime("%Y-%m-%d %H:%M:%S")}
        texts = {
            ABOUT: as_text(about | content),
            "history.json": as_text(as_dicts(histories)),
            "history.csv": as_csv(histories),
        }
        for file, text in texts.items():
            with whole_file(beside / file) as stream:
                stream.write(text.encode())
        save_pictures(figures, beside / "pictures")
        if save_checkpoint:
            save_checkpoint(beside / "model.safetensors")
        beside.rename(root / name)
    except OSError as error:
        raise InputError(f"--run {name}: cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)  # nothing is there after the rename
    return root / name


def as_dicts(histories: Histories) -> dict[str, list[dict[str, Any]]]:
    """The records of each side, for JSON."""
    return {side: [record._asdict() for record in history] for side, history in histories.items()}


def as_csv(histories: Histories) -> str:
    """A line for each side and epoch, under a line of names."""
    text = io.StringIO()
    lines = [{"side": side, **record._asdict()} for side, history in histories.items() for record in history]
    writer = csv.DictWriter(text, lines[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def kept(root: Path) -> tuple[list[dict[str, Any]], list[InputError]]:
    """The run.json of each run in root, the oldest first, and an error for each that cannot be read as one."""
    runs, errors = [], []
    folders = sorted(root.iterdir()) if root.is_dir() else []
    # also a link that leads nowhere
    for path in [folder / ABOUT for folder in folders if folder.name[0] != "." and os.path.lexists(folder / ABOUT)]:
        try:
            runs.append(read_run(path))
        except InputError as error:
            errors.append(error)
    return sorted(runs, key=lambda run: (run["ended"], run["name"])), errors
