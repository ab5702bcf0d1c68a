"""Questions about a result of which every value is off by one factor, or is measured by one number of its own."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.exercise.seen import SPREAD, Question, Seen, prints_as_one, ratio, value
from compare.exercise.trials import sizes_text
from compare.words import capital, counted

# How often N, D and K are in a factor that somebody writes.
POWERS = -2, -1, -0.5, 0, 0.5, 1, 2
# The mean over the images is made in these.
MEANS = "log_probabilities_gradient", "logits_gradient"
# What a result is divided by to be "normalised", and what one then sees.
MEASURES: dict[str, Callable[[NDArray], Any]] = {
    "the root of the sum of the squares of your {0} is 1": np.linalg.norm,
    "the absolute values of your {0} add up to 1": lambda ours: np.abs(ours).sum(),
    "the largest absolute value of your {0} is 1": lambda ours: np.abs(ours).max(),
    "your {0} adds up to 1": lambda ours: ours.sum(),
}


def normalised(seen: Seen) -> str:
    """Ours is the right one, divided by its own size."""
    if seen.first.ours[seen.result].size < 2 or any(ratio(*seen.pair(trial)) is None for trial in seen.wrong):
        return ""
    for text, measure in MEASURES.items():
        if all(abs(measure(trial.ours[seen.result]) - 1) < SPREAD for trial in seen.trials):
            right = measure(seen.first.right[seen.result])
            return (
                f"in every batch {text.format(seen.symbol)}, whatever comes in; of the right one that is "
                f"{value(right)} {where(seen)}. Which step of yours divides by it?"
            )
    return ""


def adds_up_to_nothing(seen: Seen) -> str:
    """Ours adds up to 0 in every batch, and the right one does not."""
    nothing = all(_is_nothing(trial.ours[seen.result]) for trial in seen.trials)
    right = seen.first.right[seen.result]
    if not nothing or _is_nothing(right) or np.abs(seen.first.ours[seen.result]).max() == 0:
        return ""
    return (
        f"in every batch your {seen.symbol} adds up to 0; the right one adds up to {value(right.sum())} "
        f"{where(seen)}. Which step of yours makes that so?"
    )


def _is_nothing(array: NDArray) -> bool:
    return bool(array.size > 1 and abs(array.sum()) <= SPREAD * np.abs(array).sum())


def where(seen: Seen) -> str:
    """The first wrong trial, in a sentence."""
    return "in the worked example" if seen.first is seen.trials[0] else f"with {sizes_text(seen.first)}"


def constant_ratio(seen: Seen) -> str:
    """Ours is a number times the right one, in each trial."""
    ratios = [ratio(*seen.pair(trial)) for trial in seen.wrong]
    if None in ratios or prints_as_one(*ratios) or seen.first.ours[seen.result].size < 2 > len(ratios):
        return ""
    first = float(ratios[0] or 0)
    other = next((n for n, r in enumerate(ratios) if abs(float(r or 0) - first) > SPREAD * abs(first)), None)
    if other is None and len(seen.wrong) == len(seen.trials):
        return (
            ""
            if first == -1
            else (
                f"your {seen.symbol} is {first:.6g} times what it should be, in every batch. "
                f"Which factor {first:.6g} is in your code, or which one is missing?"
            )
        )
    if other is None:
        return (
            f"your {seen.symbol} is {first:.6g} times what it should be with {sizes_text(seen.first)}, "
            f"{_elsewhere(len(seen.wrong) - 1)}. Which line of yours does something else there?"
        )
    return (
        f"your {seen.symbol} is {first:.4g} times what it should be with {sizes_text(seen.wrong[0])}, and "
        f"{ratios[other]:.4g} times with {sizes_text(seen.wrong[other])}. {_asked(seen, ratios, other)}"
    )


def _elsewhere(others: int) -> str:
    """Where it is wrong and right too."""
    if not others:
        return "and right in the other small batches"
    return f"and in {counted(others, 'other small batch')} as well, but right in the rest"


def _asked(seen: Seen, ratios: list[float | None], other: int) -> str:
    found = np.array(ratios, float)
    if _of_sizes(seen, found):
        sign = "which sign should it have, and how" if found[0] < 0 else "how"
        return f"{capital(sign)} does that factor come from these sizes?"
    asks = (
        "No product of powers of N, D and K makes these factors: what does your code multiply or divide by, and from "
        "which values does that come?"
    )
    if seen.name not in MEANS or not found.all():
        return asks
    one, two = (seen.wrong[n].sizes["N"] / found[n] for n in (0, other))
    return f"It is as if you divided by {one:.4g} and by {two:.4g}, not by N. {asks}"


def _of_sizes(seen: Seen, ratios: NDArray) -> bool:
    """Whether powers of the sizes, or of N - 1, make the factors, none of them 0, up to one number."""
    if not ratios.all():
        return False
    sizes = [np.array([trial.sizes.get(letter, 1) for trial in seen.wrong], float) for letter in "NDK"]
    less = np.maximum(sizes[0] - 1, 1)
    for n, d, k, m in product(POWERS, POWERS, POWERS, (-1, 0, 1)):
        made = ratios / (sizes[0] ** n * sizes[1] ** d * sizes[2] ** k * less**m)
        if np.ptp(made) < SPREAD * abs(made[0]):
            return True
    return False


OF_ALL: tuple[Question, ...] = (normalised, adds_up_to_nothing)
