"""What is said of a result whose numbers are right but for their places, or the same in every row."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from compare.exercise.seen import Seen
from compare.exercise.trials import same


def other_order(seen: Seen) -> str:
    """The right numbers, one for each class, sorted or in reverse."""
    if seen.first.right[seen.result].ndim != 1:
        return ""
    pairs = [seen.pair(trial) for trial in seen.wrong]
    orders: dict[str, Callable[[NDArray], NDArray]] = {"in reverse order": np.flip, "sorted by size": np.sort}
    texts = (text for text, order in orders.items() if all(same(ours, order(right)) for ours, right in pairs))
    found = next(texts, "")
    if not found:
        return ""
    return f"Your {seen.symbol} has the right numbers {found}: the index is the class, and classes keep their order."


def equal_rows(seen: Seen) -> str:
    """All rows are the same one."""
    if not seen.all_wrong(lambda ours, _, __: ours.ndim == 2 and np.ptp(ours, axis=0).max() == 0 and np.ptp(ours) > 0):
        return ""
    if not any(len(trial.right[seen.result]) > 1 for trial in seen.wrong):
        return ""
    return f"All rows of your {seen.symbol} are the same: what in your code should change from row to row?"
