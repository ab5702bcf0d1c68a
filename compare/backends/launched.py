"""Ranks: processes that train as one. Which of them torchrun has started here, and what it tells where all end."""

import functools
import os
import signal
import sys
import time
from contextlib import suppress
from typing import Any, NoReturn

from compare.errors import InputError
from compare.rank import Place, is_first, place
from compare.signals import SIGNALS, ignore_signals, signals_held


class RankError(InputError):
    """A rank has ended, so that no other can go on. told: another rank says so."""

    told = False


# Seconds in which the first rank of a machine has told what is wrong, if it is wrong for all.
WAITS_FOR_THE_FIRST = 30.0
# Seconds in which rank 0, which saves, begins to tell why all end, unless it is the one that has ended.
WAITS_FOR_RANK_0 = 3.0

# Where the ranks find each other, an object of PyTorch; None before.
_store: Any = None
# Whether a rank is told by its own connections that another has ended; before it has any, and with nccl, it waits.
_is_noticed = False
# What they note there: why all end, how far the file of rank 0 reaches, and that one of them tells it.
REASON, SAVED, TOLD = "reason", "saved", "told"


def found_in(store: Any, *, is_noticed: bool) -> None:
    """The ranks find each other in this store of PyTorch. is_noticed: whether they notice from now on that one ends."""
    global _store, _is_noticed
    _store, _is_noticed = store, is_noticed


def find_store() -> None:
    """Find the store of torchrun, if that has started this process.

    Signals wait until then: where one breaks off the import of PyTorch, no second import succeeds, nor tells anything.
    """
    if place():
        with signals_held() as check_signals:
            from torch.distributed.rendezvous import rendezvous

            with suppress(RuntimeError, ValueError):
                found_in(next(rendezvous("env://"))[0], is_noticed=False)
            check_signals()


def wait_for_all(seconds: float) -> None:
    """Wait until all ranks are there. Raises RankError if one is missing after so many seconds, or cannot come.

    While PyTorch waits, no signal gets through: the process would stay after torchrun has told it to end.
    """
    here = place()
    if not here:
        return
    _store.set(_here(here.rank), "")
    until = time.monotonic() + seconds
    while missing := _missing(here):
        if time.monotonic() > until or _noted(TOLD):
            lost = RankError(f"rank {here.rank} has not found {missing} within {seconds:.0f} seconds")
            lost.told = not is_first_to_tell()
            raise lost
        time.sleep(0.05)


def _here(rank: int) -> str:
    return f"rank {rank} is here"


def _missing(here: Place) -> str:
    """The ranks that are not there yet."""
    others = (rank for rank in range(here.ranks) if rank != here.rank)
    return " and ".join(f"rank {rank}" for rank in others if not _store.check([_here(rank)]))


def note_saved(words: str) -> None:
    """Note how far the file reaches: rank 0 may end without a word."""
    if _store is not None:
        with suppress(RuntimeError):
            _store.set(SAVED, words)


def why_all_end(otherwise: str = "another rank has ended") -> str:
    """What is told of it, with how far the file of rank 0 reaches. otherwise: the reason if none is noted."""
    reason, reach = _noted(REASON) or otherwise, _noted(SAVED)
    return f"{reason}, and with it the training" + (f"; {reach}" if reach else "")


def told_to_end(number: int) -> str | None:
    """What this rank tells after a signal that has ended it; None if another tells, as rank 0 does of any rank."""
    here = place()
    assert here
    reason = f"rank {here.rank} was told to end ({signal.Signals(number).name})"
    if _store is not None:
        with suppress(RuntimeError):
            if missing := _missing(here) if not _is_noticed else "":
                # torchrun tells a rank to end where another has ended, and that one may be missing
                reason += f" before it had found {missing}"
            # the first one is the reason: torchrun ends the ranks that are left by a signal too
            _store.compare_set(REASON, "", reason)
    if here.rank and (_store is None or _is_noticed):
        return None
    return why_all_end(reason) if is_first_to_tell() else None


def _noted(key: str) -> str:
    """What a rank has noted; nothing where it has not, or where the store has ended."""
    with suppress(RuntimeError):
        if _store is not None and _store.check([key]):
            return str(_store.get(key).decode())
    return ""


@functools.cache
def is_first_to_tell() -> bool:
    """True in the one rank that tells why all end: rank 0, or the first that waits for it in vain.

    Where the store has ended too, in each. Asked again it is the same.
    """
    try:
        if _store is None:
            return True
        until = time.monotonic() + WAITS_FOR_RANK_0
        while not is_first() and not _store.check([TOLD]) and time.monotonic() < until:
            time.sleep(0.05)
        return bool(_store.add(TOLD, 1) == 1)
    except RuntimeError:
        return True


def tells(error: Exception) -> bool:
    """Whether this process is the one that tells of an error.

    Where all have the same, the first on each machine tells. The others wait: torchrun ends them once that one has
    ended. If it does not, the error is their own.
    """
    here = place()
    waits = here and here.local and not isinstance(error, RankError)
    if waits:
        # torchrun ends it while it waits
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
    elif here:
        ignore_signals()
    if isinstance(error, RankError):
        return not error.told
    if waits:
        time.sleep(WAITS_FOR_THE_FIRST)
    if here:
        # a rank that waits for this one, or comes late to the same error, then knows that all is told
        is_first_to_tell()
    return True


def end(code: int) -> NoReturn:
    """End this process. Raises SystemExit, but in a rank that has failed: threads of gloo may run in it still.

    Where Python tidies up around these, C++ now and then ends the process, in words of its own.
    """
    if code and _store is not None:
        os._exit(code)
    sys.exit(code)


def check_alone(command: str) -> None:
    """Raise InputError if torchrun has started a command that is one process."""
    if place() and command != "train":
        raise InputError(f"torchrun starts `train --backend torch` only; {command} is one process: call it without")
