"""`data`: what a data set holds."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from compare.cli.options import DataRoot, Json, Picture, check_output, check_picture
from compare.data import own_picture as imaging
from compare.data.registry import SOURCES, load
from compare.errors import InputError
from compare.report import as_json as results
from compare.report import pictures
from compare.report.tables import table, wide_console


def data(
    name: Annotated[str | None, typer.Argument(help=f"One of {', '.join(SOURCES)}.")] = None,
    list_all: Annotated[bool, typer.Option("--list", help="List every data set.")] = False,
    data_root: DataRoot = None,
    picture: Picture = None,
    json: Json = None,
) -> int:
    """Sizes, shapes, classes and pixel range of a data set, and sample images of each class.

    Exit code 0: shown, 2: could not show.
    """
    if list_all == (name is not None):
        raise InputError("either a NAME or --list says what to show")
    if list_all and picture:
        raise InputError("--picture is for one data set: give its NAME instead of --list")
    check_output(json)
    check_picture(picture)
    console = wide_console()
    if list_all:
        _list(console, data_root, json)
    else:
        _show(console, name, data_root, picture, json)
    return 0


def _list(console: Console, root: Path | None, json: Path | None) -> None:
    rows = {
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
        results.write_json(json, rows)
    cells = (
        (name, f"{row['train']:,}", f"{row['test']:,}", _by(row["shape"]), str(row["classes"]), row["source"], here)
        for name, row in rows.items()
        for here in ("yes" if row["here"] else "no",)
    )
    console.print(table("", ("name", "train", "test", "image", "classes", "source", "here"), cells, left=1))


def _show(console: Console, name: str, root: Path | None, picture: Path | None, json: Path | None) -> None:
    dataset = load(name, root)
    parts = {"train": dataset.train, "test": dataset.test}
    counts = {part: np.bincount(held[1], minlength=dataset.classes).tolist() for part, held in parts.items() if held}
    images = dataset.train[0]
    content = {
        "name": name,
        "shape": list(dataset.shape),
        "features": images.shape[1],
        "classes": list(dataset.names),
        "counts": counts,
        "dtype": str(images.dtype),
        "pixels": {"min": images.min().item(), "max": images.max().item(), "mean": images.mean().item()},
    }
    if json:
        results.write_json(json, content)
    if picture:
        pictures.save_picture(pictures.samples(dataset), picture)
    sizes = " and ".join(f"{sum(n):,} {part}" for part, n in counts.items())
    pixel = content["pixels"]
    console.print(
        f"{name}: {sizes} images of {_by(dataset.shape)} = {images.shape[1]} pixels, {dataset.classes} classes"
    )
    console.print(f"pixels are {images.dtype}, {pixel['min']} ... {pixel['max']}, on average {pixel['mean']:.1f}\n")
    rows = zip(map(str, range(dataset.classes)), dataset.names, *(map(str, n) for n in counts.values()), strict=True)
    console.print(table("", ("class", "name", *counts), rows, left=2))
    if len(dataset.shape) == 2:
        print(f"image 0, class {dataset.names[dataset.train[1][0]]}:")
        print(imaging.as_text(images[0].reshape(dataset.shape)))
    if picture:
        print(f"sample images: {picture}")


def _by(shape: tuple[int, ...] | list[int]) -> str:
    return " x ".join(map(str, shape))
