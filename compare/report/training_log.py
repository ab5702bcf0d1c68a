"""What a training prints while it runs, in lines of 80 columns."""

import math
from dataclasses import dataclass
from typing import Any

from compare.errors import InputError
from compare.problem import Problem
from compare.report.tables import RUNNING, WHY_LOWER, per_cent, short, wrapped
from compare.training.loop import Training
from scratch import Record

# About so many lines, unless --log-epochs says otherwise.
USUAL_LINES = 16


@dataclass(frozen=True)
class TrainingLog:
    """What is printed: a line for every so many epochs, and for every so many steps if that is asked for."""

    epochs: int
    every: int
    steps: int | None
    quiet: bool
    evaluated_on: str = "validation"

    @classmethod
    def of(cls, problem: Problem, every: int | None, steps: int | None, quiet: bool) -> "TrainingLog":
        """As chosen. Raises InputError for numbers below 1, or above the epochs of the run or the steps of an epoch."""
        epochs = problem.chosen.epochs
        _check("--log-epochs", every, epochs, "the epochs of the run")
        _check("--log-every", steps, problem.steps_per_epoch, "the steps of an epoch")
        return cls(epochs, every or math.ceil(epochs / USUAL_LINES), steps, quiet, problem.evaluated_on)

    def start(self, training: Training, dtype: str) -> None:
        """What is trained."""
        problem = training.problem
        if not self.quiet:
            print(f"{training.name} on {problem.name}, {dtype}: {len(problem.train[1]):,} training images, ", end="")
            print(f"{len(problem.evaluated[1]):,} for {problem.evaluated_on}")
            print("each line: loss (nats), and accuracy: the share of images classified correctly")
            print(wrapped(WHY_LOWER))

    def step(self, training: Training, epoch: int, step: int, taken: Any) -> None:
        """A line if it is this step's turn."""
        if self.steps and not self.quiet and step % self.steps == 0:
            at = f"Epoch: [{epoch}/{self.epochs}], Step: [{step}/{training.problem.steps_per_epoch}]"
            print(f"{at}, Loss: {float(training.side.tally(taken).loss):.4f}", flush=True)

    def epoch(self, record: Record) -> None:
        """A line if it is this epoch's turn; the first and the last always have theirs."""
        if not self.quiet and (record.epoch % self.every == 0 or record.epoch == self.epochs):
            print(self._line(record), flush=True)

    def end(self, training: Training, found: dict[str, Any], about_weights: str) -> None:
        """The result, from what JSON has, and what there is to say about the final weights."""
        if self.quiet:
            print(self._line(training.history[-1]))
            print(wrapped(WHY_LOWER))
            return
        if found["test"] is not None:
            print(f"test accuracy {per_cent(found['test'], 2)}")
        print(wrapped(found["advice"]))
        print(f"final weights {found['weights'][:8]}{about_weights}")

    def _line(self, record: Record) -> str:
        # that of the initial weights is no running mean
        name = RUNNING if record.epoch else "training".ljust(len(RUNNING))
        parts = (
            (name, record.train_loss, record.train_accuracy),
            (self.evaluated_on, record.val_loss, record.val_accuracy),
        )
        shown = ", ".join(f"{name} {short(loss)} {per_cent(accuracy, 2):>7}" for name, loss, accuracy in parts)
        # of more epochs the number of all does not fit
        of = f"/{self.epochs}" if self.epochs < 10_000 else ""
        return f"epoch {record.epoch:>{len(str(self.epochs))}}{of}: {shown}"


def _check(option: str, value: int | None, most: int, what: str) -> None:
    if value is not None and not 1 <= value <= most:
        raise InputError(f"{option} must lie in 1 ... {most:,}, {what}, not {value:,}")
