"""The two data sets that are inside the package; compare/data/files/ has them, with their licences and origin."""

import hashlib
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compare.data.dataset import Dataset
from compare.data.regular_files import read_bytes
from compare.errors import InputError

FILES = Path(__file__).with_name("files")

# SHA-256 of the files as they are shipped; whoever makes them anew writes the new ones here.
EMBEDDED_SHA256 = {
    "mnist5k": "246e0c30eeea57c8d0037d3f38c8e00651ec204cc61b8022563e9aeeb9d756f4",
    "digits": "810215dfd144c7fe236415d5541d82c209702171387f86bca2a7bef2e026d328",
}


def load_mnist5k(root: Path | None = None) -> Dataset:  # noqa: ARG001  (embedded: it needs no folder)
    """The first 500 training images of each MNIST digit, 28 x 28 pixels, in the order of the digits."""
    return _load("mnist5k")


def load_digits(root: Path | None = None) -> Dataset:  # noqa: ARG001  (embedded: it needs no folder)
    """1,797 digits of 8 x 8 pixels from UCI; their 17 grey levels are spread over 0 ... 255."""
    return _load("digits")


def _load(name: str) -> Dataset:
    return Dataset(name, _read(FILES / f"{name}.npz", EMBEDDED_SHA256[name]), None, classes=10)


def _read(path: Path, sha256: str) -> tuple[NDArray, NDArray]:
    """Images (N, H, W) and labels (N,) of an embedded file. Raises InputError if it is not as it was shipped."""
    try:
        content = read_bytes(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); install the package again") from None
    # nothing is unpacked before it is known to be what was shipped
    if hashlib.sha256(content).hexdigest() != sha256:
        raise InputError(f"{path}: cannot be read (it is not the file that was shipped); install the package again")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return arrays["images"], arrays["labels"]
