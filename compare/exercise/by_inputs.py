"""What is said of a result that is the right one and something that came in: added to it, or multiplied with it."""

import numpy as np

from compare.exercise.seen import Seen
from compare.exercise.trials import Trial, alike, same

# Powers of an input that people multiply with.
POWERS = {
    1: "{}", 2: "{} squared", -1: "1 / {}", -2: "1 / {} squared", 0.5: "the root of {}", -0.5: "1 / the root of {}",
}  # fmt: skip
SIGNS = {1: "", -1: "minus "}


def off_by_an_input(seen: Seen) -> str:
    """Ours is the right one plus or minus something that came in."""
    for name in seen.first.given:
        for sign, word in ((1, "too much"), (-1, "missing")):
            if all(alike(sign * np.subtract(*seen.pair(trial)), trial.given[name]) for trial in seen.wrong):
                return f"Your {seen.symbol} is the right one but for {name}, which is {word} in it."
    return ""


def times_an_input(seen: Seen) -> str:
    """Ours is the right one times a power of something that came in."""
    for name in ("P", "dlogP", "dP", "X", "logP"):
        for power in POWERS:
            if not all(_is_times(seen, one, name, power, signs=False) for one in seen.wrong):
                continue
            factor = POWERS[power].format(name)
            for sign, word in SIGNS.items():
                if all(_is_times(seen, trial, name, power, sign) for trial in seen.wrong):
                    return f"Each entry of your {seen.symbol} is the right one times {word}{factor}."
            return (
                f"Each entry of your {seen.symbol} is as large as the right one times {factor}, but some have "
                "another sign."
            )
    return ""


def _is_times(seen: Seen, trial: Trial, name: str, power: float, sign: int = 1, *, signs: bool = True) -> bool:
    """Whether ours is the right one times a power of an input and a sign. signs: whether those of entries count."""
    given = trial.given | ({"P": np.exp(trial.given["logP"])} if "logP" in trial.given else {})
    ours, right = seen.pair(trial)
    if name not in given or np.shape(given[name]) != ours.shape:
        return False
    with np.errstate(all="ignore"):
        if signs:
            return same(ours, sign * right * given[name] ** power)
        return same(np.abs(ours), np.abs(right) * np.abs(given[name]) ** power)
