"""Checkpoints: the weights under PyTorch's own names, and all that is needed to go on, in one safetensors file."""

import hashlib
import json
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as as_safetensors

from compare.backends.protocol import State
from compare.errors import InputError
from compare.files import whole_file
from compare.problem import Hyperparameters
from compare.training.loop import Progress, Training
from scratch import Record, Velocity

FORMAT = "softmax-regression-twice 1"
WEIGHT, BIAS = "linear.weight", "linear.bias"
VELOCITY = "velocity.weight", "velocity.bias"


@dataclass(frozen=True)
class Checkpoint:
    """A state, W (K, D) and b (K,) being of one float dtype; the rest is None in a file that only has weights.

    data: name of the data set; chosen: hyper-parameters; checksums: of what was trained on; progress: how far it is.
    """

    state: State
    data: str | None = None
    chosen: Hyperparameters | None = None
    checksums: dict[str, str] | None = None
    backend: str | None = None
    progress: Progress | None = None

    @property
    def dtype(self) -> str:
        """Name of the dtype of the weights."""
        return self.state.W.dtype.name


def save_checkpoint(path: str | Path, training: Training) -> None:
    """Write a training of either backend, so that it can go on; the file is written whole or not at all.

    Raises InputError where it cannot be written; what was there before stays.
    """
    path, progress, problem = Path(path), training.progress, training.problem
    W, b, velocity = training.side.state()
    tensors = {WEIGHT: W, BIAS: b, **dict(zip(VELOCITY, velocity or (), strict=False))}
    history = [record._asdict() for record in progress.history]
    fields = {
        "backend": training.name,
        "data": problem.name,
        "chosen": asdict(problem.chosen),
        "checksums": problem.checksums,
        "state": {"history": history, "step": progress.step, "total": progress.loss, "hits": progress.hits},
    }
    metadata = {"format": FORMAT, **{name: json.dumps(value) for name, value in fields.items()}}
    metadata["sha256"] = _digest(tensors, metadata)
    contiguous = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    try:
        with whole_file(path) as stream:
            stream.write(as_safetensors(contiguous, metadata))
    except OSError as error:
        raise InputError(f"{path}: the checkpoint cannot be written: {error.strerror}") from None


def load_checkpoint(path: str | Path) -> Checkpoint:
    """Read a checkpoint of ours, or weights alone from any safetensors or `torch.save` file that has our two tensors.

    Raises InputError, naming the file, if it is missing, damaged, of another shape, or holds more than tensors;
    nothing in the file is ever run.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(9)
    except OSError as error:
        raise InputError(f"{path}: the checkpoint cannot be read: {error.strerror}") from None
    # torch.save writes a zip archive, and long ago wrote a bare pickle; safetensors begins with any eight bytes (the
    # length of its header) and an opening brace, where neither of the two has one
    pickled = head.startswith((b"PK", b"\x80")) and head[8:] != b"{"
    tensors, metadata = _read_torch(path) if pickled else _read_safetensors(path)
    weight, bias = _weights(path, tensors)
    if "format" not in metadata and "sha256" not in metadata:
        return Checkpoint(State(weight, bias))
    if metadata.pop("sha256", None) != _digest(tensors, metadata) or metadata.get("format") != FORMAT:
        raise InputError(f"{path}: damaged checkpoint: its content does not fit its checksum")
    try:
        fields = {name: json.loads(value) for name, value in metadata.items() if name != "format"}
        velocity = Velocity(*(tensors[name] for name in VELOCITY)) if VELOCITY[0] in tensors else None
        kept = fields.pop("state")
        history = [Record(**record) for record in kept["history"]]
        fields["progress"] = Progress(history, kept["step"], kept["total"], kept["hits"])
        fields["chosen"] = Hyperparameters(**fields["chosen"])
        return Checkpoint(State(weight, bias, velocity), **fields)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: not a checkpoint that this version can read ({error!r})") from None


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


def _weights(path: Path, tensors: dict[str, NDArray]) -> tuple[NDArray, NDArray]:
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


def _digest(tensors: dict[str, NDArray], metadata: dict[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(metadata.items()):
        digest.update(f"{name}\0{text}\0".encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name}\0{tensor.dtype}\0{tensor.shape}\0".encode())
        digest.update(np.ascontiguousarray(tensor))
    return digest.hexdigest()
