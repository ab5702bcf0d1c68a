"""One image for a model to read: of a data set, or a picture of one's own."""

import math
from dataclasses import dataclass
from pathlib import Path

from numpy.typing import NDArray

from compare.data.own_picture import prepare, read_picture, squeeze
from compare.data.read_pictures import read_as
from compare.data.registry import SOURCES
from compare.data.splits import Split
from compare.errors import InputError
from compare.training.checkpoint import Checkpoint
from compare.training.checkpoint_images import select
from compare.words import printable


@dataclass(frozen=True)
class OneImage:
    """One image (1, D) and where it is from, its shape (None if it is not known), its label, and the names of classes.

    The label is None for a picture whose class nobody has said, and data, the name of the data set, for every picture.
    """

    place: str
    image: NDArray
    shape: tuple[int, ...] | None
    label: int | None
    names: tuple[str, ...]
    data: str | None = None


def of_data(loaded: Checkpoint, index: int, data: str | None, root: Path | None, split: Split | None) -> OneImage:
    """An image of a data set. Raises InputError if there is none of this index, or the data do not fit the model."""
    selected = select(loaded, data, root, split, lambda shown: shown.image(index))
    image, labels = selected.image(index)
    return OneImage(selected.place(index), image, selected.shape, int(labels[0]), selected.names, selected.data)


def own_picture(
    checkpoint: Path, loaded: Checkpoint, file: Path, raw: bool, names: tuple[str, ...], label: int | None = None
) -> OneImage:
    """A picture of one's own, made as MNIST made its images; or scaled as the checkpoint says.

    Raises InputError if that says nothing, and the model takes no square images; or if its pixels are no picture's.
    """
    if loaded.beyond:
        low, high = loaded.beyond
        raise InputError(
            f"{checkpoint}: was trained on pixels in {low:.4g} ... {high:.4g}, and those of a picture are in 0 ... 1: "
            "show it an image of your data by --index N"
        )
    if loaded.shape:
        if raw:
            raise InputError(f"{checkpoint}: pictures for it are only scaled: omit --raw")
        return OneImage(printable(str(file)), read_as(file, loaded.shape).reshape(1, -1), loaded.shape, label, names)
    D = loaded.state.W.shape[1]
    edge = math.isqrt(D)
    if edge**2 != D:
        raise InputError(
            f"{checkpoint}: pictures need a model of square grey images, or one that this version has trained on "
            "images with a height and a width"
        )
    picture = read_picture(file)
    try:
        image = (squeeze if raw else prepare)(picture, edge)
    except InputError as error:
        raise InputError(f"{file}: {error}") from None
    return OneImage(printable(str(file)), image.reshape(1, -1), (edge, edge), label, names)


def as_ink(shown: OneImage, loaded: Checkpoint) -> bool:
    """Whether an image is drawn as ink on paper: those of the data sets that have a name are, and pictures for them."""
    return (shown.data or loaded.data) in (None, *SOURCES)


def class_of(text: str | None, names: tuple[str, ...]) -> int:
    """The class of this name, or else of this number. Raises InputError if there is none, or None is given."""
    if text is None:
        raise InputError("--image needs --label CLASS: the loss is of the class that the picture shows")
    if text in names:
        return names.index(text)
    if text.isdecimal() and int(text) < len(names):
        return int(text)
    raise InputError(f"--label {text}: no class of the model; they are {shortened(names)}")


def shortened(names: tuple[str, ...]) -> str:
    """Names in a line: all if they are few, else the first and the last.

    >>> shortened(tuple("abcd")), shortened(tuple("abcde")) == "a, b, ... e"
    ('a, b, c, d', True)
    """
    return ", ".join(names) if len(names) < 5 else f"{names[0]}, {names[1]}, ... {names[-1]}"
