"""What is said of a result that is right but for small or large values: cut off, left out, or with a number added."""

import numpy as np
from numpy.typing import NDArray

from compare.equations import KNOWN
from compare.exercise.seen import SPREAD, Seen, value
from compare.exercise.trials import Trial
from compare.words import capital

# So many values of a batch are wrong by more than chance.
FEWEST = 3


def another_divisor(seen: Seen) -> str:
    """DP is dlogP divided by P and a number, or by a number where P is smaller or larger than it."""
    if seen.name != "probabilities_gradient":
        return ""
    pairs = [_divisors(seen, trial) for trial in seen.wrong]
    divisors, P = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    if _is_one_number(off := divisors - P):
        sign = "-" if off[0] < 0 else "+"
        return f"Your dP is dlogP divided by P {sign} {abs(off[0]):.3g}: divide by P as it is, which is not 0 here."
    wrong = np.abs(off) > SPREAD * P
    if not wrong.any() or not _is_one_number(limit := divisors[wrong]):
        return ""
    for low, side in ((True, "below"), (False, "above")):
        if (((limit[0] > P) == low) == wrong).all():
            return f"Where P is {side} {limit[0]:.3g} you divide by {limit[0]:.3g}: divide by P as it is."
    return ""


def _divisors(seen: Seen, trial: Trial) -> tuple[NDArray, NDArray]:
    """By what dlogP must have been divided for these values, and P, where dlogP is not 0."""
    given = trial.given
    clear = given["dlogP"] != 0
    return given["dlogP"][clear] / seen.pair(trial)[0][clear], given["P"][clear]


def _is_one_number(values: NDArray) -> bool:
    return bool(np.allclose(values, values[0], rtol=1e-3, atol=0))


def right_from_a_size_on(seen: Seen) -> str:
    """Ours is right where an input, or the right result, is large, and wrong where it is small; or turned."""
    pairs = [seen.pair(trial) for trial in seen.trials]
    if not pairs[0][0].ndim:
        return ""
    wrong = [~np.isclose(*pair, rtol=SPREAD, atol=0) for pair in pairs]
    letters = KNOWN[seen.name].results[seen.symbol]
    # of a logarithm it is P that is small
    named = ["P" if name == "logP" else name for name, of in KNOWN[seen.name].parameters.items() if of == letters]
    # an entry that should be 0 is right by many ways
    clear = [right != 0 for _, right in pairs]
    # a batch that is wrong everywhere is told from the others by something else
    if any(mask.sum() >= FEWEST and bad[mask].all() for bad, mask in zip(wrong, clear, strict=True)):
        return ""
    off = _pooled(wrong, clear)
    sizes = {f"{name} is": [trial.given_and_p[name] for trial in seen.trials] for name in named}
    sizes |= {f"{seen.symbol} should be": [right for _, right in pairs]}
    for name, parts in sizes.items():
        values = np.abs(_pooled(parts, clear))
        good, bad = values[~off], values[off]
        if len(good) and len(bad) and (bad.max() < good.min() or good.max() < bad.min()):
            small = bad.max() < good.min()
            right = f"{value(good.min())} or more" if small else f"{value(good.max())} or less"
            other = f"{value(bad.max())} or less" if small else f"{value(bad.min())} or more"
            mine, size = capital(seen.mine), "small" if small else "large"
            return (
                f"{mine} is right where {name} {right} in size, and wrong where it is {other}: which step of yours "
                f"treats {size} values in another way?"
            )
    return ""


def _pooled(parts: list[NDArray], masks: list[NDArray]) -> NDArray:
    return np.concatenate([part[mask] for part, mask in zip(parts, masks, strict=True)])
