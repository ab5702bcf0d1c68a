"""`explain`: one image through the six equations, on both backends."""

from typing import Annotated

import numpy as np
import typer
from rich import box
from rich.table import Table

from compare.backends.by_name import backend as backend_of
from compare.backends.by_name import side_name
from compare.cli.options import (
    CheckpointFile,
    DataRoot,
    Json,
    OptionalData,
    WhichBackend,
    WhichSplit,
    check_output,
    isolated,
)
from compare.problem import Hyperparameters
from compare.proof.explanation import SHOWN
from compare.proof.explanation import explain as explain_one
from compare.report import as_json as results
from compare.report.tables import wide_console
from compare.training.checkpoint import load_checkpoint
from compare.training.checkpoint_images import select


def explain(
    checkpoint: CheckpointFile,
    index: Annotated[int, typer.Option("--index", help="An image of the data set, counted from 0.")],
    data: OptionalData = None,
    data_root: DataRoot = None,
    split: WhichSplit = None,
    backend: WhichBackend = "scratch",
    against: Annotated[str, typer.Option("--against", help="The other side.")] = "torch",
    lr: Annotated[float, typer.Option("--lr", help="Learning rate of the step E6.")] = 1e-3,
    json: Json = None,
) -> int:
    """Take one image through E1 to E6, on both sides, and show every number and the difference.

    Exit code 0: explained, 2: could not explain.
    """
    check_output(json)
    if (code := isolated(backend, against)) is not None:
        return code
    Hyperparameters(epochs=1, lr=lr)  # it checks the rate
    loaded = load_checkpoint(checkpoint)
    shown = select(loaded, data, data_root, split)
    images, labels = shown.image(index)
    ours, theirs = (
        explain_one(backend_of(spec, nan=False), loaded.state, images, labels, lr) for spec in (backend, against)
    )
    names = side_name(backend), side_name(against)
    sides = dict(zip(names, (ours, theirs), strict=True))
    digits = 9 if loaded.dtype == "float32" else 17
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("", "quantity", "class", *names, "difference"):
        table.add_column(name, justify="left" if name in ("", "quantity") else "right", no_wrap=True)
    for name, (tag, meaning) in SHOWN.items():
        pairs = zip(np.atleast_1d(ours[name]), np.atleast_1d(theirs[name]), strict=True)
        for k, (a, b) in enumerate(pairs):
            heading = (tag, meaning) if k == 0 else ("", "")
            which = str(k) if np.ndim(ours[name]) else ""
            table.add_row(*heading, which, f"{a:.{digits}g}", f"{b:.{digits}g}", f"{abs(float(a) - float(b)):.1e}")
        table.add_section()
    if json:
        rows = {
            name: {"tag": tag, **{side: np.asarray(values[name]).tolist() for side, values in sides.items()}}
            for name, (tag, _) in SHOWN.items()
        }
        results.write_json(json, {"data": shown.data, "index": index, "label": int(labels[0]), "quantities": rows})
    console = wide_console()
    console.print(f"{shown.data}, {shown.split}: image {index}, label {labels[0]}")
    console.print(table)
    return 0
