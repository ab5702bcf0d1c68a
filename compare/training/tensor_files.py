"""Tensors of a safetensors file, or of one that `torch.save` wrote."""

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from compare.errors import InputError

WEIGHT, BIAS = "linear.weight", "linear.bias"


def read_tensors(path: Path) -> tuple[dict[str, NDArray], dict[str, str]]:
    """The tensors and the metadata of a file; nothing in it is ever run.

    Raises InputError, naming the file, if it is missing, damaged, or holds more than tensors.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(9)
    except OSError as error:
        raise InputError(f"{path}: the checkpoint cannot be read: {error.strerror}") from None
    # torch.save writes a zip archive, and long ago wrote a bare pickle; safetensors begins with any eight bytes (the
    # length of its header) and an opening brace, where neither of the two has one
    pickled = head.startswith((b"PK", b"\x80")) and head[8:] != b"{"
    return _read_torch(path) if pickled else _read_safetensors(path)


def find_weights(path: Path, tensors: dict[str, NDArray]) -> tuple[NDArray, NDArray]:
    """W (K, D) and b (K,) among the tensors of a file, by PyTorch's own names. Raises InputError, naming the file."""
    if WEIGHT not in tensors or BIAS not in tensors:
        held = ", ".join(sorted(map(str, tensors))[:4]) or "nothing"
        raise InputError(f"{path}: a checkpoint holds {WEIGHT} and {BIAS}; this file holds {held}")
    weight, bias = tensors[WEIGHT], tensors[BIAS]
    if weight.ndim != 2 or bias.shape != weight.shape[:1] or 0 in weight.shape:
        shapes = f"{weight.shape} and {bias.shape}"
        raise InputError(f"{path}: {WEIGHT} (K, D) and {BIAS} (K,) expected, not {shapes}")
    if weight.dtype != bias.dtype or weight.dtype.name not in ("float32", "float64"):
        raise InputError(f"{path}: weights of float32 or float64 expected, not {weight.dtype} and {bias.dtype}")
    if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
        raise InputError(f"{path}: its weights are not all finite numbers")
    return weight, bias


def _read_safetensors(path: Path) -> tuple[dict[str, NDArray], dict[str, str]]:
    try:
        with safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise InputError(f"{path}: not a checkpoint, or a damaged one ({error})") from None


def _read_torch(path: Path) -> tuple[dict[str, NDArray], dict[str, str]]:
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content = torch.load(path, map_location="cpu", weights_only=True)
            return {name: tensor.detach().numpy() for name, tensor in content.items()}, {}
    except Exception:
        # a hostile or damaged pickle can make the reader raise anything; weights_only keeps it from running anything.
        # What PyTorch says then is advice to run it all the same
        raise InputError(
            f"{path}: not a file of plain tensors, or a damaged one; torch.save(model.state_dict(), FILE) writes one"
        ) from None
