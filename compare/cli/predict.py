"""`predict`: one image, the model's answer, and how sure it is."""

from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.cells import cell_len

from compare.backends.by_name import check_known, side_name
from compare.backends.protocol import TIME_LIMIT
from compare.cli.ignored import check_data_root
from compare.cli.one_image import OneImage, as_ink, of_data, own_picture
from compare.cli.options import (
    INDEX,
    MODEL,
    CheckpointFile,
    DataRoot,
    Json,
    OptionalData,
    OwnPicture,
    Picture,
    Quiet,
    RawPicture,
    WhichBackend,
    WhichSplit,
    check_output,
    check_picture,
    time_limit,
)
from compare.cli.outputs import Outputs
from compare.errors import InputError
from compare.report import model_pictures
from compare.report.as_json import write_json
from compare.report.brightness import brighter
from compare.report.characters import as_text
from compare.report.pictures import save_picture
from compare.training.checkpoint import load_checkpoint
from compare.training.checkpoint_images import class_names, data_name, names_from
from compare.training.classify import classify
from compare.words import per_cent

PROBABILITY_BAR = 40


def predict(
    context: typer.Context,
    checkpoint: CheckpointFile,
    backend: WhichBackend = "scratch",
    seconds: Annotated[float, time_limit(MODEL)] = TIME_LIMIT,
    index: Annotated[int | None, INDEX] = None,
    image: OwnPicture = None,
    raw: RawPicture = False,
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
        shown = own_picture(checkpoint, loaded, image, raw, class_names(loaded, data, data_root))
    else:
        shown = of_data(loaded, index or 0, data, data_root, split)
    # a picture of one's own has no label; which one stands for it does not show
    P = classify(backend, loaded.state, shown.image, np.array([shown.label or 0]), time_limit=seconds).P[0]
    if json:
        write_json(json, _as_dict(backend, shown, P))
    drawn, outputs = (shown.image[0], shown.shape, {side_name(backend): P}, shown.names, shown.label), Outputs()
    ink = as_ink(shown, loaded)
    outputs.write("picture", picture, lambda path: save_picture(model_pictures.prediction(*drawn, ink=ink), path))
    with outputs.named(quiet):
        _print(shown, P, quiet)
    return 0


def _as_dict(backend: str, shown: OneImage, P: NDArray) -> dict[str, Any]:
    """What --json writes."""
    answer = {"backend": backend, "label": shown.label, "prediction": int(P.argmax())}
    return {**answer, "names": list(shown.names), "probabilities": P.tolist(), "pixels": shown.image[0].tolist()}


def _print(shown: OneImage, P: NDArray, quiet: bool) -> None:
    answer, names = int(P.argmax()), shown.names
    if not quiet:
        print(shown.place)
        if shown.shape and len(shown.shape) == 2:
            drawn = as_text(shown.image.reshape(shown.shape)).strip("\n")
            print(*brighter(shown.image), drawn, sep="\n")
        # some letters are two columns wide
        width = max(3, *map(cell_len, names))
        for k, p in enumerate(P):
            mark, indent = " <- label" if k == shown.label else "", " " * (width - cell_len(names[k]))
            bar = "█" * round(PROBABILITY_BAR * p)
            print(f"{indent}{names[k]}  {per_cent(p, 2):>8}  {bar}{mark}".rstrip())
    known = "" if shown.label is None else f", label {names[shown.label]}"
    print(f"prediction {names[answer]}, probability {per_cent(P[answer], 2)}{known}")
