"""Which rank this process is, where torchrun has started it: one of several processes that train as one."""

import os
from typing import NamedTuple


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
