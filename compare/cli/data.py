"""`data`: what a data set holds."""

import functools
import math
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console

from compare.cli.options import (
    DATA,
    OWN_DATA,
    DataRoot,
    Grey,
    Json,
    Picture,
    Size,
    check_output,
    check_picture,
    flag,
    option,
)
from compare.cli.outputs import Outputs
from compare.cli.problem_options import load_data
from compare.data.prepared import Prepared
from compare.data.registry import SOURCES, Dataset
from compare.errors import InputError
from compare.report import model_pictures
from compare.report.as_json import write_json
from compare.report.brightness import brighter
from compare.report.characters import as_text
from compare.report.pictures import save_picture
from compare.report.tables import table, wide_console


def data(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help=f"One of {', '.join(SOURCES)}; or {OWN_DATA}.")
    ] = None,
    list_all: Annotated[bool, flag(DATA, "--list", "List every data set.")] = False,
    index: Annotated[
        int | None,
        option(
            DATA,
            "--index",
            metavar="N",
            help="One of all training images, before the split, counted from 0; predict and explain say this number.",
        ),
    ] = None,
    data_root: DataRoot = None,
    size: Size = None,
    grey: Grey = False,
    picture: Picture = None,
    json: Json = None,
) -> int:
    """Show what a data set holds: sizes, classes, sample images.

    Exit code 0: shown, 2: could not show.
    """
    if list_all == (name is not None):
        raise InputError("either a NAME or --list says what to show")
    if list_all and (picture or index is not None):
        raise InputError("--picture and --index are for one data set: give its NAME instead of --list")
    if list_all and (size is not None or grey):
        raise InputError("--size and --grey are for one data set: give its path instead of --list")
    check_output(json)
    check_picture(picture)
    console = wide_console()
    if name is None:
        _list(console, data_root, json)
    else:
        dataset = load_data(name, data_root, Prepared(size, grey), check=functools.partial(_check_index, index))
        _show_one(console, dataset, index, picture, json)
    return 0


def _show_one(console: Console, dataset: Dataset, index: int | None, picture: Path | None, json: Path | None) -> None:
    if index is None:
        _show(console, dataset, picture, json)
    else:
        _show_image(dataset, index, picture, json)


def _list(console: Console, root: Path | None, json: Path | None) -> None:
    """All data sets, and whether they are here."""
    rows: dict[str, dict[str, Any]] = {
        name: {
            "train": source.size[0],
            "test": source.size[1],
            "shape": list(source.shape),
            "classes": source.classes,
            "source": source.origin,
            "here": source.is_here(root),
        }
        for name, source in SOURCES.items()
    }
    if json:
        write_json(json, {"data_sets": rows})
    cells = (
        (name, f"{row['train']:,}", f"{row['test']:,}", _by(row["shape"]), str(row["classes"]), row["source"], here)
        for name, row in rows.items()
        for here in ("yes" if row["here"] else "no",)
    )
    console.print(table("", ("name", "train", "test", "image", "classes", "source", "here"), cells, left=1, below=None))


def _show(console: Console, dataset: Dataset, picture: Path | None, json: Path | None) -> None:
    """The whole data set."""
    found = _as_dict(dataset)
    if json:
        write_json(json, found)
    outputs = Outputs()
    outputs.write("picture", picture, lambda path: save_picture(model_pictures.samples(dataset), path))
    with outputs.named():
        _print(console, dataset, found)


def _print(console: Console, dataset: Dataset, found: dict[str, Any]) -> None:
    counts, pixel = found["counts"], found["pixels"]
    sizes = " and ".join(f"{sum(n):,} {part}" for part, n in counts.items())
    size = f"{_by(dataset.shape)} = {found['features']} pixels"
    console.print(f"{dataset.name}: {sizes} images of {size}, {dataset.classes} classes")
    low, high, mean = (_short(pixel[key]) for key in ("min", "max", "mean"))
    console.print(f"pixels are {found['dtype']}, {low} ... {high}, on average {mean}\n")
    rows = zip(map(str, range(dataset.classes)), dataset.names, *(map(str, n) for n in counts.values()), strict=True)
    console.print(table("", ("class", "name", *counts), rows, left=2))
    _print_image(dataset, 0)


def _as_dict(dataset: Dataset) -> dict[str, Any]:
    """What --json writes."""
    images, parts = dataset.train[0], {"train": dataset.train, "test": dataset.test}
    counted = {part: np.bincount(held[1], minlength=dataset.classes).tolist() for part, held in parts.items() if held}
    return {
        "name": dataset.name,
        "shape": list(dataset.shape),
        "features": images.shape[1],
        "classes": list(dataset.names),
        "counts": counted,
        "dtype": str(images.dtype),
        "pixels": {"min": images.min().item(), "max": images.max().item(), "mean": images.mean(dtype=float).item()},
    }


def _show_image(dataset: Dataset, index: int, picture: Path | None, json: Path | None) -> None:
    """One training image."""
    _check_index(index, dataset)
    images, labels = dataset.train
    label = int(labels[index])
    if json:
        image = {"index": index, "label": label, "pixels": images[index].tolist()}
        write_json(json, {"name": dataset.name, "shape": list(dataset.shape), **image})
    title = f"{dataset.name}, training image {index}: {dataset.names[label]}"
    drawn, outputs = (images[index], dataset.shape, title), Outputs()
    ink = dataset.name in SOURCES
    outputs.write("picture", picture, lambda path: save_picture(model_pictures.one_image(*drawn, ink=ink), path))
    with outputs.named():
        _print_image(dataset, index)


def _check_index(index: int | None, dataset: Dataset) -> None:
    last = len(dataset.train[1]) - 1
    if index is not None and not 0 <= index <= last:
        raise InputError(f"--index {index}: {dataset.name} has the training images 0 ... {last}")


def _print_image(dataset: Dataset, index: int) -> None:
    images, labels = dataset.train
    print(
        f"{dataset.name}: image {index} of all {len(labels):,} before the split, class {dataset.names[labels[index]]}"
    )
    if len(dataset.shape) == 2:
        # two characters for a pixel, and lines no longer than those of the table
        step = math.ceil(dataset.shape[1] / 40)
        drawn = as_text(images[index].reshape(dataset.shape)[::step, ::step]).strip("\n")
        print(*brighter(images[index]), drawn, sep="\n")
        if step > 1:
            of = f"{step} x {step}" if dataset.shape[0] > 1 else f"{step}"
            print(f"of {of} pixels one is shown: --picture FILE draws all")
    else:
        print(f"a colour image of {_by(dataset.shape)} pixels: --picture FILE draws it")


def _short(number: float) -> str:
    """With four digits if it is no whole number.

    >>> _short(255), _short(33.318), _short(-0.00000001)
    ('255', '33.32', '-1e-08')
    """
    return str(number) if isinstance(number, int) else f"{number:.4g}"


def _by(shape: tuple[int, ...] | list[int]) -> str:
    return " x ".join(map(str, shape))
