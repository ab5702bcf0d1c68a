"""What the formats have in common."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

RANDOM = np.random.default_rng(7)


class Format(NamedTuple):
    """A file by its name and content, its reader, and how it is damaged if not byte by byte.

    checked: what is read must be the same as before; same: how two things that were read are compared.
    """

    file: str
    content: bytes
    read: Callable[[Path], Any]
    checked: bool = False
    same: Callable[[Any, Any], bool] = np.array_equal
    damage: Callable[[random.Random], bytes] | None = None
