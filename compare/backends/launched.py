"""Ranks: processes that train as one. Which of them this is, if torchrun has started it; nothing here needs PyTorch."""

import os
import signal
import time
from typing import Any, NamedTuple

from compare.errors import InputError


class RankError(InputError):
    """A rank has ended, so that no other can go on. told: another rank says so."""

    told = False


# Seconds in which the first rank of a machine has told what is wrong, if it is wrong for all.
WAITS_FOR_THE_FIRST = 30.0

# Where the ranks have found each other, an object of PyTorch; None before.
_store: Any = None


class Place(NamedTuple):
    """Of a rank, counted from 0: its number among all, how many there are, and its number on its own machine."""

    rank: int
    ranks: int
    local: int


def place() -> Place | None:
    """The place of this process; None unless torchrun has started it."""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return None
    return Place(*(int(os.environ[name]) for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK")))


def is_first() -> bool:
    """True but for a rank other than 0: one of them prints and saves."""
    here = place()
    return here is None or here.rank == 0


def found_in(store: Any) -> None:
    """The ranks have found each other in this store of PyTorch."""
    global _store
    _store = store


def is_first_to_tell() -> bool:
    """True in the first rank that asks, which tells why all end; where the store has ended too, in each."""
    try:
        return _store is None or _store.add("told", 1) == 1
    except RuntimeError:
        return True


def tells(error: Exception) -> bool:
    """Whether this process is the one that tells of an error.

    Where all have the same, the first on each machine tells. The others wait: torchrun ends them once that one has
    ended. If it does not, the error is their own.
    """
    if isinstance(error, RankError):
        return not error.told
    here = place()
    if here and here.local:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        time.sleep(WAITS_FOR_THE_FIRST)
    return True


def check_alone(command: str) -> None:
    """Raise InputError if torchrun has started a command that is one process."""
    if place() and command != "train":
        raise InputError(f"torchrun starts `train --backend torch` only; {command} is one process: call it without")
