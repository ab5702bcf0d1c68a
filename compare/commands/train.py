"""`train`: one side alone."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from compare import backends, published, records, results
from compare import pictures as drawing
from compare.attempt import AttemptError
from compare.backends import side_name
from compare.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from compare.commands.options import (
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
from compare.devices import DEVICES, device
from compare.errors import InputError
from compare.problem import Problem, checksum
from compare.remarks import remark

# Between checkpoints of a run that goes on.
SECONDS_BETWEEN_SAVES = 2.0

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
    side = backends.module(backend)
    checkpoint = load_checkpoint(resume) if resume else None
    problem = _resumed_problem(resume, checkpoint, chosen, context) if checkpoint else chosen.problem()
    name = checkpoint.dtype if checkpoint else (dtype or Dtype.float32).value
    W, b = (checkpoint.weight, checkpoint.bias) if checkpoint else problem.start(name)
    model = side.SoftmaxRegression(W, b)
    where = device(device_name.value, backend, name)
    if where != "cpu":
        model.to(where)
    backend = side_name(backend)
    training = Training(side, backend, model, problem, checkpoint.state if checkpoint else {})
    began = time.perf_counter()
    training.run(save, quiet, log_every)
    content = training.as_dict(name, time.perf_counter() - began)
    if json:
        results.write_json(json, content)
    if pictures:
        drawing.save_pictures(training.pictures(), pictures)
    if run_name:
        training.keep(runs_root, run_name, content)
    if quiet:
        _tell(training.state["history"][-1], problem)
    else:
        if content["test"] is not None:
            print(f"test accuracy: {content['test']:.4f}")
        if save:
            print(f"checkpoint: {save}")
        print(content["remark"])
        ends = "" if resume else f", those that `prove` ends with in {name}"
        print(f"final weights {content['weights'][:8]}{ends}")
    return 0


@dataclass
class Training:
    """One side in training; `state` is kept up to date by its `fit`."""

    side: Any
    backend: str
    model: Any
    problem: Problem
    state: dict[str, Any]

    def run(self, save: Path | None, quiet: bool, log_every: int | None) -> None:
        """Train to the end. Raises InputError if training diverges, KeyboardInterrupt (having saved) at Ctrl-C."""
        problem, saved = self.problem, time.monotonic()
        with _between_steps() as check, backends.threads(1), progress(self._left(), quiet, plain=False) as advance:

            def on_step(epoch: int, step: int, loss: float) -> None:
                advance(f"epoch {epoch}")
                if log_every and not quiet and step % log_every == 0:
                    at = f"Epoch: [{epoch}/{problem.chosen.epochs}], Step: [{step}/{problem.steps_per_epoch}]"
                    print(f"{at}, Loss: {loss:.4f}", flush=True)
                check()

            def on_epoch(record: dict[str, Any]) -> None:
                nonlocal saved
                if not quiet:
                    _tell(record, problem)
                if save and time.monotonic() - saved > SECONDS_BETWEEN_SAVES:
                    self._save(save)
                    saved = time.monotonic()

            try:
                self.side.fit(
                    self.model,
                    problem.train,
                    problem.validation,
                    problem.batches,
                    **problem.chosen.descent,
                    on_step=on_step,
                    on_epoch=on_epoch,
                    state=self.state,
                )
            except AttemptError as error:
                raise error.at(self._where()) from None
            except FloatingPointError as error:
                raise InputError(f"{error}; training diverges, try a smaller --lr") from None
            except KeyboardInterrupt:
                if save and self.state.get("history"):
                    self._save(save)
                else:
                    print("nothing is saved: that takes --save FILE", file=sys.stderr)
                raise
            if save:
                self._save(save)

    def as_dict(self, dtype: str, seconds: float) -> dict[str, Any]:
        """What --json writes."""
        test = self.side.evaluate(self.model, *self.problem.test) if self.problem.test else None
        return {
            "backend": self.backend,
            "dtype": dtype,
            **results.problem_as_dict(self.problem),
            "curve": self.state["history"],
            "remark": remark(self.problem, self.state["history"]),
            "test": test and test.accuracy,
            "seconds": seconds,
            "weights": checksum(np.asarray(self.model.weight), np.asarray(self.model.bias)),
            **results.versions(),
        }

    def pictures(self) -> dict[str, Any]:
        """Curves, and the templates before and after."""
        problem, W = self.problem, np.asarray(self.model.weight)
        curve = published.CURVE if published.applies(problem) else None
        return {
            "curves": drawing.curves({self.backend: self.state["history"]}, curve),
            "templates": drawing.templates(problem.start(W.dtype.name)[0], W, problem.shape, problem.names),
        }

    def keep(self, root: Path, name: str, content: dict[str, Any]) -> None:
        """Keep everything in a folder."""
        last = self.state["history"][-1]
        summary = {"verdict": None, "val_loss": last["val_loss"], "val_accuracy": last["val_accuracy"]}
        content = content | {"command": f"train {self.backend}", "summary": summary}
        records.keep(root, name, content, {self.backend: self.state["history"]}, self.pictures(), self._save)

    def _where(self) -> str:
        """The place in training that comes next."""
        epoch, step = len(self.state["history"]), self.state["step"]
        if epoch == 0:
            return "in the evaluation before training"
        over = step == self.problem.steps_per_epoch
        return f"in the evaluation after epoch {epoch}" if over else f"at epoch {epoch}, step {step + 1}"

    def _left(self) -> int:
        done = max(0, len(self.state.get("history", [])) - 1) * self.problem.steps_per_epoch
        return max(1, self.problem.steps - done - self.state.get("step", 0))

    def _save(self, path: Path) -> None:
        save_checkpoint(path, self.backend, self.model, self.problem, self.state)


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
    done = len(checkpoint.state["history"]) - 1
    if kept["epochs"] < done:
        raise InputError(f"{path}: has {done} epochs behind it already; --epochs cannot be {kept['epochs']}")
    problem = replace(chosen, data=checkpoint.data, **kept).problem()
    for what in ("images", "labels", "split"):
        if problem.checksums[what] != checkpoint.checksums[what]:
            raise InputError(f"{path}: was trained on other {what} than those of {problem.name} here")
    return problem


@contextmanager
def _between_steps() -> Iterator[Callable[[], None]]:
    """Put Ctrl-C off to the next call of what is yielded, so that it never falls into a step, a record or a save."""
    pressed = False

    def press(*_: object) -> None:
        nonlocal pressed
        pressed = True

    def check() -> None:
        if pressed:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, press)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)


def _tell(record: dict[str, Any], problem: Problem) -> None:
    if record["epoch"]:
        validation = f"Loss: {record['val_loss']:.4f}, accuracy: {record['val_accuracy']:.4f}"
        training = f"training loss: {record['train_loss']:.4f}, accuracy: {record['train_accuracy']:.4f}"
        print(f"Epoch [{record['epoch']}/{problem.chosen.epochs}], {validation} ({training})", flush=True)
