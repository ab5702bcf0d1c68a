"""Gradients without trust: whether a side's gradient fits its own loss, whatever the other side says.

Three tests, in float64. Central differences: the error falls with h**2 until rounding, divided by h, takes over: a U.
Complex step: L(w + ih) has the derivative in its imaginary part, with no difference and so no cancellation. Taylor:
|L(w + hv) - L(w) - h dL.v| falls with h**2 if the gradient is right, and only with h if it is not.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import scratch
from compare.backends.protocol import Backend, State
from compare.problem import Hyperparameters, Problem
from compare.proof.single_steps import Case, SingleSteps

STEPS = tuple(10.0**-n for n in range(1, 13))
TAYLOR_STEPS = tuple(2.0**-n for n in range(11, 18))
SAMPLE = 12
# What a right gradient stays under, and a slope above. Measured over data sets and seeds: see tests/test_gradients.py.
CENTRAL, COMPLEX, SLOPE = 1e-7, 1e-12, 1.9


@dataclass(frozen=True)
class GradientCheck:
    """One side's gradient on one problem; errors are largest differences over the largest gradient.

    parameters were looked at, of all there are. central: error by h. slope: of the Taylor test, 2 when right.
    """

    problem: str
    parameters: int
    of: int
    central: dict[float, float]
    complex_step: float
    slope: float

    @property
    def right(self) -> bool:
        """True if all three tests are content; written so that nan is not."""
        return min(self.central.values()) <= CENTRAL and self.complex_step <= COMPLEX and self.slope >= SLOPE


def check_gradients(problem: Problem, backend: Backend) -> list[GradientCheck]:
    """Every parameter of a small problem, and a random sample of those of the real one on its first batch."""
    random = np.random.default_rng(6)
    X, y = random.uniform(0, 1, (6, 5)), random.integers(0, 3, 6)
    W, b = random.normal(size=(3, 5)), random.normal(size=3)
    small = _one_step((X, y), W, b, np.arange(6))
    index = problem.epoch_batches(1)[0]
    real = _one_step(problem.train, *problem.start("float64"), index)
    size = problem.classes * (problem.features + 1)
    sample = random.choice(size, min(SAMPLE, size), replace=False)
    return [
        _check("small", small, backend, np.arange(18)),
        _check("real", real, backend, sample),
    ]


def _one_step(train: tuple[NDArray, NDArray], W: NDArray, b: NDArray, index: NDArray) -> SingleSteps:
    return SingleSteps(train, Hyperparameters(epochs=1), (Case("gradient", State(W, b), index),))


def _check(name: str, trials: SingleSteps, backend: Backend, which: NDArray) -> GradientCheck:
    side, case, random = backend.side(trials, "float64"), trials.cases[0], np.random.default_rng(7)
    shape = case.start.W.shape
    w = np.concatenate([case.start.W.ravel(), case.start.b])

    def parts(vector: NDArray) -> tuple[NDArray, NDArray]:
        return vector[: -shape[0]].reshape(shape), vector[-shape[0] :]

    def step(vector: NDArray) -> scratch.Step:
        side.start_from(State(*parts(vector)))
        return side.step(case.index)

    def loss(vector: NDArray) -> float:
        return float(step(vector).L)

    step(w)  # a gradient that is kept from step to step shows in the second
    done = step(w)
    gradient = np.concatenate([done.dW.ravel(), done.db])
    scale = np.abs(gradient).max()

    def error(derivatives: list[float]) -> float:
        return float(np.abs(derivatives - gradient[which]).max() / scale)

    central = {h: error([(loss(w + h * e) - loss(w - h * e)) / (2 * h) for e in _units(w, which)]) for h in STEPS}
    formula = _formula(done.X, trials, parts)
    exact = [formula(w + 1e-30j * e) for e in _units(w, which)]
    # along the gradient itself, where the loss changes most, and a little to the side
    v = gradient / np.linalg.norm(gradient) + random.normal(size=w.shape) / np.sqrt(w.size)
    here, slope = loss(w), float(gradient @ v)
    remainders = [abs(loss(w + h * v) - here - h * slope) for h in TAYLOR_STEPS]
    # a remainder of exactly 0 has no logarithm
    logs = np.log(np.maximum(remainders, np.finfo(float).tiny))
    return GradientCheck(
        problem=name,
        parameters=len(which),
        of=w.size,
        central=central,
        complex_step=error([value.imag / 1e-30 for value in exact]),
        slope=float(np.polyfit(np.log(TAYLOR_STEPS), logs, 1)[0]) if np.isfinite(logs).all() else float("nan"),
    )


def _formula(X: NDArray, trials: SingleSteps, parts: Callable) -> Callable[[NDArray], complex]:
    """E1 to E3 as `scratch` has them: PyTorch's log_softmax takes no complex numbers."""
    X, y = X.astype(complex), trials.train[1][trials.cases[0].index]
    return lambda vector: scratch.cross_entropy(scratch.logits(X, *parts(vector)), y)


def _units(w: NDArray, which: NDArray) -> list[NDArray]:
    return [np.eye(1, w.size, n)[0] for n in which]
