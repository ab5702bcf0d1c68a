"""`explain`: one image through the six equations, on both backends."""

from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich import box
from rich.table import Table

from compare.backends.by_name import backend as backend_of
from compare.backends.by_name import check_known, side_name
from compare.backends.protocol import TIME_LIMIT
from compare.cli.ignored import check_data_root
from compare.cli.one_image import OneImage, as_ink, class_of, of_data, own_picture
from compare.cli.options import (
    COMPARED,
    DATA,
    INDEX,
    SIDES,
    TRAINING,
    CheckpointFile,
    DataRoot,
    Details,
    Json,
    OptionalData,
    OwnPicture,
    Picture,
    RawPicture,
    WhichSplit,
    check_output,
    check_picture,
    option,
    time_limit,
)
from compare.cli.outputs import Outputs
from compare.errors import InputError
from compare.problem import Hyperparameters
from compare.proof.explanation import STAGES, entry
from compare.proof.explanation import explain as explain_one
from compare.report import model_pictures
from compare.report.as_json import write_json
from compare.report.brightness import brighter
from compare.report.difference import SHOWN_DIGITS
from compare.report.pictures import save_picture
from compare.report.tables import cut, wide_console
from compare.report.walk import Walk, walk
from compare.training.checkpoint import Checkpoint, load_checkpoint
from compare.training.checkpoint_images import class_names, data_name, names_from
from scratch import pixels

# By side, the values of each stage.
Stages = dict[str, dict[str, NDArray]]
# Where the rate of the step is from.
RATES = {
    "option": "as --lr says",
    "checkpoint": "the rate of the training, from the checkpoint",
    "default": "the usual one, because this file names no rate",
}


def explain(
    context: typer.Context,
    checkpoint: CheckpointFile,
    index: Annotated[int | None, INDEX] = None,
    image: OwnPicture = None,
    label: Annotated[
        str | None, option(DATA, "--label", metavar="CLASS", help="Name or number of the class that --image shows.")
    ] = None,
    raw: RawPicture = False,
    backend: Annotated[str, option(COMPARED, "--backend", help=f"The first side: {SIDES}.")] = "scratch",
    against: Annotated[str, option(COMPARED, "--against", help="The other side, the reference.")] = "torch",
    seconds: Annotated[float, time_limit(COMPARED)] = TIME_LIMIT,
    lr: Annotated[
        float | None,
        option(TRAINING, help="Learning rate of the step (E6); unless given, that of the training."),
    ] = None,
    data: OptionalData = None,
    split: WhichSplit = None,
    data_root: DataRoot = None,
    details: Details = False,
    json: Json = None,
    picture: Picture = None,
) -> int:
    """Walk one image through E1 to E6: picture, classes, and a step in words; --details has both sides' numbers.

    Exit code 0: explained, 2: could not explain.
    """
    if (index is None) == (image is None):
        raise InputError("either --index N or --image FILE --label CLASS says what to explain")
    check_output(json)
    check_picture(picture)
    check_known(backend)
    check_known(against)
    loaded = load_checkpoint(checkpoint)
    rate, source = _rate(lr, loaded)
    check_data_root(context, names_from(loaded, data) if image else data_name(loaded, data))
    if image:
        names = class_names(loaded, data, data_root)
        shown = own_picture(checkpoint, loaded, image, raw, names, class_of(label, names))
    else:
        shown = of_data(loaded, index or 0, data, data_root, split)
    sides = {name: backend_of(spec, nan=False, time_limit=seconds) for name, spec in _named(backend, against).items()}
    # large weights can have an infinite loss
    with np.errstate(all="ignore"):
        found = {name: explain_one(side, loaded.state, shown.image, _y(shown), rate) for name, side in sides.items()}
    if json:
        about = {"data": shown.data, "index": index, "label": shown.label, "prediction": _answers(found), "lr": rate}
        at = dict(zip(("class", "pixel"), entry(shown.image, _y(shown)), strict=True))
        write_json(json, about | {"lr_from": source, "entry": at, "quantities": _as_dict(found)})
    P = {side: values["probabilities"] for side, values in found.items()}
    drawn, outputs = (shown.image[0], shown.shape, P, shown.names, shown.label), Outputs()
    ink = as_ink(shown, loaded)
    outputs.write("picture", picture, lambda path: save_picture(model_pictures.prediction(*drawn, ink=ink), path))
    with outputs.named():
        _print(shown, found, _walk(loaded, shown, found, rate, source), details)
    return 0


def _rate(lr: float | None, loaded: Checkpoint) -> tuple[float, str]:
    """The rate of the step, and where it is from, a key of RATES. Raises InputError if it is none."""
    if lr is not None:
        return Hyperparameters(epochs=1, lr=lr).lr, "option"
    return (loaded.chosen.lr, "checkpoint") if loaded.chosen else (Hyperparameters(epochs=1).lr, "default")


def _y(shown: OneImage) -> NDArray:
    """The label as a batch has it, (1,)."""
    return np.array([shown.label])


def _walk(loaded: Checkpoint, shown: OneImage, found: Stages, rate: float, source: str) -> Walk:
    k, i = entry(shown.image, _y(shown))
    x = pixels(shown.image, loaded.state.W.dtype)[0, i]
    chosen, state = loaded.chosen, loaded.state
    return Walk(
        shown.image[0],
        shown.shape,
        shown.names,
        k,
        next(iter(found.values())),
        (i, x),
        (state.W[k, i], state.b[k]),
        rate,
        RATES[source] + (_left_out(chosen) if chosen and source == "checkpoint" else ""),
        chosen.batch_size if chosen else None,
    )


def _left_out(chosen: Hyperparameters) -> str:
    """What the update of the training had and that of one image has not."""
    had = {"momentum": chosen.momentum, "weight decay": chosen.weight_decay}
    left = [f"{name} {value:g}" for name, value in had.items() if value]
    return f" (without its {' and '.join(left)})" if left else ""


def _print(shown: OneImage, found: Stages, told: Walk, details: bool) -> None:
    console = wide_console()
    ours, theirs = (cut(side) for side in found)
    right = {k == told.label for k in _answers(found).values()}
    verdict = "one is right" if len(right) > 1 else "right" if True in right else "wrong"
    console.print("\n".join([shown.place, *(brighter(shown.image) if shown.shape else [])]))
    console.print(
        f"label {_class(told.label, told.names)}; predicted {_answer(_answers(found), told.names)}: {verdict}\n"
    )
    where = "below" if details else "--details shows both"
    apart = f"Computed by {ours}; {theirs} differs by {_largest(found):.1e} at most ({where})."
    console.print(walk(told, console, apart))
    if details:
        console.print()
        console.print(_table(found, SHOWN_DIGITS[told.values["logits"].dtype.name]))


def _named(backend: str, against: str) -> dict[str, str]:
    ours, theirs = side_name(backend), side_name(against)
    return {ours: backend, f"{theirs} (against)" if theirs == ours else theirs: against}


def _answers(found: Stages) -> dict[str, int]:
    return {side: int(values["probabilities"].argmax()) for side, values in found.items()}


def _class(k: int, names: tuple[str, ...]) -> str:
    """The name of a class, and its number, as the table has it, if that is another."""
    return str(k) if names[k] == str(k) else f"{names[k]} (class {k})"


def _answer(answers: dict[str, int], names: tuple[str, ...]) -> str:
    first, second = (_class(k, names) for k in answers.values())
    ours, theirs = map(cut, answers)
    return f"{first} on both sides" if first == second else f"{first} by {ours}, {second} by {theirs}"


def _as_dict(found: Stages) -> dict[str, Any]:
    return {
        name: {"tag": tag, **{side: np.asarray(values[name]).tolist() for side, values in found.items()}}
        for name, (tag, _) in STAGES.items()
    }


def _largest(found: Stages) -> float:
    """The largest difference of any two finite numbers of both sides."""
    ours, theirs = found.values()
    with np.errstate(invalid="ignore"):
        apart = [np.abs(np.subtract(ours[name], theirs[name], dtype=float)).ravel() for name in STAGES]
    every = np.concatenate(apart)
    return float(every[np.isfinite(every)].max(initial=0))


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
