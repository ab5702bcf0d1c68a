"""A CSV file of images: a row for each, its pixels and a column with its label."""

import csv
import io
import itertools
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from compare.data.array_files import beyond, is_whole
from compare.data.dataset import Data
from compare.data.regular_files import BoundedReader
from compare.errors import InputError

LABEL = "label"
# What else a table has, and no image.
NO_PIXELS = "id", "index"
# Rows that are numbers at the same time.
ROWS = 1000
# A row of so few numbers may be an image of them.
FEW_COLUMNS = 4
# Of floats; larger ones are words, because floats cannot tell them apart.
LARGEST_LABEL = 2**53


def load_csv(path: Path) -> tuple[Data, bool]:
    """Images (N, D) and labels (N,) of a CSV file, and whether its first line has names.

    The label is in the column that the first line calls `label`; if that line has numbers only, in the first column.
    Raises InputError, naming the file and the line.
    """
    try:
        with BoundedReader(path) as stream, io.TextIOWrapper(stream, "utf-8-sig") as text:
            return _read(path, text)
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not text in UTF-8, so it is no CSV file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None


def _read(path: Path, text: io.TextIOWrapper) -> tuple[Data, bool]:
    first = text.readline()
    if not first:
        raise InputError(f"{path}: is empty")
    _check_separator(path, first)
    head = _cells(first)
    found = [n for n, cell in enumerate(head) if cell.strip().lower() == LABEL]
    if len(found) > 1:
        raise InputError(f"{path}: {len(found)} columns are called `{LABEL}` in its first line; one is needed")
    column = found[0] if found else None
    lines: Iterator[str] = text
    skipped = 1
    if column is None:
        if not all(map(_is_number, head)):
            raise InputError(f"{path}: no column is called `{LABEL}` in its first line; call that of the labels so")
        if len(head) > FEW_COLUMNS and [cell.strip() for cell in head] == list(map(str, range(len(head)))):
            # as pandas writes them of columns without names
            counted = f"its first line numbers the columns, 0 to {len(head) - 1}"
            raise InputError(f"{path}: {counted}; leave it out (header=False), or call that of the labels `{LABEL}`")
        column, skipped, lines = 0, 0, itertools.chain([first], text)
    elif [cell.strip() for cell in head].count("") == 1:
        # what was counted is not a pixel
        raise InputError(f"{path}: a column has no name, as the index that pandas writes; leave it out (index=False)")
    if others := [cell.strip() for cell in head if cell.strip().lower() in NO_PIXELS]:
        raise InputError(f"{path}: a column is called `{others[0]}`, so it has no pixels; leave it out")
    if len(head) < 2:
        raise InputError(f"{path}: one column only; a label and the pixels are needed, with commas between them")
    images: list[NDArray] = []
    labels: list[NDArray] = []
    while block := list(itertools.islice(lines, ROWS)):
        start = skipped + 1 + sum(map(len, labels))
        if blank := [n for n, line in enumerate(block) if not line.strip()]:
            # an empty line at the end is usual
            if any(line.strip() for line in [*block[blank[0] :], *lines]):
                raise InputError(f"{path}, line {start + blank[0]}: is empty")
            block = block[: blank[0]]
        if block:
            pixels, own = _numbers(path, block, start, column, len(head))
            images.append(pixels)
            labels.append(own)
    if not images:
        raise InputError(f"{path}: has no images, only a first line")
    every_byte = all(pixels.dtype == np.uint8 for pixels in images)
    pixels = np.concatenate([own if every_byte else own.astype(np.float32) for own in images])
    if not every_byte and all(np.array_equal(own, np.rint(own)) for own in images):
        _refuse_whole(path, pixels, skipped + 1, column)
    return (pixels, _labels(np.concatenate(labels), path, skipped + 1)), bool(skipped)


def _check_separator(path: Path, first: str) -> None:
    """Raise InputError if the values of a line have something else between them."""
    for name, mark in {"semicolons": ";", "tabs": "\t"}.items():
        if mark in first and first.count(mark) >= first.count(","):
            raise InputError(f"{path}: has {name} between its values, and commas are needed, with points in numbers")


def _numbers(path: Path, block: list[str], start: int, column: int, width: int) -> tuple[NDArray, NDArray]:
    """Pixels (N, D), as bytes where they are whole numbers in 0 ... 255, and labels (N,) as words."""
    options: dict[str, Any] = {"delimiter": ",", "quotechar": '"', "ndmin": 2, "comments": None}
    others = [n for n in range(width) if n != column]
    try:
        pixels = np.loadtxt(block, np.float64, usecols=others, **options)
        labels = np.char.strip(np.loadtxt(block, str, usecols=[column], **options)[:, 0])
    except ValueError:
        _find_fault(path, block, start, column, width)
    # a comma may be in a word with quotation marks
    if any(line.count(",") != width - 1 and len(_cells(line)) != width for line in block):
        _find_fault(path, block, start, column, width)
    if (empty := np.flatnonzero(labels == "")).size:
        raise InputError(f"{path}, line {start + empty[0]}: has no label")
    return pixels.astype(np.uint8) if is_whole(pixels) else _floats(path, pixels, start, others), labels


def _floats(path: Path, pixels: NDArray, start: int, columns: list[int]) -> NDArray:
    """Pixels (N, D) of these columns as float32. Raises InputError for one that is not finite there."""
    with np.errstate(over="ignore"):
        floats = pixels.astype(np.float32)
    if (broken := np.argwhere(~np.isfinite(floats))).size:
        row, n = broken[0]
        where = f"{path}, line {start + row}, column {columns[n] + 1}"
        raise InputError(f"{where}: {pixels[row, n]} is not a finite number of float32")
    return floats


def _refuse_whole(path: Path, pixels: NDArray, start: int, column: int) -> NoReturn:
    """Raise InputError for whole numbers (N, D) of which one is no byte; column: that of the labels."""
    row, n = divmod(int(pixels.argmin() if pixels.min() < 0 else pixels.argmax()), pixels.shape[1])
    pixel = f"{pixels[row, n]:.8g}"
    told = beyond(pixel, f"divide all pixels by {pixel}")
    raise InputError(f"{path}, line {start + row}, column {n + 1 + (n >= column)}: the pixel is {told}")


def _find_fault(path: Path, block: list[str], start: int, column: int, width: int) -> NoReturn:
    """Raise InputError with the first line that is not as the first one is."""
    for number, line in enumerate(block, start):
        cells = _cells(line)
        if len(cells) != width:
            raise InputError(f"{path}, line {number}: has {len(cells):,} columns, and the first line has {width:,}")
        for n, cell in enumerate(cells):
            if n != column and not _is_number(cell):
                shown = cell[:20] if cell.isprintable() else ascii(cell[:20])
                raise InputError(f"{path}, line {number}, column {n + 1}: {shown!r} is not a number")
    raise InputError(f"{path}, line {start} and after: cannot be read as numbers with commas between them")


def _labels(words: NDArray, path: Path, start: int) -> NDArray:
    """Whole numbers if all of them are, as `1` or `1.0`, else the words.

    start: the line of the first. Raises InputError, naming the line, for a nan or inf among numbers.
    """
    if np.char.count(words, "_").any():
        # Python takes 1_0 for the number 10, as in its own code
        return words
    with suppress(ValueError, OverflowError):
        return words.astype(np.int64)
    with suppress(ValueError):
        numbers = words.astype(np.float64)
        if (broken := np.flatnonzero(~np.isfinite(numbers))).size:
            raise InputError(f"{path}, line {start + broken[0]}: the label is {words[broken[0]]}, which is no class")
        if np.array_equal(numbers, np.rint(numbers)) and np.abs(numbers).max() < LARGEST_LABEL:
            return numbers.astype(np.int64)
    return words


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return line.split(",")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
