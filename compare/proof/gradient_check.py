"""The gradient checks: whether the gradient of a side fits the loss, whatever the other side computes.

There are three tests, all in float64; the loss is that of the side itself, in the complex step that of `scratch`.
Central differences: their error falls with h**2 as h gets smaller, until rounding takes over, which grows with 1 / h.
Complex step: the imaginary part of L(w + ih) / h is the derivative, and no subtraction cancels.
Taylor: |L(w + hv) - L(w) - h dL.v| falls with h**2 if the gradient is right, and only with h if it is wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import scratch
from compare.backends.protocol import Backend, State
from compare.problem import Hyperparameters, Problem
from compare.proof.single_steps import Case, SingleSteps

DIFFERENCE_STEPS = tuple(10.0**-n for n in range(1, 13))
TAYLOR_STEPS = tuple(2.0**-n for n in range(11, 18))
COMPLEX_STEP = 1e-30
SAMPLE = 12
# A right gradient has errors below these two and a slope above the third. Measured over data sets and seeds: see
# tests/proof/test_gradient_check.py.
CENTRAL, COMPLEX, SLOPE = 1e-7, 1e-12, 1.9


@dataclass(frozen=True)
class GradientCheck:
    """The gradient of one side on one problem; each error is the largest difference over the largest gradient.

    parameters: how many were checked, of: how many there are. central: error by h. slope: of the Taylor test, 2 if the
    gradient is right.
    """

    problem: str
    parameters: int
    of: int
    central: dict[float, float]
    complex_step: float
    slope: float

    @property
    def passed(self) -> bool:
        """True if all three tests passed; nan passes none."""
        lowest = np.min(list(self.central.values()))
        return bool(lowest <= CENTRAL and self.passed_two)

    @property
    def passed_two(self) -> bool:
        """True if complex step and Taylor test passed."""
        return self.complex_step <= COMPLEX and self.slope >= SLOPE


def check_gradients(problem: Problem, backend: Backend) -> list[GradientCheck]:
    """Every parameter of a small problem, and a random sample of those of the real one on its first batch."""
    return [_check(*one) for one in _points(problem, backend)]


def first_wrong_gradient(problem: Problem, backend: Backend) -> GradientCheck | None:
    """The first of these two that does not pass, if any, with no more central differences than decide that."""
    checks = (_check(*one, briefly=True) for one in _points(problem, backend))
    return next((check for check in checks if not check.passed), None)


def _points(problem: Problem, backend: Backend) -> Iterator[tuple[str, "_Point", NDArray]]:
    random = np.random.default_rng(6)
    yield "small", _Point(_small_step(random), backend), np.arange(18)
    real = _one_step(problem.train, State(*problem.start("float64")), problem.epoch_batches(1)[0])
    size = problem.classes * (problem.features + 1)
    yield "real", _Point(real, backend), random.choice(size, min(SAMPLE, size), replace=False)


def check_small_gradient(backend: Backend, which: NDArray) -> GradientCheck:
    """The check of the small problem, for these of its 18 parameters."""
    return _check("small", _Point(_small_step(np.random.default_rng(6)), backend), which)


def _small_step(random: np.random.Generator) -> SingleSteps:
    X, y = random.uniform(0, 1, (6, 5)), random.integers(0, 3, 6)
    W, b = random.normal(size=(3, 5)), random.normal(size=3)
    return _one_step((X, y), State(W, b), np.arange(6))


def _one_step(train: tuple[NDArray | scratch.Rows, NDArray], start: State, index: NDArray) -> SingleSteps:
    return SingleSteps(train, Hyperparameters(epochs=1), (Case("gradient", start, index),))


class _Point:
    """A side at w, all its parameters in one vector (K D + K,): its loss near w, and its gradient at w."""

    def __init__(self, single_step: SingleSteps, backend: Backend):
        (self.case,) = single_step.cases
        self.side = backend.side(single_step, "float64")
        self.w = _vector(self.case.start.W, self.case.start.b)
        self._step(self.w)  # what is kept from step to step shows in the second step
        done = self._step(self.w)
        self.gradient, self.X = _vector(done.dW, done.db), done.X.astype(complex)
        self.y = single_step.train[1][self.case.index]

    def loss(self, w: NDArray) -> float:
        """L at w, by the side itself."""
        return float(self._step(w).L)

    def formula(self, w: NDArray) -> complex:
        """L at a complex w by E1 to E3 of `scratch`: the log_softmax of PyTorch takes no complex numbers."""
        return complex(scratch.cross_entropy(scratch.logits(self.X, *self._parts(w)), self.y))

    def _step(self, w: NDArray) -> scratch.Step:
        self.side.start_from(State(*self._parts(w)))
        return self.side.step(self.case.index)

    def _parts(self, w: NDArray) -> tuple[NDArray, NDArray]:
        K, D = self.case.start.W.shape
        return w[:-K].reshape(K, D), w[-K:]


def _vector(W: NDArray, b: NDArray) -> NDArray:
    return np.concatenate([W.ravel(), b])


def _check(name: str, at: _Point, which: NDArray, *, briefly: bool = False) -> GradientCheck:
    """briefly: no more central differences than decide whether it passes, from the largest h on."""
    units = [np.eye(1, at.w.size, n)[0] for n in which]

    def error(derivatives: list[float]) -> float:
        return float(np.abs(derivatives - at.gradient[which]).max() / np.abs(at.gradient).max())

    complex_step = error([at.formula(at.w + COMPLEX_STEP * 1j * e).imag / COMPLEX_STEP for e in units])
    check = GradientCheck(name, len(which), at.w.size, {}, complex_step, _taylor_slope(at))
    for h in DIFFERENCE_STEPS:
        check.central[h] = error([_central_difference(at, e, h) for e in units])
        if briefly and (check.passed or not check.passed_two):
            break
    return check


def _central_difference(at: _Point, direction: NDArray, h: float) -> float:
    return (at.loss(at.w + h * direction) - at.loss(at.w - h * direction)) / (2 * h)


def _taylor_slope(at: _Point) -> float:
    """The slope of log |L(w + hv) - L(w) - h dL.v| by log h; nan if a loss is not finite."""
    # v is the direction of the gradient, where the loss changes most, and a little to the side
    v = at.gradient / np.linalg.norm(at.gradient)
    v = v + np.random.default_rng(7).normal(size=at.w.shape) / np.sqrt(at.w.size)
    here, along = at.loss(at.w), float(at.gradient @ v)
    remainders = [abs(at.loss(at.w + h * v) - here - h * along) for h in TAYLOR_STEPS]
    # a remainder of exactly 0 has no logarithm
    logs = np.log(np.maximum(remainders, np.finfo(float).tiny))
    return float(np.polyfit(np.log(TAYLOR_STEPS), logs, 1)[0]) if np.isfinite(logs).all() else float("nan")
