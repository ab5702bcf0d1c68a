"""`explain`: one image through the six equations, on both backends."""

from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich import box
from rich.table import Table

from compare.backends.by_name import backend as backend_of
from compare.backends.by_name import check_known, side_name
from compare.backends.worker import TIME_LIMIT
from compare.cli.ignored import check_data_root
from compare.cli.options import (
    COMPARED,
    INDEX,
    SIDES,
    TRAINING,
    CheckpointFile,
    DataRoot,
    Json,
    OptionalData,
    Picture,
    WhichSplit,
    check_output,
    check_picture,
    option,
    time_limit,
)
from compare.cli.outputs import Outputs
from compare.problem import Hyperparameters
from compare.proof.explanation import STAGES
from compare.proof.explanation import explain as explain_one
from compare.report import model_pictures
from compare.report.as_json import write_json
from compare.report.difference import SHOWN_DIGITS
from compare.report.pictures import save_picture
from compare.report.tables import cut, wide_console
from compare.training.checkpoint import load_checkpoint
from compare.training.checkpoint_images import data_name, select

# By side, the values of each stage.
Stages = dict[str, dict[str, NDArray]]


def explain(
    context: typer.Context,
    checkpoint: CheckpointFile,
    index: Annotated[int, INDEX],
    backend: Annotated[str, option(COMPARED, "--backend", help=f"The first side: {SIDES}.")] = "scratch",
    against: Annotated[str, option(COMPARED, "--against", help="The other side, the reference.")] = "torch",
    seconds: Annotated[float, time_limit(COMPARED)] = TIME_LIMIT,
    lr: Annotated[float, option(TRAINING, help="Learning rate of the step (E6).")] = 1e-3,
    data: OptionalData = None,
    split: WhichSplit = None,
    data_root: DataRoot = None,
    json: Json = None,
    picture: Picture = None,
) -> int:
    """Show every number of E1 to E6 for one image, on both sides.

    Exit code 0: explained, 2: could not explain.
    """
    check_output(json)
    check_picture(picture)
    Hyperparameters(epochs=1, lr=lr)  # it checks the rate
    check_known(backend)
    check_known(against)
    loaded = load_checkpoint(checkpoint)
    check_data_root(context, data_name(loaded, data))
    shown = select(loaded, data, data_root, split, lambda shown: shown.image(index))
    images, labels = shown.image(index)
    label = int(labels[0])
    # large weights can have an infinite loss
    with np.errstate(all="ignore"):
        found = {
            name: explain_one(backend_of(spec, nan=False, time_limit=seconds), loaded.state, images, labels, lr)
            for name, spec in _named(backend, against).items()
        }
    P = {side: values["probabilities"] for side, values in found.items()}
    answers = {side: int(p.argmax()) for side, p in P.items()}
    if json:
        about = {"data": shown.data, "index": index, "label": label, "prediction": answers, "lr": lr}
        write_json(json, about | {"quantities": _as_dict(found)})
    drawn, outputs = (images[0], shown.shape, P, shown.names, label), Outputs()
    outputs.write("picture", picture, lambda path: save_picture(model_pictures.prediction(*drawn), path))
    console = wide_console()
    with outputs.named():
        console.print(f"{shown.place(index)}, label {_class(label, shown.names)}")
        console.print(f"predicted class: {_answer(answers, shown.names)}; learning rate of the step (E6): {lr:g}\n")
        console.print(_table(found, SHOWN_DIGITS[loaded.dtype]))
    return 0


def _named(backend: str, against: str) -> dict[str, str]:
    ours, theirs = side_name(backend), side_name(against)
    return {ours: backend, f"{theirs} (against)" if theirs == ours else theirs: against}


def _class(k: int, names: tuple[str, ...]) -> str:
    """The number of a class, as the table has it, and its name if that is another."""
    return str(k) if names[k] == str(k) else f"{k} ({names[k]})"


def _answer(answers: dict[str, int], names: tuple[str, ...]) -> str:
    first, second = (_class(k, names) for k in answers.values())
    ours, theirs = map(cut, answers)
    return f"{first} on both sides" if first == second else f"{first} by {ours}, {second} by {theirs}"


def _as_dict(found: Stages) -> dict[str, Any]:
    return {
        name: {"tag": tag, **{side: np.asarray(values[name]).tolist() for side, values in found.items()}}
        for name, (tag, _) in STAGES.items()
    }


def _table(found: Stages, digits: int) -> Table:
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("", "quantity", "class", *found, "difference"):
        grid.add_column(name, justify="left" if name in ("", "quantity") else "right", no_wrap=True)
    ours, theirs = found.values()
    for name, (tag, meaning) in STAGES.items():
        pairs = zip(np.atleast_1d(ours[name]), np.atleast_1d(theirs[name]), strict=True)
        for k, (a, b) in enumerate(pairs):
            heading = (tag, meaning) if k == 0 else ("", "")
            which = str(k) if np.ndim(ours[name]) else ""
            grid.add_row(*heading, which, f"{a:.{digits}g}", f"{b:.{digits}g}", f"{abs(float(a) - float(b)):.1e}")
        grid.add_section()
    return grid
