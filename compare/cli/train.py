"""`train`: one side alone."""

import functools
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from numpy.typing import NDArray

from compare.backends.devices import DEVICES, device
from compare.cli.options import (
    Dtype,
    Json,
    Pictures,
    ProblemOptions,
    Quiet,
    RunName,
    RunsRoot,
    WhichBackend,
    check_folder,
    check_output,
    isolated,
    progress,
    takes_problem,
)
from compare.errors import InputError
from compare.problem import Problem, checksum
from compare.report import as_json as results
from compare.report import pictures as drawing
from compare.report import saved_runs as records
from compare.training import published
from compare.training.advice import advice
from compare.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from compare.training.loop import Training
from compare.training.train import go_on, start
from scratch import Record

Device = StrEnum("Device", {name: name for name in DEVICES})


@takes_problem
def train(
    context: typer.Context,
    chosen: ProblemOptions,
    backend: WhichBackend,
    dtype: Annotated[Dtype | None, typer.Option("--dtype", help="Precision; float32 unless given.")] = None,
    device_name: Annotated[Device, typer.Option("--device", help="Where torch works.")] = Device.cpu,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Keep a checkpoint here, at Ctrl-C too.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", metavar="FILE", help="Go on from a checkpoint, of either backend.")
    ] = None,
    log_every: Annotated[int | None, typer.Option("--log-every", metavar="N", help="A line every N steps too.")] = None,
    pictures: Pictures = None,
    run_name: RunName = None,
    runs_root: RunsRoot = Path("runs"),
    json: Json = None,
    quiet: Quiet = False,
) -> int:
    """Train one side alone on the problem of the proof; its weights end bit-identical to the proof's.

    Each line gives validation loss and accuracy, then those of training.
    Exit code 0: trained, 2: could not train, 130: interrupted.
    """
    check_output(json)
    if (code := isolated(backend)) is not None:
        return code
    check_output(save, "--save")
    check_folder(pictures)
    if run_name:
        records.check_name(runs_root, run_name)
    if log_every is not None and log_every < 1:
        raise InputError(f"--log-every must be at least 1 step, not {log_every}")
    checkpoint = load_checkpoint(resume) if resume else None
    problem = _resumed_problem(resume, checkpoint, chosen, context) if checkpoint else chosen.problem()
    name = checkpoint.dtype if checkpoint else (dtype or Dtype.float32).value
    training = start(problem, backend, name, device=device(device_name.value, backend, name), checkpoint=checkpoint)
    began = time.perf_counter()
    _run(training, save, quiet, log_every)
    content = _as_dict(training, name, time.perf_counter() - began)
    if json:
        results.write_json(json, content)
    if pictures:
        drawing.save_pictures(_pictures(training), pictures)
    if run_name:
        _keep(training, runs_root, run_name, content)
    if quiet:
        _tell(training.history[-1], problem)
    else:
        if content["test"] is not None:
            print(f"test accuracy: {content['test']:.4f}")
        if save:
            print(f"checkpoint: {save}")
        print(content["advice"])
        ends = "" if resume else f", those that `prove` ends with in {name}"
        print(f"final weights {content['weights'][:8]}{ends}")
    return 0


def _run(training: Training, save: Path | None, quiet: bool, log_every: int | None) -> None:
    """Train to the end, with a line for each epoch."""
    problem = training.problem
    with progress(_left(training), quiet, plain=False) as advance:

        def on_step(epoch: int, step: int, _index: NDArray, steps: Sequence[Any]) -> None:
            advance(f"epoch {epoch}")
            if log_every and not quiet and step % log_every == 0:
                at = f"Epoch: [{epoch}/{problem.chosen.epochs}], Step: [{step}/{problem.steps_per_epoch}]"
                print(f"{at}, Loss: {training.side.tally(steps[0]).loss:.4f}", flush=True)

        def on_epoch(records: Sequence[Record]) -> None:
            if not quiet:
                _tell(records[0], problem)

        try:
            go_on(training, on_step, on_epoch, save)
        except KeyboardInterrupt:
            if not (save and training.history):
                print("nothing is saved: that takes --save FILE", file=sys.stderr)
            raise


def _as_dict(training: Training, dtype: str, seconds: float) -> dict[str, Any]:
    """What --json writes."""
    problem = training.problem
    return {
        "backend": training.name,
        "dtype": dtype,
        **results.problem_as_dict(problem),
        "curve": [record._asdict() for record in training.history],
        "advice": advice(problem, training.history),
        "test": training.side.evaluate(*problem.test).accuracy if problem.test else None,
        "seconds": seconds,
        "weights": checksum(*training.side.state()[:2]),
        **results.versions(),
    }


def _pictures(training: Training) -> dict[str, Any]:
    """Curves, and the templates before and after."""
    problem, W = training.problem, training.side.state().W
    curve = published.CURVE if published.applies(problem) else None
    return {
        "curves": drawing.curves({training.name: training.history}, curve),
        "templates": drawing.templates(problem.start(W.dtype.name)[0], W, problem.shape, problem.names),
    }


def _keep(training: Training, root: Path, name: str, content: dict[str, Any]) -> None:
    """Keep everything in a folder."""
    last = training.history[-1]
    summary = {"verdict": None, "val_loss": last.val_loss, "val_accuracy": last.val_accuracy}
    content = content | {"command": f"train {training.name}", "summary": summary}
    histories, save = {training.name: training.history}, functools.partial(save_checkpoint, training=training)
    records.keep(root, name, content, histories, _pictures(training), save)


def _left(training: Training) -> int:
    problem, done = training.problem, training.progress
    return max(1, problem.steps - max(0, len(done.history) - 1) * problem.steps_per_epoch - done.step)


def _resumed_problem(path: Path, checkpoint: Checkpoint, chosen: ProblemOptions, context: typer.Context) -> Problem:
    if checkpoint.chosen is None:
        raise InputError(
            f"{path}: holds weights only, not how they were trained; --resume needs a file of train --save"
        )
    fixed = {"dtype", *(field.name for field in fields(chosen))} - {"data_root", "epochs"}
    given = sorted(name for name in fixed if context.get_parameter_source(name).name == "COMMANDLINE")
    if given:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise InputError(f"--resume takes what was chosen from {path}; leave away {options}")
    kept = asdict(checkpoint.chosen) | ({"epochs": chosen.epochs} if chosen.epochs else {})
    done = len(checkpoint.progress.history) - 1
    if kept["epochs"] < done:
        raise InputError(f"{path}: has {done} epochs behind it already; --epochs cannot be {kept['epochs']}")
    problem = replace(chosen, data=checkpoint.data, **kept).problem()
    for what in ("images", "labels", "split"):
        if problem.checksums[what] != checkpoint.checksums[what]:
            raise InputError(f"{path}: was trained on other {what} than those of {problem.name} here")
    return problem


def _tell(record: Record, problem: Problem) -> None:
    if record.epoch:
        validation = f"Loss: {record.val_loss:.4f}, accuracy: {record.val_accuracy:.4f}"
        training = f"training loss: {record.train_loss:.4f}, accuracy: {record.train_accuracy:.4f}"
        print(f"Epoch [{record.epoch}/{problem.chosen.epochs}], {validation} ({training})", flush=True)
