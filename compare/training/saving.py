"""The checkpoint of a training under way: a save that fails is tried again, and ends no training."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from compare.backends.launched import RankError, note_saved
from compare.backends.protocol import State
from compare.backends.remote import RemoteSide
from compare.backends.user_file import UserFileError
from compare.errors import InputError
from compare.rank import place
from compare.training.checkpoint import save_checkpoint
from compare.training.loop import Training

SECONDS_BETWEEN_SAVES = 2.0
# After each save that fails the pause doubles, up to this.
LONGEST_PAUSE = 60.0

# The last save, which no other follows, is tried again after each of these.
LAST_PAUSES = 0.5, 1.0

# It is told why a save failed, and how far the file reaches where the training is stopped.
OnFault = Callable[[str], None]


class SaveError(InputError):
    """The training has ended, and its last save has failed."""


class Saving:
    """Keeps the checkpoint of a training in a file, on the way and at the end."""

    def __init__(self, path: Path, training: Training, on_fault: OnFault | None):
        self._path, self._training, self._on_fault = path, training, on_fault
        self._pause, self._last = SECONDS_BETWEEN_SAVES, time.monotonic()
        # down a pipe goes one checkpoint, the last
        self._on_the_way = os.path.isfile(path) or not os.path.exists(path)
        self._note("it is as it was before this training" if os.path.exists(path) else "nothing is saved")
        # where the process of a user's file fails, what it was at the end of the last epoch is left
        self._epoch_end: State | None = None
        self._failed = False

    def end_epoch(self) -> None:
        """Keep what a later failure of a user's file must not take away."""
        side = self._training.side
        if isinstance(side, RemoteSide) and side.remote.runs_a_file:
            self._epoch_end = side.state()

    def now_and_then(self) -> None:
        """Save, if the last try was long enough ago. A failure is told, and a longer pause follows."""
        if not self._on_the_way or time.monotonic() - self._last <= self._pause:
            return
        try:
            self._save()
            self._pause = SECONDS_BETWEEN_SAVES
        except InputError as error:
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
            self._tell(f"{error}; training goes on, and it is tried again")
        self._last = time.monotonic()

    def stop(self, reason: BaseException) -> None:
        """Save before the training ends for this reason, which stays the reason where that fails.

        No untrained model is put in the place of another.
        """
        self._failed = not self._answers()
        try:
            if self._is_worth_it():
                self.finish()
            # of ranks the line that tells why all end says it too
            if isinstance(reason, KeyboardInterrupt) and not place():
                self._tell(f"{self._path}: {self._reaches}")
        except InputError as error:
            reason.add_note(str(error))
            self._tell(str(error))

    def lost(self, error: RankError | UserFileError) -> RankError | UserFileError:
        """Save what this rank or the last epoch has left, and add to the error how far the file reaches then."""
        # a rank has said already how far it reached before
        reason = str(error).removesuffix(f"; {self._reaches}")
        self._failed = isinstance(error, UserFileError)
        with suppress(InputError):
            if self._is_worth_it():
                # a rank has no time for another try
                self.finish() if self._failed else self._save()
        error.args = (f"{reason}; {self._reaches}",)
        return error

    def finish(self) -> None:
        """Save, in a few tries. Raises InputError, saying how far the file reaches, where all of them fail."""
        for pause in LAST_PAUSES:
            try:
                self._save()
                return
            except InputError as error:
                self._tell(f"{error}; it is tried again")
                time.sleep(pause)
        try:
            self._save()
        except InputError as error:
            raise InputError(f"{error}; {self._reaches}") from None

    def _answers(self) -> bool:
        try:
            self._training.side.state()
        except UserFileError:
            return False
        return True

    def _is_worth_it(self) -> bool:
        progress = self._training.progress
        trained = len(progress.history) > 1 or (progress.step > 0 and not self._failed)
        if self._failed and self._epoch_end is None:
            return False
        return trained or (bool(progress.history) and not os.path.exists(self._path))

    def _tell(self, fault: str) -> None:
        if self._on_fault:
            self._on_fault(fault)

    def _save(self) -> None:
        save_checkpoint(self._path, self._training, self._epoch_end if self._failed else None)
        progress = self._training.progress
        more = f", step {progress.step} of the next" if progress.step and not self._failed else ""
        self._note(f"what is saved ends after epoch {len(progress.history) - 1}{more}")

    def _note(self, reaches: str) -> None:
        """Know how far the file reaches; other ranks tell it where this one ends without a word."""
        self._reaches = reaches
        note_saved(reaches)
