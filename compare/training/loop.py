"""The one loop: it drives the `epoch` of one side, or of several beside each other, and keeps what it needs to go on.

`scratch.fit` and `torch_impl.fit` are the same loop without progress, resume, signals and callbacks.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.backends.protocol import Side, Tally
from compare.backends.user_file import UserFileError
from compare.problem import Problem
from compare.signals import signals_held
from scratch import Evaluation, Record


@dataclass
class Progress:
    """How far a training is: with the state of its side all that is needed to go on.

    history: the records so far. Of the epoch under way: its steps so far, the sum of the losses of its images in nats,
    and how many of them were right; both without the steps that are `unread`, still on a device.
    """

    history: list[Record] = field(default_factory=list)
    step: int = 0
    loss: float = 0.0
    hits: int = 0
    unread: list[Tally] = field(default_factory=list)

    def add(self, tally: Tally) -> bool:
        """One more step. False if its loss is known, and not finite."""
        self.step += 1
        if not isinstance(tally.loss, float):
            self.unread.append(tally)
            return True
        self._add_up(tally)
        return math.isfinite(tally.loss)

    def read(self) -> None:
        """Wait for the device, and add up what is unread. Raises FloatingPointError, naming epoch and step."""
        unread, self.unread = self.unread, []
        for step, tally in enumerate(unread, self.step - len(unread) + 1):
            self._add_up(tally)
            if not math.isfinite(self.loss):
                raise FloatingPointError(f"the loss is {float(tally.loss)} at epoch {len(self.history)}, step {step}")

    def _add_up(self, tally: Tally) -> None:
        self.loss += float(tally.loss) * tally.images
        self.hits += int(tally.hits)

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

    def __repr__(self) -> str:
        done, epochs = max(0, len(self.history) - 1), self.problem.chosen.epochs
        return f"<Training of {self.name} on {self.problem.name}: {done} of {epochs} epochs>"

    @property
    def history(self) -> list[Record]:
        """The records so far, the first from before training."""
        return self.progress.history

    def count(self, done: Any) -> bool:
        """Count a step that the side's `epoch` has yielded. False if its loss is known, and not finite."""
        return self.progress.add(self.side.tally(done))

    def end_epoch(self) -> None:
        """Evaluate, and keep the record."""
        self.progress.read()
        epoch, (images, labels) = len(self.history), self.problem.train
        if epoch:
            training = Evaluation(self.progress.loss / len(labels), self.progress.hits / len(labels))
        else:
            training = self.side.evaluate(images, labels)
        self.progress.end_epoch(Record(epoch, *training, *self.side.evaluate(*self.problem.evaluated)))


# epoch, step (both from 1), the batch as indices into the training images, one step of each training in the type of
# its backend
OnStep = Callable[[int, int, NDArray, Sequence[Any]], None]
# One record of each training.
OnEpoch = Callable[[Sequence[Record]], None]


def run(trainings: Sequence[Training], on_step: OnStep | None = None, on_epoch: OnEpoch | None = None) -> None:
    """Train each to the end of its problem, step by step beside each other, from where they are.

    All have the same problem and are equally far. on_step(epoch, step, index, steps) is called after each step,
    on_epoch(records) after each epoch and before the first; in both, progress fits the weights and can be saved.
    Signals are held back until after them. Raises FloatingPointError, naming epoch and step, when no side has a finite
    loss any more; KeyboardInterrupt (Stopped); UserFileError, with the place; and what the callbacks raise.
    """
    problem = trainings[0].problem
    # what a user's file or a diverging run does to numbers is told in words, not in NumPy's warnings
    with signals_held() as check_signals, np.errstate(all="ignore"):
        while len(trainings[0].history) <= problem.chosen.epochs:
            try:
                _train_epoch(trainings, problem, on_step, check_signals)
                records = _end_epoch(trainings)
            except UserFileError:
                # a call that does not return is ended by a signal
                check_signals()
                raise
            if on_epoch:
                on_epoch(records)
            check_signals()


def _train_epoch(
    trainings: Sequence[Training], problem: Problem, on_step: OnStep | None, check_signals: Callable[[], None]
) -> None:
    epoch, done = len(trainings[0].history), trainings[0].progress.step
    batches: Sequence[NDArray] = problem.epoch_batches(epoch, done) if epoch else []
    running = [training.side.epoch(batches) for training in trainings]
    for step, index in enumerate(batches, done + 1):
        try:
            steps = [next(own) for own in running]
            finite = [training.count(taken) for training, taken in zip(trainings, steps, strict=True)]
            if on_step:
                on_step(epoch, step, index, steps)
        except UserFileError as error:
            raise error.at(f"at epoch {epoch}, step {step}") from None
        if not any(finite):
            loss = float(trainings[0].side.tally(steps[0]).loss)
            raise FloatingPointError(f"the loss is {loss} at epoch {epoch}, step {step}")
        check_signals()


def _end_epoch(trainings: Sequence[Training]) -> list[Record]:
    epoch = len(trainings[0].history)
    try:
        for training in trainings:
            training.end_epoch()
    except UserFileError as error:
        raise error.at(f"after epoch {epoch}" if epoch else "before training") from None
    records = [training.history[-1] for training in trainings]
    if not any(math.isfinite(record.val_loss) for record in records):
        which = trainings[0].problem.evaluated_on
        raise FloatingPointError(f"the {which} loss is {records[0].val_loss} after epoch {epoch}")
    return records
