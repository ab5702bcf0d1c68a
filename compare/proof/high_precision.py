"""High precision: one step in 60 digits, and how far each side is from it.

Sums and products of floats are rational numbers, so E1 is exact until it is rounded to 60 digits. exp, log and all
that follows them are computed in 60 significant digits, of which more than 50 are correct. float64 has 17.
"""

from collections.abc import Callable
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.equations import QUANTITIES
from compare.proof.lockstep import StepPair

WORKING_DIGITS = 60


class Distances(NamedTuple):
    """Largest distance of each side from the exact values, in units of eps times the largest magnitude of these."""

    ours: float
    theirs: float


def distances_from_exact(pair: StepPair, lr: float) -> dict[str, Distances]:
    """For each quantity of a step of plain SGD with rate lr, how far each side is from the exact values."""
    eps = Decimal(float(np.finfo(pair.reference.W.dtype).eps))
    with localcontext(Context(prec=WORKING_DIGITS)):
        exact = high_precision_step(pair.reference.X, pair.reference.y, pair.start.W, pair.start.b, lr)
        return {name: _distances(pair, q.field, exact[q.field], eps) for name, q in QUANTITIES.items()}


def _distances(pair: StepPair, field: str, exact: NDArray, eps: Decimal) -> Distances:
    unit = eps * _largest(exact)
    sides = pair.steps["one_step"], pair.reference
    return Distances(*(_distance(getattr(side, field), exact, unit) for side in sides))


def high_precision_step(X: NDArray, y: NDArray, W: NDArray, b: NDArray, lr: float) -> dict[str, NDArray]:
    """E1 to E6 on the floats that are given, as arrays of Decimal (L has shape ()); X (N, D), y (N,), W (K, D), b (K,).

    The current decimal context says how many digits are computed.
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


def _distance(side: NDArray, exact: NDArray, unit: Decimal) -> float:
    if not np.isfinite(side).all():
        return float("inf")
    error = _largest(_decimals(side) - exact)
    # where every exact value is 0 there is no unit
    return float(error / unit) if unit else float("inf" if error else 0)


def _largest(array: NDArray) -> Decimal:
    return max(map(abs, np.ravel(array)))


def _fractions(array: NDArray) -> NDArray:
    return _each(lambda value: Fraction(float(value)), array)


def _decimals(array: NDArray) -> NDArray:
    return _each(lambda value: Decimal(float(value)), array)


def _each(function: Callable, array: NDArray) -> NDArray:
    return np.frompyfunc(function, 1, 1)(np.asarray(array))
