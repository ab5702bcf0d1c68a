"""What one factor is, if all of a result is right but for it."""

from collections.abc import Callable
from itertools import product

import numpy as np

from compare.exercise.seen import SPREAD, Seen, prints_as_one, ratio

# Factors that people write, from N, D and K.
FACTORS: dict[str, Callable[[float, float, float], float]] = {
    "N": lambda N, _, __: N,
    "1/N": lambda N, _, __: 1 / N,
    "D": lambda _, D, __: D,
    "1/D": lambda _, D, __: 1 / D,
    "K": lambda _, __, K: K,
    "1/K": lambda _, __, K: 1 / K,
    "N/K": lambda N, _, K: N / K,
    "K/N": lambda N, _, K: K / N,
    "1/(N K)": lambda N, _, K: 1 / (N * K),
    "N K": lambda N, _, K: N * K,
    "N/(N - 1)": lambda N, _, __: N / max(N - 1, 1),
    "1/(N - 1)": lambda N, _, __: 1 / max(N - 1, 1),
    "the root of N": lambda N, _, __: N**0.5,
    "1 / the root of N": lambda N, _, __: N**-0.5,
    "(N - 1)/N": lambda N, _, __: (N - 1) / N,
    "1/N squared": lambda N, _, __: N**-2,
    "N/100": lambda N, _, __: N / 100,
}
SIGNS = {"": 1, "-": -1}
CONSTANTS = {np.log(10): "ln 10", 1 / np.log(10): "1 / ln 10", np.log(2): "ln 2", 1 / np.log(2): "1 / ln 2"}


def one_factor(seen: Seen) -> str:
    """Everything is right but one factor."""
    ratios = [ratio(*seen.pair(trial)) for trial in seen.trials]
    if any(r is None for r in ratios):
        return ""
    found = np.array(ratios, float)
    if prints_as_one(*(ratio(*seen.pair(trial)) for trial in seen.wrong)):
        return ""
    if not found.any():
        return ""
    if np.ptp(found) < 1e-6 * abs(found[0]):
        named = next((f" = {text}" for number, text in CONSTANTS.items() if abs(found[0] - number) < 1e-6), "")
        return f"All of {seen.symbol} is right but for one factor: {found[0]:.6g}{named}, in every batch."
    sizes = [[trial.sizes.get(letter, 0) for letter in "NDK"] for trial in seen.trials]
    for (text, make), (sign, times) in product(FACTORS.items(), SIGNS.items()):
        made = [times * _made(make, row) for row in sizes]
        if all(N and K for N, _, K in sizes) and np.allclose(found, made, rtol=1e-6):
            turned = ", with the other sign" if sign else ""
            return f"All of {seen.symbol} is right but for one factor: it is {text} times what it should be{turned}."
    N = np.array([row[0] for row in sizes])
    if N.all() and np.ptp(found / N) < SPREAD * abs(found[0]):
        return (
            f"You divide by {N[0] / found[0]:.6g} in every batch, and N is another number in each: take N from the "
            "shape of an input."
        )
    if seen.first.ours[seen.result].size < 2:
        return ""
    return (
        f"In each batch all of {seen.symbol} is the right one times one number, and this number is not the same in all "
        "batches. Look for a step that multiplies or divides all of it: by a size, a sum, a mean or a norm."
    )


def _made(make: Callable[[float, float, float], float], row: list[float]) -> float:
    N, D, K = row
    return make(N, D or np.nan, K)
