"""How an array is off in words: by one factor, or in which entry first."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.exercise.seen import apart, largest_gap, prints_as_one, ratio


def factor_text(got: NDArray, right: Any) -> str:
    """How many times the right one ours is; empty if that is not one number."""
    found = ratio(got, np.asarray(right)) if got.shape == np.shape(right) else None
    if found is None or prints_as_one(found):
        return ""
    return f"{found:.4g} times the right one" if found else "0 everywhere"


def first_gap(name: str, got: NDArray, right: Any) -> str:
    """The entry that is off most, or the first that is nan."""
    place = largest_gap(got, right)
    ours, wanted = apart(got[place], np.asarray(right)[place])
    return f"{ours} at {name}[{', '.join(map(str, place))}], where {wanted} belongs"
