"""What is said of a result that is the right one and something that came in: added to it, or multiplied with it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from compare.exercise.seen import Seen
from compare.exercise.trials import Trial, alike, same

# What people multiply with, of an input.
FACTORS: dict[str, Callable[[NDArray], NDArray]] = {
    "{}": lambda a: a,
    "{} ** 2": lambda a: a**2,
    "1 / {}": lambda a: 1 / a,
    "1 / {} ** 2": lambda a: 1 / a**2,
    "np.sqrt({})": np.sqrt,
    "1 / np.sqrt({})": lambda a: 1 / np.sqrt(a),
    "(1 - {})": lambda a: 1 - a,
    "1 / (1 - {})": lambda a: 1 / (1 - a),
    "{} * (1 - {})": lambda a: a * (1 - a),
}
SIGNS = {1: "{}", -1: "(-{})"}


def off_by_an_input(seen: Seen) -> str:
    """Ours is the right one plus or minus something that came in."""
    for name in seen.first.given:
        for sign, word in ((1, "plus"), (-1, "minus")):
            if all(alike(sign * np.subtract(*seen.pair(trial)), trial.given[name]) for trial in seen.wrong):
                return f"Your {seen.symbol} is the right one {word} {name}."
    return ""


def times_an_input(seen: Seen) -> str:
    """Ours is the right one times a power of something that came in."""
    for name in ("P", "dlogP", "dP", "X", "logP"):
        for text, make in FACTORS.items():
            if not all(_is_times(seen, one, name, make, signs=False) for one in seen.wrong):
                continue
            factor = text.format(name, name)
            for sign, word in SIGNS.items():
                if all(_is_times(seen, trial, name, make, sign) for trial in seen.wrong):
                    return f"Each entry of your {seen.symbol} is the right one times {word.format(factor)}."
            return (
                f"Each entry of your {seen.symbol} is as large as the right one times {factor}, but some have "
                "another sign."
            )
    return ""


def _is_times(
    seen: Seen, trial: Trial, name: str, make: Callable[[NDArray], NDArray], sign: int = 1, *, signs: bool = True
) -> bool:
    """Whether ours is the right one times what is made of an input, and a sign.

    signs: whether those of entries count.
    """
    given = trial.given_and_p
    ours, right = seen.pair(trial)
    if name not in given or np.shape(given[name]) != ours.shape:
        return False
    with np.errstate(all="ignore"):
        made = right * make(given[name])
    return same(ours, sign * made) if signs else same(np.abs(ours), np.abs(made))
