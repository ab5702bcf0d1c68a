"""A third opinion, from exact rationals and 60 digits: which of the two sides is nearer to the truth.

Sums and products of floats are rational numbers, so E1 is exact. exp, log and all that comes after them is computed
with 60 significant digits, of which more than 50 are right.
"""

from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.equations import QUANTITIES
from compare.proof.lockstep import StepPair

DIGITS = 60


class Distances(NamedTuple):
    """Largest distance of each side from the truth, in units of eps times the largest magnitude of the quantity."""

    ours: float
    theirs: float


def distances_from_exact(pair: StepPair, lr: float) -> dict[str, Distances]:
    """For each quantity of a step of plain SGD with rate lr, how far each side is from the truth."""
    with localcontext(Context(prec=DIGITS)):
        truth = high_precision_step(pair.reference.X, pair.reference.y, pair.start.W, pair.start.b, lr)
        found = {}
        for name, quantity in QUANTITIES.items():
            right = truth[quantity.field]
            sides = [getattr(step, quantity.field) for step in (pair.steps["one_step"], pair.reference)]
            unit = Decimal(float(np.finfo(sides[1].dtype).eps)) * _largest(right)
            found[name] = Distances(*(_distance(side, right, unit) for side in sides))
        return found


def high_precision_step(X: NDArray, y: NDArray, W: NDArray, b: NDArray, lr: float) -> dict[str, NDArray]:
    """E1 to E6 on the floats that are given, as arrays of Decimal (L has shape ()); X (N, D), y (N,), W (K, D), b (K,).

    To be called with a context of as many digits as are wanted.
    """
    rows, N = np.arange(len(y)), len(y)
    # E1, without any rounding
    Z = _each(lambda q: Decimal(q.numerator) / q.denominator, _fractions(X) @ _fractions(W).T + _fractions(b))
    # E2
    S = Z - Z.max(axis=1, keepdims=True)
    logP = S - _each(Decimal.ln, _each(Decimal.exp, S).sum(axis=1, keepdims=True))
    # E3
    L = np.array(-logP[rows, y].sum() / N)
    # E4
    dZ = _each(Decimal.exp, logP)
    dZ[rows, y] -= 1
    dZ = dZ / N
    # E5
    dW, db = dZ.T @ _decimals(X), dZ.sum(axis=0)
    # E6
    eta = Decimal(lr)
    return {
        "Z": Z,
        "logP": logP,
        "L": L,
        "dZ": dZ,
        "dW": dW,
        "db": db,
        "W": _decimals(W) - eta * dW,
        "b": _decimals(b) - eta * db,
    }


def _distance(side: NDArray, right: NDArray, unit: Decimal) -> float:
    if not np.isfinite(side).all():
        return float("inf")
    return float(_largest(_decimals(side) - right) / unit) if unit else 0.0


def _largest(array: NDArray) -> Decimal:
    return max(map(abs, np.ravel(array)))


def _fractions(array: NDArray) -> NDArray:
    return _each(lambda value: Fraction(float(value)), array)


def _decimals(array: NDArray) -> NDArray:
    return _each(lambda value: Decimal(float(value)), array)


def _each(function, array: NDArray) -> NDArray:
    return np.frompyfunc(function, 1, 1)(np.asarray(array))
