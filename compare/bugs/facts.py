"""What holds of the first quantity that is wrong: where it is, and tests of its values in all cases in which it is.

A sentence is told only if it holds in every case that it speaks of.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from compare.backends.protocol import Backend
from compare.bugs.ratios import Ratio, common_ratio, ratio_of
from compare.bugs.traces import NAMES, Observed
from compare.equations import QUANTITIES
from scratch import Step

# A ratio so near to 1 is told as what is left of it.
NEAR = 1e-6
# Ratios that are shown of those that change.
SHOWN = 4
# An error of more than so many times the size needs no number.
FAR = 100
ROUNDED = {"float16": np.float16, "float32": np.float32}


def facts(observed: list[Observed], first: int, function: str, ours: Backend) -> list[str]:
    """What holds of the first quantity that differs; `first` is the first case in which one does, of this function."""
    seen = observed[first]
    field = next(field for field in Step._fields[2:] if seen.differs(field))
    reached = [one for one in observed if one.reached(function)]
    wrong = [one for one in reached if one.differs(field)] or [seen]
    quantity = QUANTITIES[NAMES[field]]
    found = [f"{quantity.symbol} ({quantity.tag}) is the first to differ, {where(observed, first, ours)}"]
    found += [fact for fact in (_ratio(reached, field), _only_the_bias(reached, field)) if fact]
    found += [text for test in TESTS if (text := _in_all(test, wrong, field))]
    return found if len(found) > 1 else [*found, _size(wrong[0], field)]


def where(observed: list[Observed], first: int, ours: Backend) -> str:
    """In which of the inputs a quantity is wrong first, and whether the steps before have to do with it."""
    seen = observed[first]
    before = [one for one in observed[:first] if one.steps is seen.steps]
    if before and not _is_wrong_alone(seen, ours):
        place = seen.case.name if seen.kind == "training" else f'the batch "{seen.case.name}"'
        return f"in {place}, after other steps, but not when it is the first: something is kept from step to step"
    return {
        "training": f"in {seen.case.name}, and not in those before" if before else "in the first step",
        "evaluation": f"not in training, but in a batch of {len(seen.theirs.y):,} images, as evaluation has it",
        "exact": f'only in exact steps, where nothing rounds: "{seen.case.name}", lr {seen.start.chosen.lr:g}',
        "hard": f'not on real images, but in the batch "{seen.case.name}"',
        "small": f'not on images of this size, but in the batch "{seen.case.name}"',
    }[seen.kind]


def _is_wrong_alone(seen: Observed, ours: Backend) -> bool:
    side = ours.side(seen.steps, str(seen.theirs.W.dtype))
    side.start_from(seen.case.start)
    alone = seen._replace(ours=Step(*map(np.array, side.step(seen.case.index))))
    return any(alone.differs(field) for field in Step._fields)


def _ratio(reached: list[Observed], field: str) -> str:
    """The ratio that holds at every N, K, D and lr; or that there is one in each case, and not the same."""
    symbol, every = QUANTITIES[NAMES[field]].symbol, "" if field == "L" else ", in every element"
    known = common_ratio(reached, field)
    if known:
        # two scalars always have a ratio, here it is the same in all cases
        return "" if known.value == 1 else f"{symbol} {_times(known)}{every}"
    changing = [ratio for one in reached if one.kind == "training" and (ratio := ratio_of(one, field))]
    if field == "L" or len(changing) < 2 or np.ptp(changing) <= 1e-9 * abs(changing[0]):
        return ""
    shown = ", ".join(f"{ratio:.6g}" for ratio in changing[:SHOWN])
    return f"the ratio {symbol} ours / theirs changes from step to step: {shown}"


def _times(ratio: Ratio) -> str:
    if not ratio.text and abs(ratio.value - 1) < NEAR:
        return f"is off by {abs(ratio.value - 1):.1g} of its size"
    number = f"{ratio.value:.7g}"
    named = f"{ratio.text} = {number}" if ratio.text and ratio.text != number else number
    return f"is {named} times what it should be"


def _only_the_bias(reached: list[Observed], field: str) -> str:
    weights = {"db": "dW", "b": "W"}.get(field)
    right = weights and not any(one.differs(weights) for one in reached)
    return "only the bias differs, the weights do not" if right else ""


def _in_all(test: Callable[[Observed, str, NDArray, NDArray], str], wrong: list[Observed], field: str) -> str:
    """What the test says of all these cases; empty unless it is the same."""
    said = {test(one, field, *one.pair(field)) for one in wrong}
    return said.pop().format(QUANTITIES[NAMES[field]].symbol) if len(said) == 1 else ""


def _size(seen: Observed, field: str) -> str:
    """What holds in one case, if nothing is known that holds in all."""
    a, b = seen.pair(field)
    symbol = QUANTITIES[NAMES[field]].symbol
    bad = a[~np.isfinite(a)]
    if bad.size:
        return f"there {symbol} has {bad[0]} in {bad.size:,} of {a.size:,} places"
    if place := _one_slice(seen, field, a, b) or _one_element(seen, field, a, b):
        return f"there {place.format(symbol)}"
    largest = float(np.abs(b).max())
    off = float(np.abs(a - b).max()) / largest if largest else np.inf
    if off >= FAR:
        return f"there {symbol} is off by far over {FAR} times its size"
    return f"there {symbol} is off by {shared(off)} of its {'size' if field == 'L' else 'largest value'}"


def shared(share: float) -> str:
    """A share of something, small or large.

    >>> shared(5e-8), shared(0.004), shared(0.123), shared(3.2)
    ('5e-08', '0.4 %', '12 %', '320 %')
    """
    if share < 1e-4:
        return f"{share:.1g}"
    return f"{100 * share:.1g} %" if share < 0.01 else f"{100 * share:.0f} %"


def _zero(_seen: Observed, _field: str, a: NDArray, b: NDArray) -> str:
    return "{} is zero in every element" if not a.any() and b.any() else ""


def _constant_offset(seen: Observed, field: str, a: NDArray, b: NDArray) -> str:
    offsets = a - b
    middle = float(np.median(offsets))
    if a.size == 1 or not (np.abs(offsets - middle) <= max(1e-9 * abs(middle), seen.limits[field])).all():
        return ""
    return f"{{}} is off by {middle:.7g} in every element"


def _rows_offset(seen: Observed, field: str, a: NDArray, b: NDArray) -> str:
    offsets = a - b
    if field not in ("Z", "logP") or np.ptp(offsets) <= seen.limits[field]:
        return ""
    same = (np.ptp(offsets, axis=1) <= 2 * seen.limits[field]).all()
    return "each row of {} is off by a number of its own" if same else ""


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


def _few_digits(_seen: Observed, _field: str, a: NDArray, _b: NDArray) -> str:
    for name, kind in ROUNDED.items():
        if a.dtype != kind and a.size > 1 and np.array_equal(a.astype(kind), a, equal_nan=True) and (a % 1).any():
            return f"{{}} has no more digits than {name} has"
    return ""


def _one_element(seen: Observed, field: str, a: NDArray, b: NDArray) -> str:
    bad = ~(np.abs(a - b) <= seen.limits[field])
    if bad.sum() != 1 or bad.size == 1:
        return ""
    index = [int(n) for n in np.argwhere(bad)[0]]
    return f"only the element {index} of {{}} differs"


def _one_slice(seen: Observed, field: str, a: NDArray, b: NDArray) -> str:
    """One row or column of a matrix in which more than one element differs: a class, an image or a pixel."""
    bad = ~(np.abs(a - b) <= seen.limits[field])
    if a.ndim < 2 or bad.sum() == 1:
        return ""
    by_image = QUANTITIES[NAMES[field]].dimensions == "NK"
    for axis, what in ((0, "class" if by_image else "pixel"), (1, "image" if by_image else "class")):
        places = np.flatnonzero(bad.any(axis=axis))
        if len(places) == 1 and bad.shape[1 - axis] > 1:
            last = bad.shape[1 - axis] - 1
            named = {0: f"the first {what}", last: f"the last {what}"}.get(int(places[0]), f"{what} {places[0]}")
            return f"only {named} of {{}} differs"
    return ""


def _bounded(_seen: Observed, _field: str, a: NDArray, b: NDArray) -> str:
    largest = np.abs(a).max()
    return f"no element of {{}} is above {largest:.6g} in size" if 0 < largest < np.abs(b).max() else ""


def _columns_offset(seen: Observed, field: str, a: NDArray, b: NDArray) -> str:
    offsets = a - b
    if field not in ("Z", "logP") or len(a) < 2 or np.ptp(offsets) <= seen.limits[field]:
        return ""
    same = (np.ptp(offsets, axis=0) <= 2 * seen.limits[field]).all()
    return "each class of {} is off by a number of its own" if same else ""


def _other_labels(seen: Observed, field: str, a: NDArray, _b: NDArray) -> str:
    if field not in ("L", "dZ") or len(seen.theirs.y) < 2:
        return ""
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


TESTS: tuple[Callable[[Observed, str, NDArray, NDArray], str], ...] = (
    _zero,
    _constant_offset,
    _rows_offset,
    _columns_offset,
    _transposed,
    _probabilities,
    _columns_sum_to_one,
    _few_digits,
    _one_element,
    _one_slice,
    _bounded,
    _other_labels,
)
