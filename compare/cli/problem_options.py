"""The options of a problem, each written once, and the problem that they make."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any

from compare.cli.options import (
    DATA,
    TRAINING,
    DataName,
    DataRoot,
    Grey,
    Size,
    called_as,
    flag,
    option,
)
from compare.cli.progress import progress
from compare.data.dataset import Dataset
from compare.data.prepared import Prepared
from compare.data.registry import SOURCES, check_name, is_path, load, usual_epochs
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem

defaults = Hyperparameters(epochs=1)
# Of more images, whatever share of them is trained on, the usual number is left.
MANY = 10_000
_EPOCHS = ", ".join(f"{SOURCES[name].epochs} for {name}" for name in ("mnist5k", "digits", "mnist"))

LearningRate = Annotated[float, option(TRAINING, help="Learning rate: how far a step goes.")]


@dataclass(frozen=True)
class ProblemOptions:
    """What makes a problem, as typed on the command line; the names are those of the options."""

    lr: LearningRate = defaults.lr
    epochs: Annotated[
        int | None,
        option(
            TRAINING,
            metavar="N",
            help=f"Passes over the training images. Default: {_EPOCHS}; of your own data as many as make 9,600 steps.",
        ),
    ] = None
    batch_size: Annotated[
        int | None,
        option(
            TRAINING,
            metavar="N",
            help=f"Images in a step. Default: {defaults.batch_size}; of your own data all, if there are fewer.",
        ),
    ] = None
    momentum: Annotated[
        float, option(TRAINING, help="Share of the last step that the next one keeps: 0 = off, 0.9 is usual.")
    ] = defaults.momentum
    nesterov: Annotated[bool, flag(TRAINING, "--nesterov", "Nesterov's form of momentum; needs --momentum.")] = (
        defaults.nesterov
    )
    weight_decay: Annotated[
        float, option(TRAINING, help="Pull of the weights towards 0: 0 = off, 0.0001 is usual.")
    ] = defaults.weight_decay
    dampening: Annotated[float, option(TRAINING, help="Share of the gradient that momentum omits: 0 = off.")] = (
        defaults.dampening
    )
    seed: Annotated[int, option(TRAINING, help="Start of the random numbers: weights, split, batch order.")] = (
        defaults.seed
    )
    data: DataName = "mnist5k"
    val_fraction: Annotated[float, option(DATA, help="Share of the images that is kept for validation.")] = (
        defaults.val_fraction
    )
    train_subset: Annotated[int | None, option(DATA, metavar="N", help="Train on N images only.")] = (
        defaults.train_subset
    )
    data_root: DataRoot = None
    size: Size = None
    grey: Grey = False

    def problem(self, quiet: bool = False, check: Callable[[Problem], object] = lambda _: None) -> Problem:
        """Check the choices, then load the data, with a bar unless quiet. Raises InputError for what cannot be.

        check: raises InputError for more that cannot be; called before a download with zeros for the images.
        """
        check_name(self.data)
        own = is_path(self.data)
        chosen = {field.name: getattr(self, field.name) for field in fields(Hyperparameters)}
        if self.epochs is None:
            chosen["epochs"] = 1 if own else SOURCES[self.data].epochs
        if self.batch_size is None:
            chosen["batch_size"] = defaults.batch_size
        # it checks them, before anything is loaded
        hyperparameters = Hyperparameters(**chosen)

        def checked(data: Dataset) -> Problem:
            usual = hyperparameters
            if self.batch_size is None and own:
                usual = replace(usual, batch_size=_usual_batch_size(data, usual))
            problem = Problem(data, usual)
            if self.epochs is None and own:
                problem = Problem(data, replace(usual, epochs=usual_epochs(problem.steps_per_epoch)))
            check(problem)
            return problem

        return checked(load_data(self.data, self.data_root, Prepared(self.size, self.grey), quiet, checked))


def _usual_batch_size(data: Dataset, chosen: Hyperparameters) -> int:
    """All images that are trained on, where these are fewer than usually in a step; a note says so.

    Raises InputError if there is none.
    """
    if len(data.train[1]) > MANY:
        return chosen.batch_size
    images = len(Problem(data, replace(chosen, batch_size=1)).train[1])
    if images < chosen.batch_size:
        # it is needed for data of one's own only
        from compare.data.own_data import tell

        tell(f"{images} images of {data.name} to train on, so a step has all of them; --batch-size takes fewer")
    return min(images, chosen.batch_size)


def load_data(
    name: str,
    root: Path | None,
    prepared: Prepared,
    quiet: bool = False,
    check: Callable[[Dataset], object] | None = None,
) -> Dataset:
    """Load a data set; a bar shows how far pictures are read. Raises InputError, also for options of no meaning.

    check: see `load`.
    """
    dataset = load(name, root, prepared, functools.partial(progress, quiet=quiet, plain=False), check)
    if prepared.asked and dataset.prepared is None:
        raise InputError(f"--size and --grey are for folders of pictures; the images of {name} are as they are")
    return dataset


def takes_problem(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options of a problem, which are the fields of its parameter `chosen`, in place of that."""
    signature = inspect.signature(command, eval_str=True)
    kind = signature.parameters["chosen"].annotation
    options = inspect.signature(kind, eval_str=True).parameters
    parameters: list[inspect.Parameter] = []
    for name, parameter in signature.parameters.items():
        parameters += options.values() if name == "chosen" else [parameter]
    keyword = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]

    def with_options(**values: Any) -> int:
        chosen = kind(**{name: values.pop(name) for name in options})
        return command(chosen=chosen, **values)

    return called_as(command, keyword, with_options)
