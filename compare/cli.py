"""The command line: prove (the default) and train."""

import itertools
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from typer.core import TyperGroup

from compare import backends, report, results
from compare.datasets import DATA_ROOT_VARIABLE, SOURCES, load
from compare.errors import InputError
from compare.files import check_writable
from compare.problem import Hyperparameters, Problem, checksum
from compare.proof import prove as prove_one

INTERRUPTED = 130


class ProveByDefault(TyperGroup):
    """`python -m compare --lr 0.1` is `python -m compare prove --lr 0.1`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `prove` in front of arguments that begin with an option, or of none."""
        if not args or (args[0].startswith("-") and args[0] != "--help"):
            args = ["prove", *args]
        return super().parse_args(ctx, args)


class Dtype(StrEnum):
    """The precisions of the proof."""

    float32 = "float32"
    float64 = "float64"
    both = "both"


class TrainDtype(StrEnum):
    """The precisions of one training run."""

    float32 = "float32"
    float64 = "float64"


app = typer.Typer(
    cls=ProveByDefault,
    help="One softmax regression, in NumPy by hand and in PyTorch, and the proof that they are the same. "
    "Without a command: prove.",
    epilog="Example: python -m compare --data digits --lr 0.1",
    add_completion=False,
    pretty_exceptions_enable=False,
)

defaults = Hyperparameters(epochs=1)
DataName = Annotated[str, typer.Option("--data", help=f"Data set: {', '.join(SOURCES)}.")]
DataRoot = Annotated[
    Path | None, typer.Option("--data-root", envvar=DATA_ROOT_VARIABLE, help="Folder that holds MNIST/raw.")
]
Epochs = Annotated[
    int | None, typer.Option("--epochs", help="Passes over the training images; unless given, 9,600 steps.")
]
BatchSize = Annotated[int, typer.Option("--batch-size", help="Images a step.")]
LearningRate = Annotated[float, typer.Option("--lr", help="Learning rate.")]
Seed = Annotated[int, typer.Option("--seed", help="Of weights, split and batch order.")]
ValFraction = Annotated[float, typer.Option("--val-fraction", help="Share of the images held out.")]
Json = Annotated[Path | None, typer.Option("--json", help="Write the result to this file.", metavar="FILE")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print the last line only.")]


@app.command(epilog="Example: python -m compare prove --data mnist --data-root data --json proof.json")
def prove(
    data: DataName = "mnist5k",
    data_root: DataRoot = None,
    epochs: Epochs = None,
    batch_size: BatchSize = defaults.batch_size,
    lr: LearningRate = defaults.lr,
    seed: Seed = defaults.seed,
    val_fraction: ValFraction = defaults.val_fraction,
    dtype: Annotated[Dtype, typer.Option("--dtype", help="Precision.")] = Dtype.both,
    json: Json = None,
    quiet: Quiet = False,
) -> int:
    """Train both sides from one start on the same batches and compare every step.

    Exit code 0: match, 1: differ, 2: could not compare.
    """
    _check_output(json)
    problem = _problem(data, data_root, epochs, batch_size, lr, seed, val_fraction)
    console = Console(highlight=False)
    if not quiet:
        report.print_problem(console, problem)
    dtypes = ["float32", "float64"] if dtype == Dtype.both else [dtype.value]
    runs = []
    with _progress(len(dtypes) * problem.steps, quiet) as advance:
        for name in dtypes:
            run = prove_one(problem, name, on_step=lambda epoch, _, name=name: advance(f"{name} epoch {epoch}"))
            runs.append(run)
    if json:
        results.write_json(json, results.proof_as_dict(problem, runs))
    if quiet:
        report.print_verdict(console, runs, verbose=False)
    else:
        report.print_proof(console, problem, runs)
    return 0 if results.verdict(runs) == "match" else 1


@app.command(epilog="Example: python -m compare train --backend scratch --data digits --lr 0.1")
def train(
    backend: Annotated[str, typer.Option("--backend", help=f"One of {', '.join(backends.MODULES)}.")],
    data: DataName = "mnist5k",
    data_root: DataRoot = None,
    epochs: Epochs = None,
    batch_size: BatchSize = defaults.batch_size,
    lr: LearningRate = defaults.lr,
    seed: Seed = defaults.seed,
    val_fraction: ValFraction = defaults.val_fraction,
    dtype: Annotated[TrainDtype, typer.Option("--dtype", help="Precision.")] = TrainDtype.float32,
    json: Json = None,
    quiet: Quiet = False,
) -> int:
    """Train one side alone on the problem of the proof; its weights end bit-identical to the proof's.

    Each line gives validation loss and accuracy. Exit code 0: trained, 2: could not train.
    """
    _check_output(json)
    side = backends.module(backend)
    problem = _problem(data, data_root, epochs, batch_size, lr, seed, val_fraction)
    model = side.SoftmaxRegression(*problem.start(dtype.value))
    began = time.perf_counter()
    with backends.one_blas_thread(), _progress(problem.steps, quiet, plain=False) as advance:
        try:
            history = side.fit(
                model,
                problem.train,
                problem.validation,
                problem.batches,
                problem.chosen.lr,
                on_step=lambda epoch, *_: advance(f"epoch {epoch}"),
                on_epoch=lambda record: None if quiet else _tell(record, problem.chosen.epochs),
            )
        except FloatingPointError as error:
            raise InputError(f"{error}; training diverges, try a smaller --lr") from None
    seconds = time.perf_counter() - began
    weights = checksum(np.asarray(model.weight), np.asarray(model.bias))
    test = side.evaluate(model, *problem.test) if problem.test else None
    if json:
        content = {
            "backend": backend,
            "dtype": dtype.value,
            **results.problem_as_dict(problem),
            "curve": history,
            "test": test and test.accuracy,
            "seconds": seconds,
            "weights": weights,
            **results.versions(),
        }
        results.write_json(json, content)
    if quiet:
        _tell(history[-1], problem.chosen.epochs)
    elif test:
        print(f"test accuracy: {test.accuracy:.4f}")
    if not quiet:
        print(f"final weights {weights[:8]}, as in the proof in {dtype.value}")
    return 0


def main() -> None:
    """Run the command line; a user's mistake is one line on stderr and exit code 2, Ctrl-C is 130."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    try:
        code = app(prog_name="python -m compare", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except InputError as error:
        code = _refuse(str(error))
    except Exception as error:
        # what Typer raises for a bad command line has no public base class, but it has this method
        if not hasattr(error, "format_message"):
            raise
        code = _refuse(error.format_message())
    # Typer turns Ctrl-C into this code or into Abort, depending on its version
    if code == INTERRUPTED:
        print("interrupted", file=sys.stderr)
    sys.exit(code)


def _refuse(message: str) -> int:
    print("error:", " ".join(message.split()), file=sys.stderr)
    return 2


def _problem(
    data: str,
    data_root: Path | None,
    epochs: int | None,
    batch_size: int,
    lr: float,
    seed: int,
    val_fraction: float,
) -> Problem:
    if data not in SOURCES:
        raise InputError(f"unknown data set {data!r}; known: {', '.join(SOURCES)}")
    chosen = Hyperparameters(SOURCES[data].epochs if epochs is None else epochs, batch_size, lr, seed, val_fraction)
    return Problem(load(data, data_root), chosen)


def _check_output(path: Path | None) -> None:
    try:
        if path:
            check_writable(path)
    except OSError as error:
        raise InputError(f"--json {path}: cannot be written: {error.strerror}") from None


def _tell(record: dict[str, Any], epochs: int) -> None:
    if record["epoch"]:
        loss, accuracy = record["val_loss"], record["val_accuracy"]
        print(f"Epoch [{record['epoch']}/{epochs}], Loss: {loss:.4f}, accuracy: {accuracy:.4f}", flush=True)


@contextmanager
def _progress(steps: int, quiet: bool, plain: bool = True) -> Iterator[Callable[[str], None]]:
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
