"""Tests of the values of one quantity in one case: what is said of it if they hold."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from compare.bugs.traces import NAMES, Observed
from compare.equations import QUANTITIES

# What holds of both tensors of a field in one case, with {} for its symbol: empty if nothing, None if one cannot say.
Test = Callable[[Observed, str, NDArray, NDArray], str | None]

FEW_DIGITS = "has no more digits than"
ROUNDED = {"float16": np.float16, "float32": np.float32}


def zero(_seen: Observed, _field: str, a: NDArray, b: NDArray) -> str:
    """Nothing but zeros, which is wrong."""
    return "{} is zero in every element" if not a.any() and b.any() else ""


def _constant_offset(seen: Observed, field: str, a: NDArray, b: NDArray) -> str:
    offsets = a - b
    middle = float(np.median(offsets))
    if a.size == 1 or not (np.abs(offsets - middle) <= max(1e-9 * abs(middle), seen.limits[field])).all():
        return ""
    return f"{{}} is off by {middle:.7g} in every element"


def _rows_offset(seen: Observed, field: str, a: NDArray, b: NDArray) -> str:
    each = "each row of {} is off by a number of its own"
    return each if field in ("Z", "logP") and _constant_along(1, a - b, seen.limits[field]) else ""


def _columns_offset(seen: Observed, field: str, a: NDArray, b: NDArray) -> str | None:
    each = "each class of {} is off by a number of its own"
    if len(a) < 2:
        return None
    return each if field in ("Z", "logP") and _constant_along(0, a - b, seen.limits[field]) else ""


def _constant_along(axis: int, offsets: NDArray, limit: float) -> bool:
    """True if all offsets along an axis are one number, and those numbers differ and are mostly not 0."""
    constant = bool((np.ptp(offsets, axis=axis) <= 2 * limit).all())
    several = (np.abs(offsets).max(axis=axis) > limit).sum() > 1
    return constant and bool(several) and bool(np.ptp(offsets) > 2 * limit)


def _transposed(_seen: Observed, _field: str, a: NDArray, b: NDArray) -> str:
    same = a.ndim == 2 and np.allclose(a, b.T.reshape(b.shape), rtol=1e-6, atol=0)
    return "{} has the right numbers in the order of the transpose" if same else ""


def _probabilities(_seen: Observed, field: str, a: NDArray, _b: NDArray) -> str:
    if field not in ("Z", "logP") or not (np.abs(a.sum(axis=1) - 1) <= 1e-6).all():
        return ""
    return "the rows of {} sum to 1: these are probabilities, not " + ("logits" if field == "Z" else "logarithms")


def _columns_sum_to_one(_seen: Observed, field: str, a: NDArray, _b: NDArray) -> str:
    same = field == "logP" and (np.abs(np.exp(a).sum(axis=0) - 1) <= 1e-6).all()
    return "the columns of P sum to 1; its rows should" if same else ""


def _few_digits(_seen: Observed, _field: str, a: NDArray, b: NDArray) -> str:
    if a.size == 1 or not a.any() or not np.isfinite(a).all():
        return ""
    for name, kind in ROUNDED.items():
        with np.errstate(over="ignore"):
            fits = [np.array_equal(one.astype(kind), one) for one in (a, b)]
        if a.dtype != kind and fits == [True, False]:
            return f"{{}} {FEW_DIGITS} {name} has"
    return ""


def one_element(seen: Observed, field: str, a: NDArray, b: NDArray) -> str:
    """The only element that differs, of several."""
    bad = ~(np.abs(a - b) <= seen.limits[field])
    if bad.sum() != 1 or bad.size == 1:
        return ""
    index = [int(n) for n in np.argwhere(bad)[0]]
    return f"only the element {index} of {{}} differs"


def one_slice(seen: Observed, field: str, a: NDArray, b: NDArray) -> str | None:
    """One row or column of a matrix in which more than one element differs: a class, an image or a pixel."""
    bad = ~(np.abs(a - b) <= seen.limits[field])
    if a.ndim < 2 or bad.sum() == 1:
        return None
    by_image = QUANTITIES[NAMES[field]].dimensions == "NK"
    for axis, what in ((0, "class" if by_image else "pixel"), (1, "image" if by_image else "class")):
        places = np.flatnonzero(bad.any(axis=axis))
        if len(places) == 1 and bad.shape[1 - axis] > 1:
            last = bad.shape[1 - axis] - 1
            named = {0: f"the first {what}", last: f"the last {what}"}.get(int(places[0]), f"{what} {places[0]}")
            return f"only {named} of {{}} differs"
    return ""


def _other_labels(seen: Observed, field: str, a: NDArray, _b: NDArray) -> str | None:
    if field not in ("L", "dZ") or len(seen.theirs.y) < 2:
        return None
    y, K = seen.theirs.y, seen.theirs.Z.shape[1]
    others = {
        "each label one higher": (y + 1) % K,
        "each label one lower": (y - 1) % K,
        "the neighbour's label": np.roll(y, 1),
        "the predicted class for the label": seen.theirs.Z.argmax(axis=1),
    }
    return next((f"{{}} is what it would be with {text}" for text, o in others.items() if _fits(seen, field, a, o)), "")


def _fits(seen: Observed, field: str, a: NDArray, labels: NDArray) -> bool:
    logP, N = seen.theirs.logP, len(labels)
    if field == "L":
        expected = np.atleast_1d(-logP[np.arange(N), labels].mean())
    else:
        expected = (np.exp(logP) - np.eye(logP.shape[1])[labels]) / N
    return bool(np.allclose(a, expected, rtol=1e-6, atol=1e-9))


TESTS: tuple[Test, ...] = (
    zero,
    _constant_offset,
    _rows_offset,
    _columns_offset,
    _transposed,
    _probabilities,
    _columns_sum_to_one,
    _few_digits,
    one_element,
    one_slice,
    _other_labels,
)
