"""A whole file of every format that is read, what reads it, and whether a checksum shows every change."""

import gzip
import hashlib
import io
import json
import random
import struct
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from damage import damaged
from pictures import PICTURES
from shape import RANDOM, Format

from compare.data import embedded
from compare.data.idx import read_idx
from compare.data.registry import Dataset
from compare.exercise.hints import next_hints
from compare.exercise.progress import Progress, progress_path
from compare.problem import Hyperparameters, Problem
from compare.report.run_json import read_run
from compare.training.checkpoint import load_checkpoint, save_checkpoint
from compare.training.train import start


def _same_state(ours: Any, theirs: Any) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(ours.state[:2], theirs.state[:2], strict=True))


def _checkpoint(folder: Path) -> bytes:
    """A checkpoint with momentum, in the middle of an epoch."""
    images = RANDOM.integers(0, 256, (60, 9)).astype(np.uint8)
    data = Dataset("small", (images, np.arange(60) % 3), None, classes=3)
    training = start(Problem(data, Hyperparameters(epochs=3, batch_size=20, momentum=0.5)), "scratch", "float32")
    training.end_epoch()
    for step in training.side.epoch(training.problem.epoch_batches(1)[:2]):
        training.count(step)
    save_checkpoint(folder / "made", training)
    return (folder / "made").read_bytes()


def ours(folder: Path) -> Format:
    """A checkpoint of ours."""
    return Format("model", _checkpoint(folder), load_checkpoint, checked=True, same=_same_state)


def _tensors() -> dict[str, Any]:
    return {
        "linear.weight": RANDOM.normal(size=(3, 9)).astype(np.float32),
        "linear.bias": RANDOM.normal(size=3).astype(np.float32),
    }


def foreign(_folder: Path) -> Format:
    """Weights of somebody else, in safetensors, which has no checksum."""
    from safetensors.numpy import save

    return Format("model", save(_tensors(), {"note": "mine"}), load_checkpoint)


def _torch(_folder: Path, archive: bool) -> Format:
    import torch

    stream = io.BytesIO()
    tensors = {name: torch.from_numpy(array) for name, array in _tensors().items()}
    torch.save(tensors, stream, _use_new_zipfile_serialization=archive)
    return Format("model.pt", stream.getvalue(), load_checkpoint, checked=archive, same=_same_state)


def repacked(folder: Path) -> Format:
    """The same archive, damaged in its pickle, with a checksum that fits."""
    whole = _torch(folder, archive=True)
    with zipfile.ZipFile(io.BytesIO(whole.content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def damage(chance: random.Random) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as new:
            for name, content in members.items():
                new.writestr(name, damaged(content, chance) if name.endswith(".pkl") else content)
        return stream.getvalue()

    return whole._replace(checked=False, damage=damage)


ODD = [
    None, True, False, -1, 0, 1, 2.5, 1e308, 10**30, 10**400, "", "0", "nan", [], {}, [[]], {"epoch": 0}, "x" * 999
]  # fmt: skip


def _mutated(value: Any, chance: random.Random) -> Any:
    """The value with one thing in it replaced, left out, or there twice."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        name = chance.choice(list(value))
        if chance.random() < 0.15:
            return {key: inner for key, inner in value.items() if key != name}
        return value | {chance.choice((name, name, name, name, "more")): _mutated(value[name], chance)}
    if isinstance(value, list) and value and chance.random() < 0.85:
        n = chance.randrange(len(value))
        return value[:n] + chance.choice(([], [value[n]] * 2, [_mutated(value[n], chance)])) + value[n + 1 :]
    return chance.choice(ODD)


def metadata(folder: Path) -> Format:
    """A checkpoint of ours whose fields are forged, and whose checksum is made to fit."""
    from safetensors.numpy import save

    from compare.training.checkpoint import _digest
    from compare.training.tensor_files import read_tensors

    (folder / "made").write_bytes(content := _checkpoint(folder))
    tensors, texts = read_tensors(folder / "made")
    del texts["sha256"]

    def damage(chance: random.Random) -> bytes:
        name = chance.choice([name for name in texts if name != "format"])
        forged = texts | {name: json.dumps(_mutated(json.loads(texts[name]), chance))}
        return save(tensors, forged | {"sha256": _digest(tensors, forged)})

    return Format("model", content, load_checkpoint, checked=True, same=_same_progress, damage=damage)


def _same_progress(got: Any, whole: Any) -> bool:
    """True unless what was forged could go on as another training than it was."""
    done = len(got.progress.history)
    return (
        [record.epoch for record in got.progress.history] == list(range(done))
        and done - 1 <= got.chosen.epochs
        and 0 <= got.progress.hits <= min(60, got.progress.step * got.chosen.batch_size)
        and _same_state(got, whole)
    )


def _idx_bytes() -> bytes:
    images = RANDOM.integers(0, 256, (20, 6, 6)).astype(np.uint8)
    return struct.pack(">BBBB3I", 0, 0, 8, 3, *images.shape) + images.tobytes()


_IDX = _idx_bytes()


def idx(_folder: Path) -> Format:
    """Images in IDX."""
    return Format("file", _idx_bytes(), read_idx)


def gz(_folder: Path) -> Format:
    """Images in IDX, packed; gzip has a checksum."""
    return Format("file.gz", gzip.compress(_idx_bytes()), read_idx, checked=True)


def gz_whole(_folder: Path) -> Format:
    """Images in IDX, damaged and then packed."""
    return Format("file.gz", gzip.compress(_idx_bytes()), read_idx, damage=lambda c: gzip.compress(damaged(_IDX, c)))


def npz(_folder: Path) -> Format:
    """The smaller of the two sets inside the package."""
    content = (embedded.FILES / "digits.npz").read_bytes()
    known = hashlib.sha256(content).hexdigest()
    return Format("digits.npz", content, lambda path: embedded._read(path, known)[0], checked=True)


RUN = {
    "version": 2,
    "name": "first",
    "ended": "2026-12-01 12:00:00",
    "command": "prove",
    "data": {"name": "digits", "train": 1438},
    "problem": {"lr": 0.1, "momentum": 0.0, "batch_size": 100, "steps": 9600, "seed": 1},
    "summary": {"verdict": "match", "val_loss": 0.5, "val_accuracy": 0.9},
    "runs": [],
}


def _shown(path: Path) -> Any:
    from compare.cli.runs import _row

    return _row(read_run(path))


def run_json(_folder: Path) -> Format:
    """A kept run, damaged as text."""
    return Format("run.json", json.dumps(RUN).encode(), _shown)


def run_fields(_folder: Path) -> Format:
    """A kept run, damaged in its values."""
    return Format("run.json", json.dumps(RUN).encode(), _shown, damage=lambda c: json.dumps(_mutated(RUN, c)).encode())


def progress_json(folder: Path) -> Format:
    """The progress of an exercise: a hint is given, or it is refused."""
    kept = progress_path(folder / "mine.py")

    def read(_: Path) -> Any:
        given = next_hints(Progress(folder / "mine.py"), "logits", None)
        assert 1 <= len(given) <= 3
        return given

    read(kept)
    return Format(kept.name, kept.read_bytes(), read)


FORMATS: dict[str, Callable[[Path], Format]] = {
    "safetensors": ours,
    "foreign-safetensors": foreign,
    "torch-zip": partial(_torch, archive=True),
    "torch-pickle": partial(_torch, archive=False),
    "torch-repacked": repacked,
    "metadata": metadata,
    "idx": idx,
    "idx-gz": gz,
    "idx-gz-whole": gz_whole,
    "npz": npz,
    "run-json": run_json,
    "run-fields": run_fields,
    "progress": progress_json,
    **PICTURES,
}
