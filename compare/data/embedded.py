"""The two data sets that are inside the package; compare/data/files/ has them, with their licences and origin."""

import zlib
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from compare.data.dataset import Dataset
from compare.errors import InputError

FILES = Path(__file__).with_name("files")


def load_mnist5k(root: Path | None = None) -> Dataset:  # noqa: ARG001  (embedded: it needs no folder)
    """The first 500 training images of each MNIST digit, 28 x 28 pixels, in the order of the digits."""
    return _load("mnist5k")


def load_digits(root: Path | None = None) -> Dataset:  # noqa: ARG001  (embedded: it needs no folder)
    """1,797 digits of 8 x 8 pixels from UCI; their 17 grey levels are spread over 0 ... 255."""
    return _load("digits")


def _load(name: str) -> Dataset:
    return Dataset(name, _read(FILES / f"{name}.npz"), None, classes=10)


def _read(path: Path) -> tuple[NDArray, NDArray]:
    """Images (N, H, W) and labels (N,) of an embedded file. Raises InputError if it is not as it was shipped."""
    try:
        # opened here, because np.load leaves a damaged file open
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return arrays["images"], arrays["labels"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise InputError(f"{path}: cannot be read ({error}); install the package again") from None
