"""What a wrong result is a sum of: quantities that people know, each times a number."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.exercise.right import one_hot
from compare.exercise.seen import Seen
from compare.exercise.trials import Trial, same, sizes_text

Given = dict[str, Any]
Factors = dict[str, float]
# Below this share of the largest number one is what rounding leaves.
ROUNDING = 1e-9
# So many digits of a factor are shown, or where these do not tell it from the right one, so many.
DIGITS = 4, 8


def _rows(column: NDArray, like: NDArray) -> NDArray:
    return np.broadcast_to(column, like.shape)


def _logits(v: Given) -> dict[str, NDArray]:
    Z = v["X"] @ v["W"].T
    return {"X W^T": Z, "b": _rows(v["b"], Z)} | _largest(Z + v["b"])


def _largest(Z: NDArray) -> dict[str, NDArray]:
    """What people subtract: the largest of each row, and of all."""
    return {"m": _rows(Z.max(axis=1, keepdims=True), Z), "M": np.full_like(Z, Z.max())}


def _log_softmax(v: Given) -> dict[str, NDArray]:
    Z = v["Z"]
    top = Z.max(axis=1, keepdims=True)
    total = top + np.log(np.exp(Z - top).sum(axis=1, keepdims=True))
    return {"Z": Z, "log(sum exp Z)": _rows(total, Z)} | _largest(Z)


def _of_log_p(v: Given) -> dict[str, NDArray]:
    logP = v["logP"]
    P, Y = np.exp(logP), one_hot(v["y"], logP)
    return {"P": P, "Y": Y, "P Y": P * Y, "logP": logP, "": np.ones_like(logP)}


def _softmax_backward(v: Given) -> dict[str, NDArray]:
    P, dP = v["P"], v["dP"]
    s = _rows((P * dP).sum(axis=1, keepdims=True), P)
    r = _rows(dP.sum(axis=1, keepdims=True), P)
    return {"P dP": P * dP, "P P dP": P * P * dP, "P s": P * s, "P r": P * r, "dP": dP, "s": s, "P": P}


def _updated(name: str) -> Callable[[Given], dict[str, NDArray]]:
    return lambda v: {name: v[name], f"d{name}": v[f"d{name}"], "": np.ones_like(v[name])}


PARTS: dict[str, Callable[[Given], dict[str, NDArray]]] = {
    "Z": _logits, "logP": _log_softmax, "dlogP": _of_log_p, "dZ": _of_log_p, "W": _updated("W"), "b": _updated("b"),
}  # fmt: skip
# What a letter means that stands in no file.
LETTERS = {
    "Y": "Y is 1 at the labels and 0 elsewhere",
    "P Y": "P Y is P at the labels and 0 elsewhere",
    "s": "s is the sum of P dP over the row",
    "r": "r is the sum of dP over the row",
    "m": "m is the largest logit of the row",
    "M": "M is the largest logit of the batch",
}


def combined(seen: Seen) -> str:
    """Ours as a sum, with the numbers that each quantity is multiplied by; empty if it is no such sum."""
    parts = _softmax_backward if seen.name == "softmax_backward" else PARTS.get(seen.symbol)
    if parts is None or seen.name == "one_epoch":
        return ""
    clear: list[tuple[Trial, Factors, Factors | None]] = []
    for trial in seen.wrong:
        ours, right = seen.pair(trial)
        known = parts(trial.given)
        if (found := _factors(ours, known)) is None:
            return ""
        # with as many factors as values every result is such a sum, and of parts that go together many are
        if ours.size > len(known) == _rank(known):
            clear.append((trial, found, _factors(right, known)))
    # any number that a batch has of its own is a multiple of M
    if len({round(found.get("M", 0.0), 6) for _, found, _ in clear}) > 1:
        return ""
    digits = next((n for n in DIGITS if all(_text(f, n) != _text(right or {}, n) for _, f, right in clear)), 0)
    if not clear or not digits:
        return ""
    texts = [(trial, _text(found, digits)) for trial, found, _ in clear]
    (first, text), other = texts[0], next((one for one in texts if one[1] != texts[0][1]), None)
    where = f"With {sizes_text(first)}" if other else "In every batch where it is wrong,"
    also = f", and with {sizes_text(other[0])} it is {other[1]}" if other else ""
    used = [
        what
        for letter, what in LETTERS.items()
        if any(letter == name or letter in name.split() for name in clear[0][1])
    ]
    said = f" ({'; '.join(used)})" if used else ""
    return f"{where} {seen.mine} is {text}{also}{said}. Compare this with your own formula, term by term."


def _factors(values: NDArray, parts: dict[str, NDArray]) -> Factors | None:
    """The number of each part in the sum that makes these values; None if there is no such sum."""
    matrix = _columns(parts)
    found = np.linalg.lstsq(matrix, np.ravel(values), rcond=None)[0]
    if not same((matrix @ found).reshape(values.shape), values):
        return None
    large = np.abs(found).max() * ROUNDING
    return {name: float(factor) for name, factor in zip(parts, found, strict=True) if abs(factor) > large}


def _columns(parts: dict[str, NDArray]) -> NDArray:
    return np.stack([np.ravel(part) for part in parts.values()], axis=1)


def _rank(parts: dict[str, NDArray]) -> int:
    return int(np.linalg.matrix_rank(_columns(parts)))


def _text(factors: Factors, digits: int = DIGITS[0]) -> str:
    """As a sum.

    >>> _text({"P": 0.5, "Y": -1.0, "": -0.25})
    '0.5 P - Y - 0.25'
    """
    text = ""
    for name, factor in factors.items():
        size = f"{abs(factor):.{digits}g}"
        size = "" if name and size == "1" else size
        sign = ("- " if factor < 0 else "+ ") if text else "-" * (factor < 0)
        text += f"{' ' * bool(text)}{sign}{size}{' ' * bool(size and name)}{name}"
    return text
