"""Options that several commands share, each written once."""

import functools
import inspect
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from compare.backends.by_name import MODULES, is_path
from compare.backends.worker import run_apart
from compare.data.registry import DATA_ROOT_VARIABLE, SOURCES, load
from compare.errors import InputError
from compare.files import check_writable, folder_fault
from compare.problem import Hyperparameters, Problem
from compare.report import as_json as results
from compare.report import pictures
from compare.training.checkpoint_images import Split

defaults = Hyperparameters(epochs=1)


class Dtype(StrEnum):
    """The precisions of one training run."""

    float32 = "float32"
    float64 = "float64"


DataName = Annotated[str, typer.Option("--data", help=f"Data set: {', '.join(SOURCES)}.")]
DataRoot = Annotated[
    Path | None,
    typer.Option("--data-root", envvar=DATA_ROOT_VARIABLE, help="Folder that holds MNIST/raw, or other downloads."),
]
OptionalData = Annotated[
    str | None, typer.Option("--data", help="Data set; unless given, that of the checkpoint, or mnist5k.")
]
WhichBackend = Annotated[
    str, typer.Option("--backend", help=f"One of {', '.join(MODULES)}, or a Python file of your own.")
]
Json = Annotated[
    Path | None, typer.Option("--json", help="Write the result to this file; - is stdout.", metavar="FILE")
]
CheckpointFile = Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="A file of train --save, or of PyTorch.")]
WhichSplit = Annotated[Split | None, typer.Option("--split", help="Test images if there are any, else validation.")]
Picture = Annotated[Path | None, typer.Option("--picture", metavar="FILE", help="Draw to this PNG or SVG.")]
Pictures = Annotated[Path | None, typer.Option("--pictures", metavar="FOLDER", help="Draw here, as PNG and SVG.")]
RunName = Annotated[str | None, typer.Option("--run", metavar="NAME", help="Keep all of this run in a folder.")]
RunsRoot = Annotated[Path, typer.Option("--runs-root", metavar="FOLDER", help="Where the folders of runs are.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print the last line only.")]


@dataclass(frozen=True)
class ProblemOptions:
    """What makes a problem, as typed on the command line; the names are those of the options."""

    data: DataName = "mnist5k"
    data_root: DataRoot = None
    epochs: Annotated[int | None, typer.Option(help="Passes over the training images; unless given, 9,600 steps.")] = (
        None
    )
    batch_size: Annotated[int, typer.Option(help="Images a step.")] = defaults.batch_size
    lr: Annotated[float, typer.Option(help="Learning rate.")] = defaults.lr
    momentum: Annotated[float, typer.Option(help="Share of its speed that a step keeps.")] = defaults.momentum
    dampening: Annotated[float, typer.Option(help="Share of the gradient that momentum leaves out.")] = (
        defaults.dampening
    )
    weight_decay: Annotated[float, typer.Option(help="Share of the weights in their gradient.")] = defaults.weight_decay
    nesterov: Annotated[bool, typer.Option("--nesterov", help="Take the gradient's momentum one step ahead.")] = (
        defaults.nesterov
    )
    seed: Annotated[int, typer.Option(help="Of weights, split and batch order.")] = defaults.seed
    val_fraction: Annotated[float, typer.Option(help="Share of the images held out.")] = defaults.val_fraction
    train_subset: Annotated[int | None, typer.Option(help="Train on this many images only.", metavar="N")] = (
        defaults.train_subset
    )

    def problem(self) -> Problem:
        """Check the choices, then load the data. Raises InputError for what cannot be."""
        if self.data not in SOURCES:
            raise InputError(f"unknown data set {self.data!r}; known: {', '.join(SOURCES)}")
        chosen = {field.name: getattr(self, field.name) for field in fields(Hyperparameters)}
        if self.epochs is None:
            chosen["epochs"] = SOURCES[self.data].epochs
        hyperparameters = Hyperparameters(**chosen)
        return Problem(load(self.data, self.data_root), hyperparameters)


def takes_problem(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options of a problem in place of its parameter `chosen`."""
    options = inspect.signature(ProblemOptions, eval_str=True).parameters
    signature = inspect.signature(command, eval_str=True)
    others = [parameter for name, parameter in signature.parameters.items() if name != "chosen"]
    keyword = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in [*others, *options.values()]]

    @functools.wraps(command)
    def with_options(**values: object) -> int:
        chosen = ProblemOptions(**{name: values.pop(name) for name in options})
        return command(chosen=chosen, **values)

    with_options.__signature__ = signature.replace(parameters=keyword)
    with_options.__annotations__ = {parameter.name: parameter.annotation for parameter in keyword}
    return with_options


def check_output(path: Path | None, option: str = "--json") -> None:
    """Raise InputError now, before the work, if the file could not be written after it.

    For JSON on stdout: what else a command says goes to stderr from here on.
    """
    if path == results.STDOUT:
        results.claim_stdout()
    try:
        if path and path != results.STDOUT:
            check_writable(path)
    except OSError as error:
        raise InputError(f"{option} {path}: cannot be written: {error.strerror}") from None


def check_folder(path: Path | None, option: str = "--pictures") -> None:
    """Raise InputError now, before the work, if the folder could not be made or written to after it."""
    if path and (fault := folder_fault(path)):
        raise InputError(f"{option} {path}: {fault}")


def check_picture(path: Path | None) -> None:
    """Raise InputError now if the name is of no kind of picture, or the file could not be written after the work."""
    if path:
        pictures.check_picture(path)
        check_output(path, "--picture")


def isolated(*specs: str) -> int | None:
    """If one of these backends is somebody's file: run the command in a child, and return its exit code."""
    paths = [spec for spec in specs if is_path(spec)]
    return run_apart(paths) if paths else None


@contextmanager
def progress(steps: int, quiet: bool, plain: bool = True) -> Iterator[Callable[[str], None]]:
    """Yield a function to call after each step: a bar on a terminal, else (if `plain`) a line at each tenth."""
    console = Console(stderr=True)
    done, began = itertools.count(1), time.perf_counter()

    def line(what: str) -> None:
        tenths, rest = divmod(10 * next(done), steps)
        if rest < 10:
            left = (time.perf_counter() - began) * (10 - tenths) / tenths
            print(f"{10 * tenths} %: {what}, about {left:.0f} s left", file=sys.stderr, flush=True)

    if quiet or not (console.is_terminal or plain):
        yield lambda _: None
    elif not console.is_terminal:
        yield line
    else:
        columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
        # where stdout is a file, its lines belong there and not above the bar
        with Progress(*columns, console=console, transient=True, redirect_stdout=sys.stdout.isatty()) as bar:
            task = bar.add_task("", total=steps)
            yield lambda what: bar.update(task, advance=1, description=what)
