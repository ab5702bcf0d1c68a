"""What holds of the first tensor that differs: tests of its values, and the mistakes that some of them suggest."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.bugs.traces import Observed, Traces
from compare.equations import QUANTITIES

# Ratios of elements are one number if they agree to this.
SAME = 1e-9


class Fact(NamedTuple):
    """What holds of the tensors, as a sentence, and the name of the mistake that it suggests, if any."""

    text: str
    suggests: str | None = None


def facts(observed: list[Observed], over: Traces) -> list[Fact]:
    """What holds of the first quantity that differs, in the first case where one does; `over` are their traces."""
    n, name = next(iter(over))
    seen, quantity = observed[n], QUANTITIES[name]
    found = [Fact(f"{quantity.symbol} ({quantity.tag}) is the first to differ, {_where(n, seen)}")]
    ours, theirs = seen.pair(name)
    found += [fact for test in TESTS if (fact := test(seen, name, ours, theirs))]
    if name in ("db", "b") and (n, {"db": "dW", "b": "W"}[name]) not in over:
        found.append(Fact("only the bias differs, the weights do not"))
    return found + _changing_ratio(observed, name)


def _where(n: int, seen: Observed) -> str:
    if n == 0:
        return "in the first step"
    if seen.real:
        return f"in {seen.case.name}, and was right before: something is kept from step to step"
    return f'not on real images, but in the batch "{seen.case.name}"'


def _changing_ratio(observed: list[Observed], name: str) -> list[Fact]:
    """A ratio that is one number in each of the real batches, but not the same in all of them."""
    ratios = [_ratio(*seen.pair(name)) for seen in observed if seen.real]
    known = [ratio for ratio in ratios if ratio]
    if name == "loss" or len(known) < len(ratios) or max(known) - min(known) <= SAME * abs(known[0]):
        return []
    shown = ", ".join(f"{ratio:.6g}" for ratio in known)
    return [Fact(f"the ratio {QUANTITIES[name].symbol} ours / theirs changes from step to step: {shown}")]


def _ratio(a: NDArray, b: NDArray) -> float | None:
    """What every element of a is, divided by that of b, if it is one number and not 0."""
    # of smaller elements more than the last digits are rounding
    large = np.abs(b) > 1e-3 * np.abs(b).max()
    if not large.any() or not np.isfinite(a).all():
        return None
    ratios = a[large] / b[large]
    middle = float(np.median(ratios))
    return middle if middle and (np.abs(ratios - middle) <= SAME * abs(middle)).all() else None


def _constant_ratio(seen: Observed, name: str, a: NDArray, b: NDArray) -> Fact | None:
    ratio = _ratio(a, b)
    if ratio is None or abs(ratio - 1) <= SAME:
        return None
    known = next((what for what, value in _known_ratios(*seen.theirs.Z.shape) if abs(ratio / value - 1) <= SAME), None)
    # two scalars always have a ratio: it means something only if it is a number that one knows
    if a.size == 1 and known is None:
        return None
    named = f"{known} = " if known and known != f"{ratio:.7g}" else ""
    text = f"{QUANTITIES[name].symbol} is {named}{ratio:.7g} times what it should be, in every element"
    return Fact(text, RATIOS.get((name, known or "")))


def _known_ratios(N: int, K: int) -> list[tuple[str, float]]:
    return [
        ("N", N), ("1 / N", 1 / N), ("K", K), ("1 / K", 1 / K), ("N K", N * K), ("1 / ln 2", 1 / np.log(2)),
        ("ln 2", np.log(2)), ("N / (N - 1)", N / max(N - 1, 1)), ("N / 100", N / 100), ("-1", -1), ("2", 2),
        ("1 / 2", 0.5), ("255 / 256", 255 / 256),
    ]  # fmt: skip


# By quantity and ratio the mistake that it suggests.
RATIOS = {
    ("log_probabilities", "1 / ln 2"): "base-2-logarithm",
    ("loss", "N"): "summed-loss",
    ("loss", "1 / K"): "mean-over-classes",
    ("dZ", "N"): "summed-gradient",
    ("dZ", "1 / K"): "gradient-mean-over-classes",
    ("dZ", "N / (N - 1)"): "divided-by-n-minus-1",
    ("dZ", "N / 100"): "fixed-hundred",
    ("dZ", "-1"): "wrong-sign",
    ("db", "1 / N"): "mean-for-the-bias",
    ("W", "2"): "updated-twice",
}


def _not_finite(_seen: Observed, name: str, a: NDArray, _b: NDArray) -> Fact | None:
    bad = a[~np.isfinite(a)]
    return Fact(f"{QUANTITIES[name].symbol} has {bad[0]} in {bad.size:,} of {a.size:,} places") if bad.size else None


def _zero(_seen: Observed, name: str, a: NDArray, _b: NDArray) -> Fact | None:
    return Fact(f"{QUANTITIES[name].symbol} is zero in every element") if not a.any() else None


def _constant_offset(seen: Observed, name: str, a: NDArray, b: NDArray) -> Fact | None:
    offsets = a - b
    middle = float(np.median(offsets))
    if a.size == 1 or not (np.abs(offsets - middle) <= max(SAME * abs(middle), seen.limits[name])).all():
        return None
    return Fact(f"{QUANTITIES[name].symbol} is off by {middle:.7g} in every element")


def _transposed(_seen: Observed, name: str, a: NDArray, b: NDArray) -> Fact | None:
    if a.ndim < 2 or not np.allclose(a, b.T.reshape(b.shape), rtol=1e-6, atol=0):
        return None
    return Fact(f"{QUANTITIES[name].symbol} has the right numbers in the order of the transpose", "transposed-gradient")


def _rows_sum_to_one(_seen: Observed, name: str, a: NDArray, _b: NDArray) -> Fact | None:
    if name != "logits" or not (np.abs(a.sum(axis=1) - 1) <= 1e-6).all():
        return None
    return Fact("the rows of Z sum to 1: these are probabilities, not logits", "softmax-before-the-loss")


def _columns_sum_to_one(_seen: Observed, name: str, a: NDArray, _b: NDArray) -> Fact | None:
    if name != "log_probabilities" or not (np.abs(np.exp(a).sum(axis=0) - 1) <= 1e-6).all():
        return None
    return Fact("the columns of P sum to 1; its rows should", "wrong-axis")


def _one_element(seen: Observed, name: str, _a: NDArray, _b: NDArray) -> Fact | None:
    bad = ~(np.abs(seen.difference(name)) <= 1)
    if bad.sum() != 1 or bad.size == 1:
        return None
    index = [int(n) for n in np.argwhere(bad)[0]]
    return Fact(f"only the element {index} of {QUANTITIES[name].symbol} differs")


def _one_slice(seen: Observed, name: str, a: NDArray, _b: NDArray) -> Fact | None:
    """One row or column of a matrix in which more than one element differs: a class, an image or a pixel."""
    bad = ~(np.abs(seen.difference(name)) <= 1)
    if a.ndim < 2 or bad.sum() == 1:
        return None
    by_image = QUANTITIES[name].dimensions == "NK"
    for axis, what in ((0, "class" if by_image else "pixel"), (1, "image" if by_image else "class")):
        places = np.flatnonzero(bad.any(axis=axis))
        if len(places) == 1 and bad.shape[1 - axis] > 1:
            lost = axis == 1 and not by_image and not a[places[0]].any()
            return Fact(f"only {what} {places[0]} differs", "one-class-lost" if lost else None)
    return None


def _other_labels(seen: Observed, name: str, a: NDArray, _b: NDArray) -> Fact | None:
    if name not in ("loss", "dZ"):
        return None
    others = (
        ((seen.y + 1) % seen.theirs.Z.shape[1], "each label one higher", "labels-off-by-one"),
        (np.roll(seen.y, 1), "the neighbour's label", "labels-of-the-neighbour"),
    )
    for labels, what, suggested in others:
        if np.allclose(a, _with_labels(seen, name, labels), rtol=1e-6, atol=1e-9):
            return Fact(f"{QUANTITIES[name].symbol} is what it would be with {what}", suggested)
    return None


def _with_labels(seen: Observed, name: str, labels: NDArray) -> NDArray:
    logP, N = seen.ours.logP, len(labels)
    if name == "loss":
        return np.atleast_1d(-logP[np.arange(N), labels].mean())
    return (np.exp(logP) - np.eye(logP.shape[1])[labels]) / N


TESTS: tuple[Callable[[Observed, str, NDArray, NDArray], Fact | None], ...] = (
    _not_finite,
    _zero,
    _constant_ratio,
    _constant_offset,
    _transposed,
    _rows_sum_to_one,
    _columns_sum_to_one,
    _one_element,
    _one_slice,
    _other_labels,
)
