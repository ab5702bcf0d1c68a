"""Tensors of a safetensors file, or of one that `torch.save` wrote."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from compare.data.regular_files import file_size
from compare.data.strict_json import parse_json
from compare.errors import InputError
from compare.training.torch_files import read_torch

WEIGHT, BIAS = "linear.weight", "linear.bias"

# Types of a safetensors file that NumPy has.
TENSOR_TYPES = {"F64", "F32", "F16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"}


def read_tensors(path: Path) -> tuple[dict[str, NDArray], dict[str, str]]:
    """The tensors and the metadata of a file; nothing in it is ever run.

    Raises InputError, naming the file, if it is missing, no file, damaged, or holds more than tensors of NumPy's types.
    """
    try:
        file_size(path)
        with path.open("rb") as stream:
            head = stream.read(9)
    except OSError as error:
        raise InputError(f"{path}: the checkpoint cannot be read: {error.strerror}") from None
    # torch.save writes a zip archive, and long ago wrote a bare pickle; safetensors begins with any eight bytes (the
    # length of its header) and an opening brace, where neither of the two has one
    pickled = head.startswith((b"PK", b"\x80")) and head[8:] != b"{"
    return (read_torch(path), {}) if pickled else _read_safetensors(path)


def find_weights(path: Path, tensors: dict[str, NDArray]) -> tuple[NDArray, NDArray]:
    """W (K, D) and b (K,) among the tensors of a file, by PyTorch's own names. Raises InputError, naming the file."""
    if WEIGHT not in tensors or BIAS not in tensors:
        held = ", ".join(map(_shown, sorted(tensors)[:4])) or "nothing"
        raise InputError(f"{path}: a checkpoint holds {WEIGHT} and {BIAS}; this file holds {held}")
    weight, bias = tensors[WEIGHT], tensors[BIAS]
    if weight.ndim != 2 or bias.shape != weight.shape[:1] or 0 in weight.shape:
        shapes = f"{weight.shape} and {bias.shape}"
        raise InputError(f"{path}: {WEIGHT} (K, D) and {BIAS} (K,) expected, not {shapes}")
    if weight.dtype != bias.dtype or weight.dtype.name not in ("float32", "float64"):
        raise InputError(f"{path}: weights of float32 or float64 expected, not {weight.dtype} and {bias.dtype}")
    if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
        raise InputError(f"{path}: its weights are not all finite numbers")
    with np.errstate(over="ignore"):
        largest = (np.abs(weight).sum(axis=1, dtype=float) + np.abs(bias)).max()
    # the largest logit that pixels of 0 ... 1 can make; two of these must have a difference
    if largest > np.finfo(weight.dtype).max / 4:
        raise InputError(f"{path}: its weights are so large that logits would be infinite")
    return weight, bias


def _read_safetensors(path: Path) -> tuple[dict[str, NDArray], dict[str, str]]:
    try:
        with safe_open(path, framework="numpy") as file:
            _check_header(path)
            return {name: file.get_tensor(name) for name in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118
    except Exception as error:
        # a damaged file can make the reader raise anything
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{path}: not a checkpoint, or a damaged one ({reason})") from None


def _check_header(path: Path) -> None:
    """Raise ValueError for what the library takes all the same: names that are there twice, and types of no NumPy."""
    with path.open("rb") as stream:
        header = parse_json(stream.read(int.from_bytes(stream.read(8), "little")))
    header.pop("__metadata__", None)
    for name, entry in header.items():
        if entry["dtype"] not in TENSOR_TYPES:
            raise ValueError(f"{_shown(name)} is of type {_shown(entry['dtype'])}, which NumPy has not")


def _shown(name: Any) -> str:
    """A name out of a file, short and without what a terminal would obey."""
    text = str(name)[:40]
    return text if text.isprintable() else ascii(text)
