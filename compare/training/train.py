"""Train one side alone, from the start of a problem or from a checkpoint."""

import copy
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from compare.backends.by_name import backend, side_name
from compare.backends.launched import RankError
from compare.backends.protocol import TIME_LIMIT
from compare.backends.threads import threads
from compare.backends.user_file import UserFileError
from compare.errors import InputError
from compare.problem import Problem
from compare.signals import Stopped, ignore_signals, signals_held
from compare.training.checkpoint import Checkpoint, load_checkpoint
from compare.training.loop import OnEpoch, OnStep, Progress, Training, run
from compare.training.saving import OnFault, SaveError, Saving
from scratch import Record


def train(
    problem: Problem,
    spec: str | Path = "scratch",
    dtype: str = "float32",
    *,
    device: str = "cpu",
    checkpoint: Checkpoint | str | Path | None = None,
    on_step: OnStep | None = None,
    on_epoch: OnEpoch | None = None,
    save: str | Path | None = None,
) -> Training:
    """Train on the problem, and return the training with its history and its side, whose `state()` has the weights.

    spec: scratch, torch, or the path of a Python file; checkpoint: go on from there, in its dtype, be it read or a
    path; the rest as `go_on` takes it. Raises InputError if anything cannot be used or training diverges.
    """
    if isinstance(checkpoint, str | Path):
        checkpoint = load_checkpoint(checkpoint)
    training = start(problem, spec, dtype, device=device, checkpoint=checkpoint)
    go_on(training, on_step, on_epoch, None if save is None else Path(save))
    return training


def start(
    problem: Problem,
    spec: str | Path,
    dtype: str,
    *,
    device: str = "cpu",
    time_limit: float = TIME_LIMIT,
    checkpoint: Checkpoint | None = None,
) -> Training:
    """A training before its first step, or where the checkpoint left it; from its weights if it holds nothing else.

    device, time_limit: see `backend`.
    Raises InputError as `backend` does, and if the checkpoint is of another problem.
    """
    if checkpoint:
        checkpoint.check_resumable(problem)
    dtype = checkpoint.dtype if checkpoint else dtype
    made = backend(spec, device=device, nan=False, time_limit=time_limit)
    training = Training(side_name(spec), made.side(problem, dtype), problem)
    if checkpoint:
        training.side.start_from(checkpoint.state)
        # a copy: the checkpoint stays what was read
        training.progress = copy.deepcopy(checkpoint.progress) or Progress()
    return training


def go_on(
    training: Training,
    on_step: OnStep | None = None,
    on_epoch: OnEpoch | None = None,
    save: Path | None = None,
    on_fault: OnFault | None = None,
) -> None:
    """Train to the end, on one thread; callbacks as `run` calls them.

    save: keep a checkpoint in this file: at the end, at a signal, where the output of a callback fails, and every
    two seconds on the way. Where it fails on the way, on_fault(reason) is called, and training goes on.
    Raises InputError if training diverges, SaveError if the last save fails, and what `run` raises besides.
    """
    saving = Saving(save, training, on_fault) if save else None
    try:
        with threads(1), signals_held() as check_signals:
            try:
                _run_and_save(training, on_step, on_epoch, saving)
                check_signals()
            except RankError:
                _check_interrupted(check_signals)
                raise
    except FloatingPointError as error:
        raise InputError(f"{error}; training diverges, try a smaller --lr") from None
    except RankError:
        # torchrun now ends the ranks that are left by a signal, which says nothing new
        ignore_signals()
        raise


def _check_interrupted(check_signals: Callable[[], None]) -> None:
    """Raise Stopped if a signal has ended all ranks; but SIGTERM is what torchrun sends to those that are left."""
    try:
        check_signals()
    except Stopped as stopped:
        if stopped.code != 128 + signal.SIGTERM:
            raise


def _run_and_save(training: Training, on_step: OnStep | None, on_epoch: OnEpoch | None, saving: Saving | None) -> None:
    def then_save(records: Sequence[Record]) -> None:
        if saving:
            saving.end_epoch()
        if on_epoch:
            on_epoch(records)
        if saving:
            saving.now_and_then()

    try:
        run([training], on_step, then_save)
    except (RankError, UserFileError) as error:
        raise (saving.lost(error) if saving else error) from None
    except (KeyboardInterrupt, OSError) as stopped:
        # neither falls into a step or a record: signals are held, and only a callback has output
        if saving:
            saving.stop(stopped)
        raise
    if saving:
        _finish(saving)


def _finish(saving: Saving) -> None:
    try:
        saving.finish()
    except InputError as error:
        raise SaveError(str(error)) from None
