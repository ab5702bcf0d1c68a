"""How far apart the two sides may be in each quantity, and why.

    allowed = eps * (16 * size + sqrt(t) * terms)

    size   largest magnitude of the reference's tensor; for L that of logP, because L is a mean of values of logP
    terms  largest magnitude of the numbers that were added or subtracted to compute it
    z      the terms of Z: largest sum of absolute products in a logit, max |X| |W|^T + |b|
    c      the terms of logP and L: z + 2 max |Z|, because a difference of two logits has the rounding of both
    t      number of steps since both sides had the same weights; 1 in the reading "one step"

A budget is `allowed / size`, a scaled error `max |difference| / size`, and `used` is the error divided by the budget.

`size` alone is not enough. A loss near 0, a gradient of images that fit well and a first tiny update are small
differences of large numbers: they have the rounding of the large numbers. Rounding errors of different steps are
independent, so over a run they add up like a random walk: with sqrt(t).
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.protocol import State
from compare.equations import QUANTITIES
from compare.problem import Hyperparameters
from scratch import Step, Velocity

ROUNDINGS = 16


class Start(NamedTuple):
    """What a step started from: W (K, D), b (K,), the velocity, the run's initial W0 and b0, and its options."""

    W: NDArray
    b: NDArray
    velocity: Velocity | None
    W0: NDArray
    b0: NDArray
    chosen: Hyperparameters

    @classmethod
    def of(cls, state: State, initial: tuple[NDArray, NDArray], chosen: Hyperparameters) -> "Start":
        """The start of a step from `state`, in a run that began with the weights `initial`."""
        return cls(*state, *initial, chosen)

    @property
    def parameters(self) -> tuple[NDArray, NDArray]:
        """W and b, by number."""
        return self.W, self.b


class Terms(NamedTuple):
    """What the terms of a budget are, and why they are that."""

    terms: str
    why: str


TERMS = {
    "logits": Terms("z", "the same D products, added in another order"),
    "log_probabilities": Terms("c", "logits are subtracted; exp and log round too"),
    "loss": Terms("c", "a mean of log-probabilities, and of their size"),
    "dZ": Terms("max(1, c) / N", "P and Y cancel, P has the error of logP"),
    "dW": Terms("max(1, c) mean X", "dZ X summed over the batch, dZ as above"),
    "db": Terms("max(1, c)", "dZ summed over the batch, where it cancels"),
    "W": Terms("max|W| + lr (dW's)", "storing W rounds once a side, half an ulp each"),
    "b": Terms("max|b| + lr (db's)", "storing b rounds once a side, half an ulp each"),
}


def sizes(ref: Step, start: Start) -> dict[str, tuple[float, float]]:
    """For each quantity (size, terms) of one step, from the reference's tensors."""
    N, X = len(ref.Z), not_negative(ref.X)
    z = largest_products(X, start.W, start.b)
    c = z + 2 * _largest(ref.Z)
    db_terms = max(1.0, c)
    dW_terms = db_terms * float(X.sum(axis=0).max()) / N
    return {
        "logits": (_largest(ref.Z), z),
        "log_probabilities": (_largest(ref.logP), c),
        "loss": (_largest(ref.logP), c),
        "dZ": (_largest(ref.dZ), db_terms / N),
        "dW": (_largest(ref.dW), dW_terms),
        "db": (_largest(ref.db), db_terms),
        "W": (_largest(ref.W - start.W0), _largest(ref.W) + _update_terms(start, dW_terms, 0)),
        "b": (_largest(ref.b - start.b0), _largest(ref.b) + _update_terms(start, db_terms, 1)),
    }


def _update_terms(start: Start, terms: float, which: int) -> float:
    """What the update adds to the terms of W (0) or b (1): lr times those of gradient, decay and velocity."""
    chosen, velocity = start.chosen, start.velocity
    terms += chosen.weight_decay * _largest(start.parameters[which]) + (_largest(velocity[which]) if velocity else 0.0)
    # an error that enters the velocity is applied again at every later step, less each time
    return chosen.lr * terms / (1 - chosen.momentum)


def not_negative(X: NDArray) -> NDArray:
    """|X|: X itself where nothing is below 0, as pixels seldom are, because a copy of a large batch is large."""
    return X if X.min() >= 0 else np.abs(X)


def largest_products(X: NDArray, W: NDArray, b: NDArray) -> float:
    """The z of the budget: X (N, D) without negative values, W (K, D), b (K,) -> max |X| |W|^T + |b|."""
    return float((X @ np.abs(W).T + np.abs(b)).max())


def allowed(size: float, terms: float, t: int, dtype: np.dtype) -> float:
    """Largest difference that passes, t steps after both sides had the same weights."""
    finfo = np.finfo(dtype)
    return max(float(finfo.eps) * (ROUNDINGS * size + math.sqrt(t) * terms), float(finfo.tiny))


def limits(scales: dict[str, tuple[float, float]], t: int, dtype: np.dtype) -> dict[str, float]:
    """For each quantity what is `allowed`, from the `sizes` of a step."""
    return {name: allowed(*scale, t, dtype) for name, scale in scales.items()}


def ceilings(ref: Step, start: Start) -> dict[str, float]:
    """Forward error bounds of one step: how far apart two correct sides could be if every rounding went the worst way.

    gamma(n) = n u / (1 - n u) with u = eps / 2 bounds the relative error of a sum of n terms in any order (Higham,
    Accuracy and Stability of Numerical Algorithms, 2002, chapter 3). exp and log are taken to be correct within 2 ulp.
    Both sides have errors, hence every 2.
    """
    X, (N, K) = ref.X, ref.Z.shape
    gamma = _gamma(ref.Z.dtype)
    Z = 2 * gamma(X.shape[1] + 1) * (X @ abs(start.W).T + abs(start.b))
    spread = ref.Z.max(axis=1, keepdims=True) - ref.Z
    logP = 2 * Z.max(axis=1, keepdims=True) + 2 * gamma(2) * (spread + abs(ref.logP)) + 2 * gamma(K + 8)
    L = _largest(logP) + 2 * gamma(N) * _largest(ref.L)
    dZ = (np.expm1(logP) + 2 * gamma(6)) * (np.exp(ref.logP) + (ref.dZ < 0)) / N
    dW = dZ.T @ X + 2 * gamma(N) * abs(ref.dZ).T @ X
    db = dZ.sum(axis=0) + 2 * gamma(N) * abs(ref.dZ).sum(axis=0)
    new_W, new_b = _update_ceiling(start, dW, ref.dW, 0), _update_ceiling(start, db, ref.db, 1)
    return dict(zip(QUANTITIES, map(_largest, (Z, logP, L, dZ, dW, db, new_W, new_b)), strict=True))


def _update_ceiling(start: Start, error: NDArray, gradient: NDArray, which: int) -> NDArray:
    """The bound of new W (0) or b (1), from the bound `error` of its gradient."""
    chosen, parameter = start.chosen, start.parameters[which]
    # decay, velocity and looking ahead are a few more roundings of a larger direction
    gain, roundings = 1 + chosen.momentum, 8 if chosen.momentum or chosen.weight_decay else 2
    v = abs(start.velocity[which]) if start.velocity else 0.0
    direction = gain * (abs(gradient) + chosen.weight_decay * abs(parameter) + v)
    rounding = 2 * _gamma(parameter.dtype)(roundings)
    return gain * chosen.lr * error + rounding * (abs(parameter) + chosen.lr * direction)


def _gamma(dtype: np.dtype) -> Callable[[int], float]:
    u = float(np.finfo(dtype).eps) / 2
    return lambda n: n * u / (1 - n * u)


def _largest(tensor: NDArray | np.floating) -> float:
    return float(np.abs(tensor).max())
