"""Which images a checkpoint is shown."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from numpy.typing import NDArray

from compare.data.registry import SOURCES, Dataset, is_path, load
from compare.data.splits import Split
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem, checksum
from compare.training.checkpoint import Checkpoint
from scratch import Rows


@dataclass(frozen=True)
class CheckpointImages:
    """Images (N, D) and labels (N,) of one part of a data set.

    changed: whether the data set has other labels than when the checkpoint was trained on it, and so another split.
    """

    data: str
    split: Split
    images: NDArray | Rows
    labels: NDArray
    classes: int
    shape: tuple[int, ...]
    names: tuple[str, ...]
    changed: bool = False

    def __str__(self) -> str:
        return f"{self.data}, {self.split}: {len(self.labels):,} images"

    def place(self, index: int) -> str:
        """Where an image is counted: in this part; and among all training images, as `data` counts them."""
        among = f" (data --index {self.images.index[index]})" if isinstance(self.images, Rows) else ""
        return f"{self.data}, {self.split}: image {index} of {len(self.labels):,}{among}"

    def image(self, index: int) -> tuple[NDArray, NDArray]:
        """One image (1, D) and its label (1,). Raises InputError if there is none of this index."""
        if not 0 <= index < len(self.labels):
            raise InputError(f"--index {index}: {self.data}, {self.split} has the images 0 ... {len(self.labels) - 1}")
        return self.images[index : index + 1], self.labels[index : index + 1]


def data_name(checkpoint: Checkpoint, data: str | None) -> str:
    """The data set that `select` takes a part of: the one that is named, or that of the checkpoint.

    Raises InputError if that was a path, and nothing is there now.
    """
    if data is None:
        check_data_is_here(checkpoint, "or name it by --data")
    return data or checkpoint.data or "mnist5k"


def check_data_is_here(checkpoint: Checkpoint, advice: str = "") -> None:
    """Raise InputError if the checkpoint was trained on data of one's own, and the path leads nowhere from here."""
    name = checkpoint.data
    if name is not None and name not in SOURCES and not os.path.exists(name):
        where = f"{name}, which is not there: go to the folder from which it was trained"
        raise InputError(f"the checkpoint was trained on {where}" + (f", {advice}" if advice else ""))


def select(
    checkpoint: Checkpoint,
    data: str | None,
    root: Path | None,
    split: Split | None,
    check: Callable[[CheckpointImages], object] = lambda _: None,
) -> CheckpointImages:
    """A part of a data set for the checkpoint to classify: by default of its own, test images if there are any.

    Of other data of one's own without test images it is all of them.

    check: called before a download with zeros for the images, and with what is returned. Raises what it raises, and
    InputError if the data are not there, have no such part, or other pixels or classes than the checkpoint.
    """

    def checked(dataset: Dataset) -> CheckpointImages:
        selected = _part(checkpoint, dataset, split)
        check(selected)
        return selected

    return checked(load(data_name(checkpoint, data), root, checkpoint.prepared, check=checked))


def _part(checkpoint: Checkpoint, dataset: Dataset, split: Split | None) -> CheckpointImages:
    own = _is_own(checkpoint, dataset) and checkpoint.chosen
    problem = Problem(dataset, _for_split(own or Hyperparameters(epochs=1)))
    checkpoint.check_names(problem)
    checkpoint.check_shape(problem)
    # of other images of one's own none was trained on
    rest = Split.all if is_path(dataset.name) and checkpoint.data and not own else Split.validation
    usual = Split.test if problem.test else rest
    split = split or usual
    if split is Split.all and problem.test:
        raise InputError(f"{dataset.name} has test images apart, so it has no split all; take --split {usual}")
    part = dataset.train if split is Split.all else getattr(problem, split)
    if part is None or not len(part[1]):
        raise InputError(f"{dataset.name} has no {split} images; take --split {usual}")
    images, labels = part
    changed = bool(own) and split in (Split.train, Split.validation) and _has_changed(checkpoint, problem)
    return CheckpointImages(dataset.name, split, images, labels, problem.classes, problem.shape, problem.names, changed)


def _for_split(chosen: Hyperparameters) -> Hyperparameters:
    # some images may be gone; no step is taken
    return replace(chosen, batch_size=1)


def _is_own(checkpoint: Checkpoint, dataset: Dataset) -> bool:
    """True for the data that the checkpoint was trained on, also where they have been moved."""
    if same_data(dataset.name, checkpoint.data):
        return True
    known = checkpoint.checksums
    if not (is_path(dataset.name) and checkpoint.chosen and known):
        return False
    try:
        problem = Problem(dataset, _for_split(checkpoint.chosen))
    except InputError:
        # too few for what was chosen
        return False
    # most others have other labels, which are read at once
    return (
        not _has_changed(checkpoint, problem) and checksum(problem.train[0], problem.validation[0]) == known["images"]
    )


def _has_changed(checkpoint: Checkpoint, problem: Problem) -> bool:
    # the labels alone: to read all images would take long
    known = (checkpoint.checksums or {}).get("labels")
    return known is not None and known != checksum(problem.train[1], problem.validation[1])


def names_from(checkpoint: Checkpoint, data: str | None) -> str | None:
    """The data set that `class_names` asks; None if it asks none."""
    known = None if checkpoint.names or checkpoint.data not in SOURCES else checkpoint.data
    return data or known


def same_data(name: str, other: str | None) -> bool:
    """True if both are the same name, or paths of the same file or folder."""
    paths = other is not None and is_path(name) and is_path(other)
    return name == other or (paths and os.path.realpath(name) == os.path.realpath(str(other)))


def class_names(checkpoint: Checkpoint, data: str | None, root: Path | None) -> tuple[str, ...]:
    """A name for each class: of the data set if one is given, else as the checkpoint has them, else numbers.

    A checkpoint of version 0.2 has none; its data set is asked if that needs no download. Raises InputError if the
    data set is not there, or has another number of classes, or is one's own with others.
    """
    classes, name = len(checkpoint.state.b), names_from(checkpoint, data)
    if name is None or (data is None and not SOURCES[name].is_here(root)):
        return checkpoint.names or tuple(map(str, range(classes)))

    def check(dataset: Dataset) -> None:
        if dataset.classes != classes:
            raise InputError(f"the checkpoint has {classes} classes; {dataset.name} has {dataset.classes}")

    dataset = load(name, root, checkpoint.prepared, check=check)
    check(dataset)
    checkpoint.check_names(dataset)
    return dataset.names
