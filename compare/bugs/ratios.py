"""The ratio of what a function made to what is right, as a formula in N, K, D and lr that holds in all cases."""

import itertools

import numpy as np
from numpy.typing import NDArray

from compare.bugs.traces import Observed

# How far apart the ratios of elements may be that are one number.
RATIO_SPREAD = {"float64": 1e-9, "float32": 1e-3}
# The share of the largest element from which a ratio is read.
SHARE_OF_LARGEST = 0.01
CONSTANTS = {
    1 / np.log(2): "1 / ln 2", np.log(2): "ln 2", 1 / np.log(10): "1 / ln 10", np.log(10): "ln 10",
    255 / 256: "255 / 256", 1 / 255: "1 / 255",
}  # fmt: skip
POWERS = (1, -1, 2, -2)


def common_ratio(cases: list[Observed], field: str) -> str | None:
    """The formula of the ratio that holds in all these cases, empty if it is only a number; None if there is none.

    Cases in which rounding hides a ratio, or ours is not finite, are passed over.
    """
    clear = [seen for seen in cases if _is_clear(seen, field)]
    ratios = [ratio_of(seen, field) for seen in clear]
    if None in ratios or not any(seen.differs(field) for seen in clear):
        return None
    same = RATIO_SPREAD[str(clear[0].theirs.W.dtype)]
    return _formula(np.array([_sizes(seen) for seen in clear]), np.array(ratios, float), same)


def ratio_of(seen: Observed, field: str) -> float | None:
    """What every element is, divided by what it should be, if it is one number and not 0."""
    a, b = seen.pair(field)
    large = np.abs(b) > SHARE_OF_LARGEST * np.abs(b).max()
    if not large.any():
        return None
    middle, same = float(np.median(a[large] / b[large])), RATIO_SPREAD[str(b.dtype)]
    if abs(middle) * np.abs(b).max() <= seen.limits[field]:
        return None
    gaps = np.abs(a - middle * b) - max(1.0, abs(middle)) * seen.limits[field]
    return middle if (gaps <= same * np.abs(middle * b)).all() else None


def _is_clear(seen: Observed, field: str) -> bool:
    """True if the values are so large that rounding does not change a ratio."""
    mine, right = seen.pair(field)
    if not np.isfinite(mine).all():
        return False
    largest = float(np.abs(right).max())
    return 0 < largest < np.inf and seen.limits[field] <= RATIO_SPREAD[str(right.dtype)] * SHARE_OF_LARGEST * largest


def _sizes(seen: Observed) -> tuple[float, float, float, float]:
    (N, D), K = seen.theirs.X.shape, seen.theirs.Z.shape[1]
    return N, K, D, seen.start.chosen.lr


def _formula(sizes: NDArray, ratios: NDArray, same: float) -> str | None:
    """The simplest product of powers of N, K, D and lr that all ratios are, times one number."""
    N = sizes[:, 0]
    with_one_less = N / np.maximum(N - 1, 1)
    if np.ptp(N) and (np.abs(ratios / with_one_less - 1) <= same).all():
        return "N / (N - 1)"
    for powers in _powers():
        factors = np.prod(sizes ** np.array(powers), axis=1)
        left = ratios / factors
        if (np.abs(left / left[0] - 1) <= same).all():
            return _text(float(left[0]), powers, same)
    return None


def _powers() -> list[tuple[float, ...]]:
    """Exponents of N, K, D and lr, the simplest first; D may have a root."""
    one = [0, *POWERS]
    every = itertools.product(one, one, [*one, 0.5, -0.5], one)
    simple = [powers for powers in every if sum(map(bool, powers)) <= 2]
    return sorted(simple, key=lambda powers: (sum(map(bool, powers)), sum(map(abs, powers))))


def _text(constant: float, powers: tuple[float, ...], same: float) -> str:
    """A number and exponents as a formula, as `N / K`; of a number that is no known one nothing.

    >>> _text(1.0, (1, -1, 0, 0), 1e-9), _text(0.01, (1, 0, 0, 0), 1e-9), _text(-1.0, (0, 0, 0, 0), 1e-9)
    ('N / K', 'N / 100', '')
    """
    named = zip(("N", "K", "D", "lr"), powers, strict=True)
    above: list[str] = []
    below: list[str] = []
    for name, power in named:
        if power:
            root = f"sqrt({name})" if abs(power) == 0.5 else name + ("²" if abs(power) == 2 else "")
            (above if power > 0 else below).append(root)
    if not above and not below:
        return next((text for value, text in CONSTANTS.items() if abs(constant / value - 1) <= same), "")
    sign, size = ("-" if constant < 0 else ""), abs(constant)
    if size > 1 + same:
        above.insert(0, f"{size:.6g}")
    elif size < 1 - same:
        below.insert(0, f"{1 / size:.6g}")
    return sign + " ".join(above or ["1"]) + (f" / {_product(below)}" if below else "")


def _product(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' '.join(parts)})"
