"""Why two correct sides differ: each operation on identical inputs, and an experiment for each reason.

A reason is believed when taking it away takes the difference away: sums in which nothing rounds, exponentials that are
exactly 0 or 1, a fused multiply-add done by hand.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.threads import threads
from compare.problem import Problem
from compare.proof.single_steps import exact
from scratch import Equations, log_softmax, pixels

ORDER = "order of summation"
EXP_LOG = "exp and log of the two libraries"


class RoundingCause(NamedTuple):
    """One operation on identical inputs.

    share of the elements differ, by at most `ulps` units in their last place and `scaled` units in that of the largest.
    experiment says what was tried without the reason; left is the share that still differs then.
    """

    tag: str
    operation: str
    share: float
    ulps: float
    scaled: float
    reason: str
    experiment: str
    left: float


Operations = dict[str, Callable[..., Any]]


def attribute(problem: Problem, dtype: str, equations: Equations) -> list[RoundingCause]:
    """Each of the six operations of `equations` and of PyTorch, on the first batch of the problem."""
    with threads(1), np.errstate(all="ignore"):
        theirs = _torch_operations()
        ours: Operations = {
            "logits": equations.logits,
            "log_softmax": equations.log_softmax,
            "nll_loss": equations.nll_loss,
            "logits_gradient": equations.logits_gradient,
            "dW": lambda X, dZ: equations.parameter_gradients(X, dZ)[0],
            "db": lambda X, dZ: equations.parameter_gradients(X, dZ)[1],
            "sgd_step": lambda W, dW, lr: equations.sgd_step(W, W[:, 0], dW, dW[:, 0], lr)[0],
        }
        real = _inputs(*_real(problem, dtype), problem.chosen.lr)
        calm = [_inputs(*start, 0.5) for start in _calm(problem, dtype)]
        return [_judge(tag, name, ours[name], theirs, real, calm) for name, tag in OPERATIONS.items()]


OPERATIONS = {
    "logits": "E1",
    "log_softmax": "E2",
    "nll_loss": "E3",
    "logits_gradient": "E4",
    "dW": "E5",
    "db": "E5",
    "sgd_step": "E6",
}


def _judge(
    tag: str, name: str, ours: Callable, theirs: Operations, real: dict[str, tuple], calm: list[dict[str, tuple]]
) -> RoundingCause:
    a, b = np.asarray(ours(*real[name])), np.asarray(theirs[name](*real[name]))
    gap = np.abs(a.astype(np.float64) - b)
    largest = np.maximum(np.abs(a), np.abs(b))
    reason, experiment, left = _without(name, a, b, theirs, real)
    if left is None:
        pairs = [(np.asarray(ours(*inputs[name])), np.asarray(theirs[name](*inputs[name]))) for inputs in calm]
        left = float(np.mean(np.concatenate([(p != q).ravel() for p, q in pairs])))
    return RoundingCause(
        tag=tag,
        operation=name,
        share=float(np.mean(a != b)),
        ulps=float((gap / np.spacing(largest)).max()),
        scaled=float(gap.max() / np.spacing(largest.max())),
        reason=reason,
        experiment=experiment,
        left=left,
    )


def _without(
    name: str, ours: NDArray, theirs: NDArray, torch_side: Operations, real: dict[str, tuple]
) -> tuple[str, str, float | None]:
    """The reason, what is tried without it, and the share that is left; None if the calm inputs are to tell."""
    if name == "sgd_step":
        fused = _fused(*real[name])
        W, dW, lr = real[name]
        # the one side multiplies, rounds and subtracts; the other rounds once
        unexplained = (fused != theirs) | (ours != W - W.dtype.type(lr) * dW)
        return "a fused multiply-add in PyTorch's update", "with that emulated", float(np.mean(unexplained))
    if name in ("log_softmax", "logits_gradient"):
        Z = real["log_softmax"][0]
        values = Z - Z.max(axis=1, keepdims=True)
        unlike = float(np.mean(np.exp(values) != torch_side["exp"](values)))
        reason = EXP_LOG if name == "log_softmax" else f"{EXP_LOG}; (P - Y) / N against P / N - Y / N"
        return reason, f"exp alone: {unlike:.0%} of its values; where it gives 0 and 1", None
    return ORDER, "where no sum rounds", None


def _fused(W: NDArray, dW: NDArray, lr: float) -> NDArray:
    """W - lr dW with one rounding, as a fused multiply-add has it."""
    rate = W.dtype.type(lr)
    if W.dtype == np.float32:
        # a product of two float32 is exact in float64
        return (W.astype(np.float64) - np.float64(rate) * dW.astype(np.float64)).astype(np.float32)
    exactly = np.frompyfunc(lambda w, g: float(Fraction(w) - Fraction(float(rate)) * Fraction(g)), 2, 1)
    return exactly(W, dW).astype(W.dtype)


def _real(problem: Problem, dtype: str) -> tuple[NDArray, ...]:
    index = problem.epoch_batches(1)[0]
    images, labels = problem.train
    return pixels(images[index], np.dtype(dtype)), labels[index], *problem.start(dtype)


def _calm(problem: Problem, dtype: str) -> list[tuple[NDArray, ...]]:
    """The inputs on which nothing rounds."""
    trials = exact(problem, dtype)
    images, labels = trials.train
    return [(pixels(images[c.index], np.dtype(dtype)), labels[c.index], *c.start[:2]) for c in trials.cases]


def _inputs(X: NDArray, y: NDArray, W: NDArray, b: NDArray, lr: float) -> dict[str, tuple]:
    """What each operation is given, on either side: each made by `scratch` from the one before."""
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


def _torch_operations() -> Operations:
    import torch
    import torch.nn.functional as F

    def tensors(*arrays: NDArray) -> list[torch.Tensor]:
        return [torch.from_numpy(np.array(array)) for array in arrays]

    def logits(X: NDArray, W: NDArray, b: NDArray) -> NDArray:
        return F.linear(*tensors(X, W, b)).numpy()

    def logits_gradient(logP: NDArray, y: NDArray) -> NDArray:
        """What autograd makes of E2 and E3 from the same logP; log_softmax of logP is logP but for rounding."""
        saved, labels = tensors(logP, y)
        by_logp = torch.zeros_like(saved)
        by_logp[torch.arange(len(labels)), labels] = -1 / len(labels)
        return torch.ops.aten._log_softmax_backward_data(by_logp, saved, 1, saved.dtype).numpy()

    def gradients(X: NDArray, dZ: NDArray) -> tuple[NDArray, NDArray]:
        X_, dZ_ = tensors(X, dZ)
        layer = torch.nn.Linear(X.shape[1], dZ.shape[1], dtype=X_.dtype)
        layer(X_).backward(dZ_)
        return layer.weight.grad.numpy(), layer.bias.grad.numpy()

    def sgd_step(W: NDArray, dW: NDArray, lr: float) -> NDArray:
        (parameter,) = tensors(W)
        parameter.requires_grad_()
        parameter.grad = torch.from_numpy(np.array(dW))
        torch.optim.SGD([parameter], lr=lr).step()
        return parameter.detach().numpy()

    return {
        "logits": logits,
        "log_softmax": lambda Z: F.log_softmax(*tensors(Z), dim=1).numpy(),
        "nll_loss": lambda logP, y: F.nll_loss(*tensors(logP, y)).numpy(),
        "logits_gradient": logits_gradient,
        "dW": lambda X, dZ: gradients(X, dZ)[0],
        "db": lambda X, dZ: gradients(X, dZ)[1],
        "sgd_step": sgd_step,
        "exp": lambda values: torch.exp(*tensors(values)).numpy(),
    }
