"""Checkpoints: the weights under PyTorch's own names, and all that is needed to go on, in one safetensors file."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import save as as_safetensors

from compare.backends.protocol import State
from compare.data.dataset import Dataset
from compare.data.prepared import SIDE, Prepared
from compare.data.registry import SOURCES, is_path
from compare.errors import InputError
from compare.files import whole_file
from compare.problem import Hyperparameters, Problem
from compare.training.checkpoint_fields import check_velocity, read_fields
from compare.training.loop import Progress, Training
from compare.training.tensor_files import BIAS, WEIGHT, find_weights, read_tensors
from compare.words import some
from scratch import Velocity

FORMAT = "softmax-regression-twice 1"
SUFFIX = ".safetensors"
VELOCITY = "velocity.weight", "velocity.bias"
# By so many images it is seen whether all are black at the edge: of MNIST's pixels there 0.04 % are lit.
MANY, LIT = 1000, 0.01


@dataclass(frozen=True)
class Checkpoint:
    """A state, W (K, D) and b (K,) being of one float dtype; the rest is None in a file that only has weights.

    data: name of the data set; chosen: hyper-parameters; checksums: of what was trained on; progress: how far it is;
    names: of the classes; images: how many it is trained on (these two are None in a file of version 0.2); prepared and
    shape: how a picture is made like the images, which are pictures of one's own, or in colour, or of no square, or
    one's own and not black at the edge; None for other data (in a file of version 0.3 for all but pictures); beyond:
    the lowest and the highest pixel, where they are floats beyond 0 ... 1 (None in a file of version 0.3).
    """

    state: State
    data: str | None = None
    chosen: Hyperparameters | None = None
    checksums: dict[str, str] | None = None
    backend: str | None = None
    progress: Progress | None = None
    names: tuple[str, ...] | None = None
    images: int | None = None
    prepared: Prepared | None = None
    shape: tuple[int, ...] | None = None
    beyond: tuple[float, float] | None = None

    def __repr__(self) -> str:
        K, D = self.state.W.shape
        trained = f" of {self.data}, {len(self.progress.history) - 1} epochs" if self.progress else ""
        return f"<Checkpoint{trained}: {D} pixels to {K} classes, {self.dtype}>"

    @property
    def dtype(self) -> str:
        """Name of the dtype of the weights."""
        return self.state.W.dtype.name

    def check_shape(self, problem: Problem) -> None:
        """Raise InputError if the weights are for other pixels or classes than those of the problem."""
        (K, D), here = self.state.W.shape, (problem.classes, problem.features)
        if here != (K, D):
            raise InputError(
                f"the checkpoint takes {D} pixels to {K} classes; {problem.name} has {here[1]} and {here[0]}"
            )

    def check_names(self, data: Problem | Dataset) -> None:
        """Raise InputError if these are data of one's own whose classes have other names, or another order."""
        if is_path(data.name) and self.names and self.names != data.names:
            told = f"{data.name} has other classes than the checkpoint, which was trained on {self.data}"
            raise InputError(f"{told}: {_unlike(data.names, self.names)}")

    def check_resumable(self, problem: Problem) -> None:
        """Raise InputError unless a training on the problem can go on from here as if it had never stopped.

        Initial weights are not looked at, for they have no part in what follows.
        """
        self.check_shape(problem)
        self.check_names(problem)
        if self.chosen is None or self.checksums is None or self.progress is None:
            return
        done, epochs = len(self.progress.history) - 1, problem.chosen.epochs
        if epochs < done:
            raise InputError(f"the checkpoint has {done} epochs behind it already; --epochs cannot be {epochs}")
        for name, value in asdict(replace(self.chosen, epochs=epochs)).items():
            if value != getattr(problem.chosen, name):
                raise InputError(f"the checkpoint has {name} {value}, not {getattr(problem.chosen, name)}")
        if self.images not in (None, len(problem.train[1])):
            raise InputError(f"the checkpoint was trained on {self.images:,} images, not {len(problem.train[1]):,}")
        here = problem.checksums | {"order": problem.order_checksum(self.chosen.epochs)}
        for what in ("images", "labels", "split", "order"):
            if here[what] != self.checksums[what]:
                raise InputError(f"the checkpoint was trained on other {what} than those of {problem.name} here")
        if self.progress.step > problem.steps_per_epoch or self.progress.hits > len(problem.train[1]):
            raise InputError(f"the checkpoint is at step {self.progress.step} of an epoch of {problem.steps_per_epoch}")


def _unlike(names: tuple[str, ...], expected: tuple[str, ...]) -> str:
    """Which of the names are not among those that are expected, and which of these are missing."""
    found = []
    for what, wanted, others in (("not known", names, expected), ("missing", expected, names)):
        those = [name for name in wanted if name not in others]
        if those:
            found.append(f"{some(those)} {'is' if len(those) == 1 else 'are'} {what}")
    return " and ".join(found) or "they are in another order"


def check_suffix(path: Path) -> None:
    """Raise InputError, best before the work, if the name of a checkpoint says that it is another kind of file."""
    if path.suffix.lower() not in ("", SUFFIX):
        name = path.with_suffix(SUFFIX).name
        raise InputError(f"{path}: a checkpoint is a safetensors file; name it {name}, or without an ending")


def save_checkpoint(path: str | Path, training: Training, epoch_end: State | None = None) -> None:
    """Write a training of either backend, so that it can go on; the file is written whole or not at all.

    epoch_end: the state after the last whole epoch, to be written in place of the present one.
    Raises InputError where it cannot be written, and for a name of another kind; what was there before stays.
    """
    check_suffix(Path(path))
    progress = training.progress if epoch_end is None else Progress(training.history)
    tensors, metadata = _tensors(epoch_end or training.side.state()), _metadata(training, progress)
    path = Path(path)
    metadata["sha256"] = _digest(tensors, metadata)
    try:
        with whole_file(path) as stream:
            stream.write(_in_one_order(as_safetensors(tensors, metadata)))
    except OSError as error:
        raise InputError(f"{path}: the checkpoint cannot be written: {error.strerror}") from None
    except SafetensorError as error:
        # the history of some 600,000 epochs is more than the format takes
        raise InputError(f"{path}: the checkpoint cannot be written: {error}") from None


def load_checkpoint(path: str | Path) -> Checkpoint:
    """Read a checkpoint of ours, or weights alone from any safetensors or `torch.save` file that has our two tensors.

    Raises InputError, naming the file, if it is missing, damaged, of another shape, or holds more than tensors;
    nothing in the file is ever run. Weights alone in safetensors, and a bare pickle as PyTorch wrote it before 1.6,
    have no checksum: that a bit of a number has changed is not noticed there.
    """
    path = Path(path)
    tensors, metadata = read_tensors(path)
    weight, bias = find_weights(path, tensors)
    if "format" not in metadata and "sha256" not in metadata:
        return Checkpoint(State(weight, bias))
    if metadata.pop("sha256", None) != _digest(tensors, metadata) or metadata.pop("format", None) != FORMAT:
        raise InputError(f"{path}: damaged checkpoint: its content does not fit its checksum")
    try:
        velocity = Velocity(*(tensors[name] for name in VELOCITY)) if set(VELOCITY) & set(tensors) else None
        fields = read_fields(metadata)
        check_velocity(velocity, (weight, bias), fields)
        return _checkpoint(State(weight, bias, velocity), tensors, fields)
    except (KeyError, ValueError) as error:
        reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)[:200]
        raise InputError(f"{path}: not a checkpoint that this version can read ({reason})") from None


def _tensors(state: State) -> dict[str, NDArray]:
    W, b, velocity = state
    named = {WEIGHT: W, BIAS: b, **dict(zip(VELOCITY, velocity or (), strict=False))}
    return {name: np.ascontiguousarray(tensor) for name, tensor in named.items()}


def _metadata(training: Training, progress: Progress) -> dict[str, str]:
    problem = training.problem
    progress.read()
    history = [record._asdict() for record in progress.history]
    fields = {
        "backend": training.name,
        "data": problem.name,
        "chosen": asdict(problem.chosen),
        "checksums": problem.checksums,
        "names": problem.names,
        "images": len(problem.train[1]),
        "state": {"history": history, "step": progress.step, "total": progress.loss, "hits": progress.hits},
    }
    if problem.prepared or _only_scaled(problem):
        fields["pictures"] = {**asdict(problem.prepared or Prepared()), "shape": problem.shape}
    if problem.beyond:
        fields["beyond"] = problem.beyond
    return {"format": FORMAT, **{name: json.dumps(value) for name, value in fields.items()}}


def _only_scaled(problem: Problem) -> bool:
    """True for images as pictures can be, but not as MNIST made its own.

    These are in colour, (3, H, W), or of no square; or they are one's own, and not black at the edge.
    """
    shape = problem.shape
    if len(shape) not in (2, 3) or min(shape) < 2 or max(shape) > SIDE:
        return False
    if len(shape) == 3 or shape[0] != shape[1]:
        return len(shape) == 2 or shape[0] == 3
    return problem.name not in SOURCES and not _black_at_the_edge(problem.train[0][:MANY].reshape(-1, *shape))


def _black_at_the_edge(images: NDArray) -> bool:
    """True if of images (N, H, W) hardly a pixel of the first and last rows and columns is lit."""
    inside = np.s_[:, 1:-1, 1:-1]
    lit, pixels = np.count_nonzero(images) - np.count_nonzero(images[inside]), images.size - images[inside].size
    return bool(lit <= LIT * pixels)


def _in_one_order(content: bytes) -> bytes:
    """A safetensors file with its header sorted: the library has its metadata in another order each time."""
    begins = 8 + int.from_bytes(content[:8], "little")
    header = json.dumps(json.loads(content[8:begins]), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # tensors begin at a multiple of 8 bytes
    padded = header.encode() + b" " * (-len(header.encode()) % 8)
    return len(padded).to_bytes(8, "little") + padded + content[begins:]


def _checkpoint(state: State, tensors: dict[str, NDArray], fields: dict[str, Any]) -> Checkpoint:
    """Raise ValueError for more tensors than a checkpoint has, or for names or pixels of another number."""
    more = sorted(set(tensors) - {WEIGHT, BIAS, *VELOCITY})
    if more:
        raise ValueError(f"it holds {more[0]!a} too")
    D = state.W.shape[1]
    if fields["shape"] is not None and math.prod(fields["shape"]) != D:
        raise ValueError(f"pictures of {' x '.join(map(str, fields['shape']))} pixels for weights of {D}")
    if fields["names"] is not None and len(fields["names"]) != len(state.b):
        raise ValueError(f"{len(fields['names'])} names of {len(state.b)} classes")
    return Checkpoint(state, **fields)


def _digest(tensors: dict[str, NDArray], metadata: dict[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(metadata.items()):
        digest.update(f"{name}\0{text}\0".encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name}\0{tensor.dtype}\0{tensor.shape}\0".encode())
        digest.update(np.ascontiguousarray(tensor).data)
    return digest.hexdigest()
