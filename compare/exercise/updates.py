"""What a wrong step of gradient descent computes: by formulas that people write, and by how it differs from E6."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.exercise.seen import SPREAD, Seen, prints_as_one, ratio
from compare.exercise.trials import Trial, alike, same


class Own(NamedTuple):
    """W or b of a trial, its gradient, and the rate."""

    w: NDArray
    g: NDArray
    lr: float


class Both(NamedTuple):
    """All that sgd_step gets."""

    W: NDArray
    b: NDArray
    dW: NDArray
    db: NDArray
    lr: float


# What people write for W or b, with {0} for its name: of W or b, its gradient and the rate.
OF_ITS_OWN: dict[str, Callable[[Own], NDArray]] = {
    "-lr * d{0}": lambda v: -v.lr * v.g,
    "lr * d{0}": lambda v: v.lr * v.g,
    "d{0}": lambda v: v.g,
    "{0} - lr": lambda v: v.w - v.lr,
    "{0} - (lr + d{0})": lambda v: v.w - (v.lr + v.g),
    "lr * {0} - d{0}": lambda v: v.lr * v.w - v.g,
    "-{0} - lr * d{0}": lambda v: -v.w - v.lr * v.g,
    "{0} - int(lr) * d{0}": lambda v: v.w - int(v.lr) * v.g,
    "{0} - d{0} / lr": lambda v: v.w - v.g / v.lr,
    "{0} - lr * lr * d{0}": lambda v: v.w - v.lr * v.lr * v.g,
    "(1 - lr) * {0} + lr * d{0}": lambda v: (1 - v.lr) * v.w + v.lr * v.g,
    "{0} - lr * {0}": lambda v: v.w - v.lr * v.w,
    "{0} - lr * abs(d{0})": lambda v: v.w - v.lr * np.abs(v.g),
    "{0} - lr * d{0} ** 2": lambda v: v.w - v.lr * v.g**2,
    "{0} - lr * np.sign(d{0})": lambda v: v.w - v.lr * np.sign(v.g),
    "{0} - lr * np.maximum(d{0}, 0)": lambda v: v.w - v.lr * np.maximum(v.g, 0),
    "{0} - lr * np.minimum(d{0}, 0)": lambda v: v.w - v.lr * np.minimum(v.g, 0),
    "{0} - lr * d{0}.mean()": lambda v: v.w - v.lr * v.g.mean(),
    "{0} - lr * d{0}.sum()": lambda v: v.w - v.lr * v.g.sum(),
    "{0} - lr * d{0}.mean(axis=0)": lambda v: v.w - v.lr * v.g.mean(axis=0),
    "{0} - lr * d{0}.sum(axis=0)": lambda v: v.w - v.lr * v.g.sum(axis=0),
    "{0} - lr * d{0} / abs(d{0}).max()": lambda v: v.w - v.lr * v.g / np.abs(v.g).max(),
    "{0} - lr * d{0} / np.linalg.norm(d{0})": lambda v: v.w - v.lr * v.g / np.linalg.norm(v.g),
}
# What people write for one of the two with the gradient of the other.
OF_THE_OTHER: dict[str, dict[str, Callable[[Both], NDArray]]] = {
    "W": {"W - lr * db[:, None]": lambda v: v.W - v.lr * v.db[:, None]},
    "b": {
        "b - lr * dW.sum(axis=1)": lambda v: v.b - v.lr * v.dW.sum(axis=1),
        "b - lr * dW.mean(axis=1)": lambda v: v.b - v.lr * v.dW.mean(axis=1),
        "b - lr * dW[:, 0]": lambda v: v.b - v.lr * v.dW[:, 0],
        "b - lr * dW.mean()": lambda v: v.b - v.lr * v.dW.mean(),
        "b - lr * dW.sum()": lambda v: v.b - v.lr * v.dW.sum(),
        "b - lr * (new W).sum(axis=1)": lambda v: v.b - v.lr * (v.W - v.lr * v.dW).sum(axis=1),
    },
}
TURNED = " If you wrote `{0} =- a`: Python reads it as `{0} = -a`."
COUNTED = {"K": "class", "D": "pixel"}


def updated(seen: Seen) -> str:
    """What the new W or b is, if it is known; empty for other functions than sgd_step."""
    if seen.name != "sgd_step":
        return ""
    return next((text for tell in (_formula, _length, _cut_off, _first_row, _more) if (text := tell(seen))), "")


def _formula(seen: Seen) -> str:
    name = seen.symbol
    for text in (*OF_ITS_OWN, *OF_THE_OTHER[name]):
        if all(alike(seen.pair(trial)[0], _made(text, trial, name)) for trial in seen.wrong):
            turned = TURNED.format(name) if text == "-lr * d{0}" else ""
            return f"Your new {name} has the values of `{text.format(name)}`, and E6 is {name} - lr * d{name}.{turned}"
    return ""


def _made(text: str, trial: Trial, name: str) -> NDArray:
    if text in OF_ITS_OWN:
        return OF_ITS_OWN[text](Own(trial.given[name], trial.given[f"d{name}"], trial.given["lr"]))
    return OF_THE_OTHER[name][text](Both(*trial.inputs))


def _length(seen: Seen) -> str:
    """The step has the right direction, and is so many times as long."""
    found = [
        ratio(ours - trial.given[seen.symbol], right - trial.given[seen.symbol])
        for trial in seen.wrong
        for ours, right in [seen.pair(trial)]
    ]
    if None in found or not all(found) or len(seen.wrong) < 2:
        return ""
    ratios, step = np.array(found, float), f"Your step of {seen.symbol} is"
    if (rate := _constant(ratios * [trial.given["lr"] for trial in seen.wrong])) is not None:
        times = "" if prints_as_one(abs(rate)) else f"{abs(rate):.4g} * "
        return (
            f"In every batch where it is wrong, your new {seen.symbol} is {seen.symbol} {'-' if rate > 0 else '+'} "
            f"{times}d{seen.symbol}, whatever lr is: use lr as it comes in."
        )
    for letter, what in COUNTED.items():
        share = _constant(ratios / [trial.sizes[letter] for trial in seen.wrong])
        if share is not None and abs(share - 1) < SPREAD:
            return f"{step} {letter} times as long as it should be, as if it were made once for each {what}."
    if len(seen.wrong) == len(seen.trials) and (factor := _constant(ratios)) is not None:
        digits = 8 if prints_as_one(factor) else 4
        length = f"{abs(factor):.{digits}g} times as long as it should be"
        length = "as long as it should be" if prints_as_one(-factor) else length
        turned = f"goes the other way, and is {length}" if factor < 0 else f"is {length}"
        return f"Your step of {seen.symbol} {turned}, in every batch: its factors are lr and the gradient."
    return ""


def _constant(values: NDArray) -> float | None:
    if np.ptp(values) > SPREAD * np.abs(values).max():
        return None
    return float(values[0])


def _cut_off(seen: Seen) -> str:
    """The new values are the right ones within a limit."""
    limit = max(float(np.abs(seen.pair(trial)[0]).max()) for trial in seen.wrong)
    if not seen.all_wrong(lambda ours, right, _: same(ours, np.clip(right, -limit, limit))):
        return ""
    return (
        f"Your new {seen.symbol} is right where it lies between -{limit:.4g} and {limit:.4g}, and cut off there: "
        f"{seen.symbol} may have any size."
    )


def _first_row(seen: Seen) -> str:
    """Only the first row, or entry, has its step."""
    for trial in seen.wrong:
        ours, right = seen.pair(trial)
        if not same(ours[:1], right[:1]) or not same(ours[1:], trial.given[seen.symbol][1:]):
            return ""
    row = "row" if seen.first.right[seen.result].ndim == 2 else "entry"
    return (
        f"Only the first {row} of your {seen.symbol} gets its step, and all others stay as they came in: does `return` "
        "stand in a loop?"
    )


def _more(seen: Seen) -> str:
    """The right one and a multiple of W or b."""
    found = [ratio(np.subtract(*seen.pair(trial)), trial.given[seen.symbol]) for trial in seen.wrong]
    if None in found or len(found) < 2 or (factor := _constant(np.array(found, float))) is None:
        return ""
    return f"Your new {seen.symbol} is the right one with {factor:.4g} * {seen.symbol} added to it."
