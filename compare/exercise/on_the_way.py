"""What a right function computes on the way to an entry, for whom nothing else can be said: numbers, not code."""

from collections.abc import Callable

import numpy as np

import scratch
from compare.exercise.rungs import shown
from compare.exercise.seen import Seen, value
from compare.exercise.trials import sizes_text

SUMS = "weight_gradient", "bias_gradient"


def on_the_way(seen: Seen) -> str:
    """Numbers to compare with one's own; empty for a function that has none on the way."""
    tell = ON_THE_WAY.get(seen.name)
    # a sum that is right but for its last digits is shown as the right one
    if seen.name in SUMS and len({value(part[seen.place]) for part in seen.pair(seen.first)}) == 1:
        return ""
    comma = "" if seen.first is seen.trials[0] else ","
    where = f"{seen.batch}{comma}" if seen.name != "one_epoch" else _where_in_epochs(seen)
    return f"Numbers of a right solution, to compare with yours: {where} {tell(seen)}." if tell else ""


def _where_in_epochs(seen: Seen) -> str:
    trial = next(trial for trial in seen.trials if not trial.is_right())
    return "in the worked example" if trial is seen.trials[0] else f"with {sizes_text(trial)}"


def _log_softmax(seen: Seen) -> str:
    Z = seen.first.given["Z"][seen.place[0]]
    total = np.exp(Z - Z.max()).sum()
    return (
        f"Z[{seen.place[0]}] is {shown(Z)}, the largest is {value(Z.max())}, exp of the differences to it sums to "
        f"{value(total)}, and the logarithm of that is {value(np.log(total))}"
    )


def _nll_loss(seen: Seen) -> str:
    logP, y = seen.first.given["logP"], seen.first.given["y"]
    return f"logP at the labels is {shown(logP[np.arange(len(y)), y])}, and there are {len(y)} of them"


def _probabilities_gradient(seen: Seen) -> str:
    P, dlogP = (seen.first.given[name][seen.place] for name in ("P", "dlogP"))
    at = ", ".join(map(str, seen.place))
    return f"P[{at}] is {value(P)}, the slope of the logarithm there is {value(1 / P)}, dlogP[{at}] is {value(dlogP)}"


def _softmax_backward(seen: Seen) -> str:
    n, k = seen.place
    P, dP = (seen.first.given[name][n] for name in ("P", "dP"))
    J = scratch.softmax_jacobian(P[None])[0, :, k]
    return (
        f"J[{n}, :, {k}], which is how P[{n}] moves with Z[{n}, {k}], is {shown(J)}, dP[{n}] is {shown(dP)}, and "
        f"dZ[{n}, {k}] the sum of their products"
    )


def _logits_gradient(seen: Seen) -> str:
    n, (logP, y) = seen.place[0], seen.first.inputs
    return f"P[{n}] is {shown(np.exp(logP[n]))}, its label is {y[n]}, and N is {len(y)}"


def _weight_gradient(seen: Seen) -> str:
    k, i = seen.place
    X, dZ = seen.first.inputs
    products = dZ[:, k] * X[:, i]
    return f"dZ[n, {k}] X[n, {i}] of each image is {shown(products)}, and the sum of all is {value(products.sum())}"


def _bias_gradient(seen: Seen) -> str:
    k = seen.place[0]
    column = seen.first.inputs[0][:, k]
    return f"dZ[:, {k}] is {shown(column)}, and the sum of all is {value(column.sum())}"


def _sgd_step(seen: Seen) -> str:
    gradient, lr = value(seen.first.given[f"d{seen.symbol}"][seen.place]), seen.first.sizes["lr"]
    # of the numbers that are shown, so that one can redo it
    return f"lr is {lr:g}, d{seen.at()} is {gradient}, and their product is {value(lr * float(gradient))}"


def _one_epoch(seen: Seen) -> str:
    """W and b after each step, where each is off most, or its first entry."""
    trial = next(trial for trial in seen.trials if not trial.is_right())
    X, y, W, b, lr, size = trial.inputs
    model, steps = scratch.SoftmaxRegression(W, b), []
    for first in range(0, len(y), size):
        part = slice(first, first + size)
        steps.append(scratch.step(model, scratch.SGD(lr), X[part], y[part]))
    after = "after its step" if len(steps) == 1 else "after each step"
    told = []
    for result, (name, start) in enumerate((("W", W), ("b", b))):
        one = Seen(seen.name, [trial], result)
        place = (0,) * start.ndim if trial.is_right(result) else one.place
        values = np.array([float(getattr(step, name)[place]) for step in steps])
        told.append(f"{one.at(place)} is {value(start[place])} at first, and {shown(values)} {after}")
    return "; ".join(told)


ON_THE_WAY: dict[str, Callable[[Seen], str]] = {
    "log_softmax": _log_softmax,
    "nll_loss": _nll_loss,
    "probabilities_gradient": _probabilities_gradient,
    "softmax_backward": _softmax_backward,
    "logits_gradient": _logits_gradient,
    "weight_gradient": _weight_gradient,
    "bias_gradient": _bias_gradient,
    "sgd_step": _sgd_step,
    "one_epoch": _one_epoch,
}
