"""Why two correct sides differ: each operation on identical inputs, and an experiment for each reason.

An experiment removes the reason. If the difference disappears too, the reason explains it: in sums in which nothing
rounds, in exponentials that are exactly 0 or 1, in a fused multiply-add that is done by hand.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.threads import threads
from compare.equations import FUNCTIONS, QUANTITIES
from compare.problem import Problem
from compare.proof.exact_arithmetic import exact_steps
from compare.words import per_cent
from scratch import Equations, log_softmax, pixels

SUMMATION_ORDER = "order of summation"
EXP_LOG = "exp and log of the two libraries"
FUSED = "a fused multiply-add in PyTorch's update"

Operations = dict[str, Callable[..., Any]]
# The inputs of each operation.
OperationInputs = dict[str, tuple]


class RoundingCause(NamedTuple):
    """One operation on identical inputs.

    share of the elements differ, by at most `ulps` units in their last place and `scaled` units in that of the largest.
    experiment: how the reason was removed. left: the share of the elements that still differs then.
    """

    tag: str
    operation: str
    share: float
    ulps: float
    scaled: float
    reason: str
    experiment: str
    left: float


def attribute(problem: Problem, dtype: str, equations: Equations) -> list[RoundingCause]:
    """Each of the six operations of `equations` and of PyTorch, on the first batch of the problem."""
    # imported here, because PyTorch takes seconds to load
    from compare.proof import torch_operations

    with threads(1), np.errstate(all="ignore"):
        ours, real, exact = _operations(equations), _real(problem, dtype), _exact(problem, dtype)
        return [_cause(name, own, torch_operations.OPERATIONS, real, exact) for name, own in ours.items()]


def _operations(equations: Equations) -> Operations:
    return {
        "logits": equations.logits,
        "log_softmax": equations.log_softmax,
        "nll_loss": equations.nll_loss,
        "logits_gradient": equations.logits_gradient,
        "dW": lambda X, dZ: equations.parameter_gradients(X, dZ)[0],
        "db": lambda X, dZ: equations.parameter_gradients(X, dZ)[1],
        "sgd_step": lambda W, dW, lr: equations.sgd_step(W, W[:, 0], dW, dW[:, 0], lr)[0],
    }


def _tag(operation: str) -> str:
    """The tag of its equation: an operation is one of the six functions, or one result of `parameter_gradients`."""
    return (FUNCTIONS.get(operation) or QUANTITIES[operation]).tag


def _cause(
    name: str, ours: Callable, theirs: Operations, real: OperationInputs, exact: list[OperationInputs]
) -> RoundingCause:
    a, b = np.asarray(ours(*real[name])), np.asarray(theirs[name](*real[name]))
    gap, largest = np.abs(a.astype(np.float64) - b), np.maximum(np.abs(a), np.abs(b))
    reason, experiment = _reason(name, theirs["exp"], real)
    left = _unexplained_update(a, b, *real[name]) if name == "sgd_step" else _left(ours, theirs[name], name, exact)
    return RoundingCause(
        tag=_tag(name),
        operation=name,
        share=float(np.mean(a != b)),
        ulps=float((gap / np.spacing(largest)).max()),
        scaled=float(gap.max() / np.spacing(largest.max())),
        reason=reason,
        experiment=experiment,
        left=left,
    )


def _reason(name: str, their_exp: Callable, real: OperationInputs) -> tuple[str, str]:
    """The reason, and the experiment without it."""
    if name == "sgd_step":
        return FUSED, "with that done by hand"
    if name not in ("log_softmax", "logits_gradient"):
        return SUMMATION_ORDER, "where no sum rounds"
    (Z,) = real["log_softmax"]
    values = Z - Z.max(axis=1, keepdims=True)
    unlike = float(np.mean(np.exp(values) != their_exp(values)))
    reason = EXP_LOG if name == "log_softmax" else f"{EXP_LOG}; (P - Y) / N against P / N - Y / N"
    return reason, f"exp alone: {per_cent(unlike)} of its values differ; where it gives 0 and 1"


def _left(ours: Callable, theirs: Callable, name: str, exact: list[OperationInputs]) -> float:
    """The share of elements that differ on inputs on which nothing rounds."""
    unlike = (np.asarray(ours(*inputs[name])) != np.asarray(theirs(*inputs[name])) for inputs in exact)
    return float(np.mean(np.concatenate([each.ravel() for each in unlike])))


def _unexplained_update(ours: NDArray, theirs: NDArray, W: NDArray, dW: NDArray, lr: float) -> float:
    """The share of elements that are not W - lr dW: in NumPy with two roundings, in PyTorch with one."""
    unexplained = (_fused(W, dW, lr) != theirs) | (ours != W - W.dtype.type(lr) * dW)
    return float(np.mean(unexplained))


def _fused(W: NDArray, dW: NDArray, lr: float) -> NDArray:
    """W - lr dW with one rounding, as a fused multiply-add has it."""
    rate = W.dtype.type(lr)
    if W.dtype == np.float32:
        # a product of two float32 is exact in float64
        return (W.astype(np.float64) - np.float64(rate) * dW.astype(np.float64)).astype(np.float32)
    exactly = np.frompyfunc(lambda w, g: float(Fraction(w) - Fraction(float(rate)) * Fraction(g)), 2, 1)
    return exactly(W, dW).astype(W.dtype)


def _real(problem: Problem, dtype: str) -> OperationInputs:
    """The inputs on the first batch of the problem."""
    index = problem.epoch_batches(1)[0]
    images, labels = problem.train
    X = pixels(images[index], np.dtype(dtype))
    return _inputs(X, labels[index], *problem.start(dtype), problem.chosen.lr)


def _exact(problem: Problem, dtype: str) -> list[OperationInputs]:
    """Inputs on which nothing rounds."""
    steps = exact_steps(problem, dtype)
    images, labels = steps.train
    return [
        _inputs(pixels(images[at], np.dtype(dtype)), labels[at], start.W, start.b, steps.chosen.lr)
        for start, at in ((case.start, case.index) for case in steps.cases)
    ]


def _inputs(X: NDArray, y: NDArray, W: NDArray, b: NDArray, lr: float) -> OperationInputs:
    """What each operation is given on both sides; `scratch` makes it from the one before."""
    equations = Equations()
    Z = equations.logits(X, W, b)
    logP = log_softmax(Z)
    dZ = equations.logits_gradient(logP, y)
    dW, _ = equations.parameter_gradients(X, dZ)
    return {
        "logits": (X, W, b),
        "log_softmax": (Z,),
        "nll_loss": (logP, y),
        "logits_gradient": (logP, y),
        "dW": (X, dZ),
        "db": (X, dZ),
        "sgd_step": (W, dW, lr),
    }
