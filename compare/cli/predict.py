"""`predict`: one image, the model's answer, and how sure it is."""

import math
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from compare.backends import by_name as backends
from compare.cli.options import (
    CheckpointFile,
    DataRoot,
    Json,
    OptionalData,
    Quiet,
    WhichBackend,
    WhichSplit,
    check_output,
    isolated,
)
from compare.data import own_picture as imaging
from compare.errors import InputError
from compare.report import as_json as results
from compare.training.checkpoint import load_checkpoint
from compare.training.checkpoint_images import select

BAR = 40


def predict(
    checkpoint: CheckpointFile,
    index: Annotated[int | None, typer.Option("--index", help="An image of the data set, counted from 0.")] = None,
    image: Annotated[Path | None, typer.Option("--image", metavar="FILE", help="A PNG or JPEG of any size.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Only scale FILE; do not invert, crop or centre it.")] = False,
    data: OptionalData = None,
    data_root: DataRoot = None,
    split: WhichSplit = None,
    backend: WhichBackend = "scratch",
    json: Json = None,
    quiet: Quiet = False,
) -> int:
    """Show what the model saw, its answer, and the probability of each class.

    Exit code 0: predicted, 2: could not predict.
    """
    if (index is None) == (image is None):
        raise InputError("either --index N or --image FILE says what to predict")
    check_output(json)
    if (code := isolated(backend)) is not None:
        return code
    side, loaded = backends.module(backend), load_checkpoint(checkpoint)
    label, names = None, tuple(map(str, range(len(loaded.state.b))))
    if image is None:
        if raw:
            raise InputError("--raw is for --image: an image of a data set is shown as it is")
        selected = select(loaded, data, data_root, split)
        shown, labels = selected.image(index)
        label, names = int(labels[0]), selected.names
    else:
        edge = math.isqrt(loaded.state.W.shape[1])
        if edge**2 != loaded.state.W.shape[1]:
            raise InputError(f"{checkpoint}: pictures need a model of square grey images")
        picture = imaging.read_picture(image)
        shown = (imaging.squeeze if raw else imaging.prepare)(picture, edge).reshape(1, -1)
    model = side.SoftmaxRegression(*loaded.state[:2])
    P = side.probabilities(model, shown)[0]
    answer = int(P.argmax())
    if json:
        content = {"backend": backend, "label": label, "prediction": answer, "probabilities": P.tolist()}
        results.write_json(json, content | {"pixels": np.asarray(shown[0]).tolist()})
    if not quiet:
        edge = math.isqrt(shown.shape[1])
        if edge**2 == shown.shape[1]:
            print(imaging.as_text(shown.reshape(edge, edge)))
        width = max(3, *map(len, names))
        for k, p in enumerate(P):
            mark = " <- label" if k == label else ""
            print(f"{names[k]:>{width}}  {p:.4f}  {'█' * round(BAR * p)}{mark}")
    known = "" if label is None else f", label {names[label]}"
    print(f"prediction {names[answer]}, probability {P[answer]:.4f}{known}")
    return 0
