"""The one loop: it drives the `epoch` of one side, or of several beside each other, and keeps what it needs to go on.

`scratch.fit` and `torch_impl.fit` are the same loop without progress, resume, Ctrl-C and callbacks.
"""

import math
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from compare.backends.protocol import Side, Tally
from compare.backends.user_file import UserFileError
from compare.problem import Problem
from scratch import Evaluation, Record


@dataclass
class Progress:
    """How far a training is: with the state of its side all that is needed to go on.

    history: the records so far. Of the epoch under way: its steps so far, the sum of the losses of its images in nats,
    and how many of them were right.
    """

    history: list[Record] = field(default_factory=list)
    step: int = 0
    loss: float = 0.0
    hits: int = 0

    def add(self, tally: Tally) -> None:
        """One more step."""
        self.step, self.loss = self.step + 1, self.loss + tally.loss * tally.images
        self.hits += tally.hits

    def end_epoch(self, record: Record) -> None:
        """The epoch has ended."""
        self.history.append(record)
        self.step, self.loss, self.hits = 0, 0.0, 0


@dataclass
class Training:
    """A side in training on a problem, by the name that reports give it."""

    name: str
    side: Side
    problem: Problem
    progress: Progress = field(default_factory=Progress)

    @property
    def history(self) -> list[Record]:
        """The records so far, the first from before training."""
        return self.progress.history

    def end_epoch(self) -> None:
        """Evaluate, and keep the record."""
        epoch, (images, labels) = len(self.history), self.problem.train
        if epoch:
            training = Evaluation(self.progress.loss / len(labels), self.progress.hits / len(labels))
        else:
            training = self.side.evaluate(images, labels)
        self.progress.end_epoch(Record(epoch, *training, *self.side.evaluate(*self.problem.validation)))


# The trainings, one step of each (in the type of its backend), and its batch: indices into the training images.
OnStep = Callable[[int, int, Any, Sequence[Any]], None]
OnEpoch = Callable[[Sequence[Record]], None]


def run(trainings: Sequence[Training], on_step: OnStep | None = None, on_epoch: OnEpoch | None = None) -> None:
    """Train each to the end of its problem, step by step beside each other, from where they are.

    All have the same problem and are equally far. on_step(epoch, step, index, steps) is called after each step,
    on_epoch(records) after each epoch and before the first. Ctrl-C is held back to the end of a step or an epoch: what
    is kept then fits the weights. Raises FloatingPointError, naming epoch and step, when no side has a finite loss any
    more; KeyboardInterrupt; UserFileError, with the place; and what the callbacks raise.
    """
    problem = trainings[0].problem
    with interrupts_held() as interrupt:
        while len(trainings[0].history) <= problem.chosen.epochs:
            with _place(trainings[0]):
                _train_epoch(trainings, problem, on_step, interrupt)
                for training in trainings:
                    training.end_epoch()
            records = [training.history[-1] for training in trainings]
            _check_finite([r.val_loss for r in records], "the validation loss", f"after epoch {records[0].epoch}")
            if on_epoch:
                on_epoch(records)
            interrupt()


def _train_epoch(
    trainings: Sequence[Training], problem: Problem, on_step: OnStep | None, interrupt: Callable[[], None]
) -> None:
    epoch, done = len(trainings[0].history), trainings[0].progress.step
    batches = problem.epoch_batches(epoch)[done:] if epoch else []
    running = zip(*(training.side.epoch(batches) for training in trainings), strict=True)
    for step, (index, steps) in enumerate(zip(batches, running, strict=True), done + 1):
        if on_step:
            on_step(epoch, step, index, steps)
        tallies = [training.side.tally(taken) for training, taken in zip(trainings, steps, strict=True)]
        _check_finite([tally.loss for tally in tallies], "the loss", f"at epoch {epoch}, step {step}")
        for training, tally in zip(trainings, tallies, strict=True):
            training.progress.add(tally)
        interrupt()


def _check_finite(losses: Sequence[float], what: str, where: str) -> None:
    if not any(map(math.isfinite, losses)):
        raise FloatingPointError(f"{what} is {losses[0]} {where}")


@contextmanager
def _place(training: Training) -> Iterator[None]:
    """Add to what a user's file does wrong where in training that was."""
    try:
        # what a user's file or a diverging run does to numbers is told in words, not in NumPy's warnings
        with np.errstate(all="ignore"):
            yield
    except UserFileError as error:
        epoch, step = len(training.history), training.progress.step
        if epoch == 0:
            raise error.at("in the evaluation before training") from None
        over = step == training.problem.steps_per_epoch
        place = f"in the evaluation after epoch {epoch}" if over else f"at epoch {epoch}, step {step + 1}"
        raise error.at(place) from None


@contextmanager
def interrupts_held() -> Iterator[Callable[[], None]]:
    """Hold Ctrl-C back until the next call of what is yielded, so that it never falls into a step, a record or a save.

    One may stand inside another: once the inner one has raised KeyboardInterrupt, the outer one holds the next Ctrl-C.
    """
    pressed = False

    def press(*_: object) -> None:
        nonlocal pressed
        pressed = True

    def check() -> None:
        if pressed:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield check  # only the main thread is given signals
        return
    before = signal.signal(signal.SIGINT, press)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)
