"""Forged metadata: what no training writes is refused, though its checksum fits."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from compare.data.prepared import Prepared
from compare.errors import InputError
from compare.training import checkpoint as checkpoints
from compare.training.checkpoint import load_checkpoint, save_checkpoint
from compare.training.loop import Training
from compare.training.tensor_files import read_tensors

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def halfway(make_small, interrupted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint after two epochs of seven and two steps of five, with momentum."""
    training: Training = interrupted(make_small(momentum=0.5), "scratch", "float32", 15)
    path = tmp_path_factory.mktemp("halfway") / "model"
    save_checkpoint(path, training)
    return path


def fields_of(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    tensors, texts = read_tensors(path)
    return tensors, {name: json.loads(text) for name, text in texts.items() if name not in ("format", "sha256")}


def forged(path: Path, tensors: dict[str, np.ndarray], fields: dict[str, Any]) -> Path:
    """A file of these fields whose checksum fits."""
    texts = {"format": checkpoints.FORMAT} | {name: json.dumps(value) for name, value in fields.items()}
    save_file(tensors, path, texts | {"sha256": checkpoints._digest(tensors, texts)})
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as error:
        load_checkpoint(path)
    begin, _, reason = str(error.value).partition("not a checkpoint that this version can read ")
    assert (begin, reason.count("\n")) == (f"{path}: ", 0)
    return reason.strip("()")


def test_where_it_begins(halfway: Path, tmp_path: Path):
    tensors, fields = fields_of(halfway)
    read = load_checkpoint(forged(tmp_path / "file", tensors, fields))
    assert (len(read.progress.history), read.progress.step, read.images, read.names) == (3, 2, 99, tuple("0123"))


def test_the_largest_numbers_are_read(halfway: Path, tmp_path: Path):
    tensors, fields = fields_of(halfway)
    largest = 1.7976931348623157e308
    fields["state"] |= {"total": largest, "step": 5, "hits": 99}
    shares = {"val_accuracy": 1, "train_accuracy": 0}
    fields["state"]["history"][2] |= {"train_loss": largest, "val_loss": -largest, **shares}
    progress = load_checkpoint(forged(tmp_path / "file", tensors, fields)).progress
    assert (progress.loss, progress.hits, progress.history[2]) == (largest, 99, (2, largest, 0, -largest, 1))


def in_pictures(**values: Any) -> Change:
    pictures = {"size": None, "grey": True, "shape": [3, 4]}
    return lambda fields: fields.update(pictures=pictures | values)


def test_pictures_are_read_as_they_are_written(halfway: Path, tmp_path: Path):
    tensors, fields = fields_of(halfway)
    assert load_checkpoint(halfway).prepared is load_checkpoint(halfway).beyond is None
    in_pictures(size=4)(fields)
    fields["beyond"] = [-1, 2.5]
    read = load_checkpoint(forged(tmp_path / "file", tensors, fields))
    assert (read.prepared, read.shape, read.beyond) == (Prepared(4, True), (3, 4), (-1.0, 2.5))


def in_state(**values: Any) -> Change:
    return lambda fields: fields["state"].update(values)


def in_chosen(**values: Any) -> Change:
    return lambda fields: fields["chosen"].update(values)


def in_record(epoch: int, /, **values: Any) -> Change:
    return lambda fields: fields["state"]["history"][epoch].update(values)


FORGED: dict[str, tuple[Change, str]] = {
    "epoch -1": (in_record(0, epoch=-1), "history[0] is of another epoch"),
    "epochs out of order": (lambda f: f["state"]["history"].reverse(), "history[0] is of another epoch"),
    "an epoch left out": (lambda f: f["state"]["history"].pop(1), "history[1] is of another epoch"),
    "an epoch twice": (lambda f: f["state"]["history"].insert(1, f["state"]["history"][1]), "history[2] is of another"),
    "an epoch of half": (in_record(1, epoch=1.0), "history[1] is of another epoch"),
    "an epoch that is true": (in_record(1, epoch=True), "history[1] is of another epoch"),
    "a loss that is nan": (in_record(2, val_loss=float("nan")), "NaN is not a finite number"),
    "a loss that is infinite": (in_record(2, train_loss=float("inf")), "Infinity is not a finite number"),
    "a loss beyond float64": (in_record(2, train_loss=10**400), "history[2] has a train_loss that is none"),
    "a loss that is text": (in_record(2, val_loss="0.5"), "history[2] has a val_loss that is none"),
    "a loss that is null": (in_record(2, val_loss=None), "history[2] has a val_loss that is none"),
    "an accuracy above 1": (in_record(2, val_accuracy=1.5), "history[2] has a val_accuracy that is none"),
    "an accuracy below 0": (in_record(2, train_accuracy=-0.1), "history[2] has a train_accuracy that is none"),
    "an accuracy that is true": (in_record(2, val_accuracy=True), "history[2] has a val_accuracy that is none"),
    "a record of more": (in_record(1, more=1), "history[1] has other names"),
    "a record that is a list": (lambda f: f["state"].update(history=[[0, 1, 1, 1, 1]]), "history[0] has other names"),
    "a history that is an object": (in_state(history={}), "state has a history that is none"),
    "epochs beyond those chosen": (in_chosen(epochs=1), "history has 2 epochs of 1"),
    "steps after the last epoch": (in_chosen(epochs=2), "step is 2 after 2 of 2 epochs"),
    "a step beyond the epoch": (in_state(step=6), "step is 6, beyond an epoch of 99 images"),
    "a step beyond whole batches": (
        lambda f: (f.update(images=80), f["state"].update(step=5)),
        "step is 5, beyond an epoch of 80 images",
    ),
    "a step of many digits": (in_state(step=10**300), "step is 1000"),
    "a negative step": (in_state(step=-1), "step is -1"),
    "half a step": (in_state(step=1.5), "state has a step that is none"),
    "a step that is true": (in_state(step=True), "state has a step that is none"),
    "no step, and a loss": (in_state(step=0), "step is 0"),
    "a total that is text": (in_state(total="1"), "state has a total that is none"),
    "hits beyond images": (in_state(hits=41), "hits are 41 of 40 images"),
    "hits beyond the epoch": (in_state(step=5, hits=100), "hits are 100 of 99 images"),
    "negative hits": (in_state(hits=-1), "hits are -1 of 40 images"),
    "hits that are text": (in_state(hits="3"), "state has a hits that is none"),
    "a state of more": (in_state(more=1), "state has other names"),
    "a state that is a list": (lambda f: f.update(state=[]), "state has other names"),
    "no state": (lambda f: f.pop("state"), "it has backend, checksums, chosen, data, images, names"),
    "a field of more": (lambda f: f.update(more=1), "it has backend, checksums, chosen, data, images, more"),
    "a rate that is text": (in_chosen(lr="0.1"), "chosen has lr '0.1'"),
    "a rate that is true": (in_chosen(lr=True), "chosen has lr 'True'"),
    "a rate below 0": (in_chosen(lr=-1), "lr must be "),
    "a rate beyond float64": (in_chosen(lr=10**400), "chosen has lr '1000"),
    "epochs that are text": (in_chosen(epochs="7"), "chosen has epochs '7'"),
    "half an epoch": (in_chosen(epochs=7.5), "chosen has epochs '7.5'"),
    "nesterov that is 0": (in_chosen(nesterov=0), "chosen has nesterov '0'"),
    "a subset that is true": (in_chosen(train_subset=True), "chosen has train_subset 'True'"),
    "another hyper-parameter": (in_chosen(rate=1), "chosen has other names"),
    "no epochs": (lambda f: f["chosen"].pop("epochs"), "chosen has other names"),
    "chosen that is a list": (lambda f: f.update(chosen=[7]), "chosen has other names"),
    "chosen that is null": (lambda f: f.update(chosen=None), "chosen has other names"),
    "a checksum of none": (lambda f: f["checksums"].update(split=None), "checksums are not SHA-256"),
    "a short checksum": (lambda f: f["checksums"].update(split="ab"), "checksums are not SHA-256"),
    "a checksum left out": (lambda f: f["checksums"].pop("order"), "checksums has other names"),
    "checksums that are a list": (lambda f: f.update(checksums=[]), "checksums has other names"),
    "no name of data": (lambda f: f.update(data=""), "data is no name"),
    "data that are a number": (lambda f: f.update(data=5), "data is no name"),
    "a backend that is a list": (lambda f: f.update(backend=["scratch"]), "backend is no name"),
    "no images": (lambda f: f.update(images=0), "images is no number of images"),
    "more images than there can be": (lambda f: f.update(images=10**400), "images is no number of images"),
    "images that are true": (lambda f: f.update(images=True), "images is no number of images"),
    "names that are text": (lambda f: f.update(names="0123"), "names are not names"),
    "names that are numbers": (lambda f: f.update(names=[0, 1, 2, 3]), "names are not names"),
    "five names of four": (lambda f: f["names"].append("4"), "5 names of 4 classes"),
    "pictures of more": (in_pictures(more=1), "pictures has other names"),
    "a size that is text": (in_pictures(size="4"), "pictures are not prepared as they can be"),
    "a size that no picture has": (in_pictures(size=0), "--size must lie in 1 ... 1,024, not 0"),
    "grey that is 1": (in_pictures(grey=1), "pictures are not prepared as they can be"),
    "a shape of one number": (in_pictures(shape=[12]), "pictures have a shape that is none"),
    "a shape with four colours": (in_pictures(shape=[4, 1, 3]), "pictures have a shape that is none"),
    "a shape that is huge": (in_pictures(shape=[10**9, 1]), "pictures have a shape that is none"),
    "other pixels than weights": (in_pictures(shape=[3, 5]), "pictures of 3 x 5 pixels for weights of 12"),
    "pictures that are a list": (lambda f: f.update(pictures=[]), "pictures has other names"),
    "a range of one number": (lambda f: f.update(beyond=[2.5]), "beyond is no range of pixels"),
    "a number for a range": (lambda f: f.update(beyond=2.5), "beyond is no range of pixels"),
    "a range of text": (lambda f: f.update(beyond=["0", "2"]), "beyond is no range of pixels"),
    "a range upside down": (lambda f: f.update(beyond=[2, -1]), "beyond is no range of pixels"),
    "deep": (lambda f: f.update(data=json.loads("[" * 50 + "]" * 50)), "more than 32 levels"),
}


@pytest.mark.parametrize("case", FORGED)
def test_forged_fields_are_refused(halfway: Path, tmp_path: Path, case: str):
    change, words = FORGED[case]
    tensors, fields = fields_of(halfway)
    change(fields)
    reason = refusal(forged(tmp_path / "file", tensors, fields))
    assert reason.startswith(words)
    assert len(reason) <= 200


TEXTS = {
    "no JSON": ("state", "{", "Expecting"),
    "deep": ("state", "[" * 100_000, "more than 32 levels"),
    "a name twice": ("chosen", '{"epochs": 7, "epochs": 8}', "a name twice in one object"),
    "an integer of 5,000 digits": ("images", "9" * 5000, "a number of 5,000 digits"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_odd_json_is_refused(halfway: Path, tmp_path: Path, case: str):
    name, text, words = TEXTS[case]
    tensors, texts = read_tensors(halfway)
    del texts["sha256"]
    texts[name] = text
    save_file(tensors, tmp_path / "file", texts | {"sha256": checkpoints._digest(tensors, texts)})
    assert refusal(tmp_path / "file").startswith(words)


def changed(**tensors: np.ndarray | None) -> dict[str, np.ndarray | None]:
    return {name.replace("_", "."): tensor for name, tensor in tensors.items()}


VELOCITIES = {
    "another shape": (
        changed(velocity_weight=np.ones((3, 12), np.float32)),
        "a velocity (3, 12) of float32 for weights",
    ),
    "turned": (changed(velocity_weight=np.ones((12, 4), np.float32)), "a velocity (12, 4) of float32"),
    "another dtype": (changed(velocity_bias=np.ones(4)), "a velocity (4,) of float64 for weights (4,) of float32"),
    "integers": (changed(velocity_bias=np.ones(4, np.int32)), "a velocity (4,) of int32"),
    "nan": (changed(velocity_bias=np.full(4, np.nan, np.float32)), "the velocity is not finite"),
    "half of it": (changed(velocity_bias=None), "it lacks 'velocity.bias'"),
    "the other half": (changed(velocity_weight=None), "it lacks 'velocity.weight'"),
    "none of it": (changed(velocity_weight=None, velocity_bias=None), "momentum is 0.5, and there is no velocity"),
    "a tensor more": (changed(linear_more=np.ones(4, np.float32)), "it holds 'linear.more' too"),
}


@pytest.mark.parametrize("case", VELOCITIES)
def test_a_velocity_that_does_not_fit_is_refused(halfway: Path, tmp_path: Path, case: str):
    replaced, words = VELOCITIES[case]
    tensors, fields = fields_of(halfway)
    left = {name: tensor for name, tensor in (tensors | replaced).items() if tensor is not None}
    assert refusal(forged(tmp_path / "file", left, fields)).startswith(words)


def test_a_velocity_without_momentum_is_refused(halfway: Path, tmp_path: Path):
    tensors, fields = fields_of(halfway)
    fields["chosen"]["momentum"] = 0.0
    assert refusal(forged(tmp_path / "file", tensors, fields)) == "momentum is 0.0, and there is velocity"


def test_a_file_of_version_02_has_neither_names_nor_images(halfway: Path, tmp_path: Path, make_small):
    tensors, fields = fields_of(halfway)
    del fields["names"], fields["images"]
    fields["state"] |= {"step": 10**6, "hits": 3}
    read = load_checkpoint(forged(tmp_path / "file", tensors, fields))
    assert (read.names, read.images) == (None, None)
    # the problem knows how long an epoch is, and how many images it has
    for step, hits, fits in ((5, 99, True), (5, 100, False), (6, 99, False), (10**6, 3, False)):
        fields["state"] |= {"step": step, "hits": hits}
        read = load_checkpoint(forged(tmp_path / "file", tensors, fields))
        if fits:
            read.check_resumable(make_small(momentum=0.5))
        else:
            with pytest.raises(InputError, match=f"the checkpoint is at step {step} of an epoch of 5"):
                read.check_resumable(make_small(momentum=0.5))
