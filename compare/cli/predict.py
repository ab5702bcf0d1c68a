"""`predict`: one image, the model's answer, and how sure it is."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from compare.backends.by_name import check_known, side_name
from compare.backends.worker import TIME_LIMIT
from compare.cli.ignored import check_data_root
from compare.cli.options import (
    DATA,
    INDEX,
    MODEL,
    CheckpointFile,
    DataRoot,
    Json,
    OptionalData,
    Picture,
    Quiet,
    WhichBackend,
    WhichSplit,
    check_output,
    check_picture,
    flag,
    option,
    time_limit,
)
from compare.cli.outputs import Outputs
from compare.data.own_picture import as_text, prepare, read_picture, squeeze
from compare.errors import InputError
from compare.report import model_pictures
from compare.report.as_json import write_json
from compare.report.pictures import save_picture
from compare.training.checkpoint import Checkpoint, load_checkpoint
from compare.training.checkpoint_images import class_names, data_name, names_from, select
from compare.training.classify import classify
from compare.words import per_cent

PROBABILITY_BAR = 40


@dataclass(frozen=True)
class Shown:
    """One image (1, D) and where it is from, its shape (None if it is not known), its label, and the names of classes.

    The label is None for a picture of one's own.
    """

    place: str
    image: NDArray
    shape: tuple[int, ...] | None
    label: int | None
    names: tuple[str, ...]


def predict(
    context: typer.Context,
    checkpoint: CheckpointFile,
    backend: WhichBackend = "scratch",
    seconds: Annotated[float, time_limit(MODEL)] = TIME_LIMIT,
    index: Annotated[int | None, INDEX] = None,
    image: Annotated[
        Path | None, option(DATA, "--image", metavar="FILE", help="An image of your own: PNG or JPEG, of any size.")
    ] = None,
    raw: Annotated[bool, flag(DATA, "--raw", "Only scale --image; do not invert, crop or centre it.")] = False,
    data: OptionalData = None,
    split: WhichSplit = None,
    data_root: DataRoot = None,
    quiet: Quiet = False,
    json: Json = None,
    picture: Picture = None,
) -> int:
    """Let a trained model read one image, your own if you like.

    Exit code 0: predicted, 2: could not predict.
    """
    if (index is None) == (image is None):
        raise InputError("either --index N or --image FILE says what to predict")
    if raw and image is None:
        raise InputError("--raw is for --image: an image of a data set is shown as it is")
    check_output(json)
    check_picture(picture)
    check_known(backend)
    loaded = load_checkpoint(checkpoint)
    check_data_root(context, names_from(loaded, data) if image else data_name(loaded, data))
    if image:
        shown = _own(checkpoint, loaded, image, raw, class_names(loaded, data, data_root))
    else:
        shown = _of_data(loaded, index or 0, data, data_root, split)
    # a picture of one's own has no label; which one stands for it does not show
    P = classify(backend, loaded.state, shown.image, np.array([shown.label or 0]), time_limit=seconds).P[0]
    if json:
        write_json(json, _as_dict(backend, shown, P))
    drawn, outputs = (shown.image[0], shown.shape, {side_name(backend): P}, shown.names, shown.label), Outputs()
    outputs.write("picture", picture, lambda path: save_picture(model_pictures.prediction(*drawn), path))
    with outputs.named(quiet):
        _print(shown, P, quiet)
    return 0


def _of_data(loaded: Checkpoint, index: int, data: str | None, root: Path | None, split: WhichSplit) -> Shown:
    """An image of a data set."""
    selected = select(loaded, data, root, split, lambda shown: shown.image(index))
    image, labels = selected.image(index)
    return Shown(selected.place(index), image, selected.shape, int(labels[0]), selected.names)


def _own(checkpoint: Path, loaded: Checkpoint, file: Path, raw: bool, names: tuple[str, ...]) -> Shown:
    """A picture of one's own, made as MNIST made its images."""
    D = loaded.state.W.shape[1]
    edge = math.isqrt(D)
    if edge**2 != D:
        raise InputError(f"{checkpoint}: pictures need a model of square grey images")
    picture = read_picture(file)
    try:
        image = (squeeze if raw else prepare)(picture, edge)
    except InputError as error:
        raise InputError(f"{file}: {error}") from None
    return Shown(str(file), image.reshape(1, -1), (edge, edge), None, names)


def _as_dict(backend: str, shown: Shown, P: NDArray) -> dict[str, Any]:
    """What --json writes."""
    answer = {"backend": backend, "label": shown.label, "prediction": int(P.argmax())}
    return {**answer, "probabilities": P.tolist(), "pixels": shown.image[0].tolist()}


def _print(shown: Shown, P: NDArray, quiet: bool) -> None:
    answer, names = int(P.argmax()), shown.names
    if not quiet:
        print(shown.place)
        if shown.shape and len(shown.shape) == 2:
            print(as_text(shown.image.reshape(shown.shape)).strip("\n"))
        width = max(3, *map(len, names))
        for k, p in enumerate(P):
            mark = " <- label" if k == shown.label else ""
            print(f"{names[k]:>{width}}  {per_cent(p, 2):>8}  {'█' * round(PROBABILITY_BAR * p)}{mark}".rstrip())
    known = "" if shown.label is None else f", label {names[shown.label]}"
    print(f"prediction {names[answer]}, probability {per_cent(P[answer], 2)}{known}")
