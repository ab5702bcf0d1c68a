"""What each rung of the exercise says in the file: what is given, what is asked for, and an example."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.bugs.worked_example import worked_example
from compare.equations import FUNCTIONS, RUNGS
from compare.exercise.right import RIGHT


class Text(NamedTuple):
    """asks: what the function makes. formula: of it. hidden: whether it is told after the paper tasks only."""

    asks: str
    formula: str
    hidden: bool = False


TEXTS = {
    "logits": Text("One score for each image and each class.", "Z = X W^T + b"),
    "log_softmax": Text(
        "The logarithm of the probability of each class, row by row.", "log P = Z - log(sum over k of exp Z)"
    ),
    "nll_loss": Text(
        "The mean negative log-likelihood of the labels, a number.", "L = -(1/N) sum over n of logP[n, y[n]]"
    ),
    "log_probabilities_gradient": Text(
        "The gradient of L by logP: each entry says how fast L changes with this entry of logP.",
        "dlogP = -Y / N, with Y 1 at the label of each row and 0 elsewhere",
        True,
    ),
    "probabilities_gradient": Text(
        "The gradient of L by P, from that by logP. Each logP[n, k] is the logarithm of P[n, k].",
        "dP = dlogP / P",
        True,
    ),
    "softmax_backward": Text(
        "The gradient of L by Z, from that by P: the long way. Each Z[n, k] acts on every P[n, j] of its row.",
        "dZ[n, k] = sum over j of dP[n, j] J[n, j, k], with J[n, j, k] = P[n, j] ((1 if j = k, else 0) - P[n, k])",
        True,
    ),
    "logits_gradient": Text(
        "The same gradient by Z, directly from logP and y: the short way, which never divides by P.",
        "dZ = (P - Y) / N, with P = exp(logP), and Y 1 at the label of each row and 0 elsewhere",
        True,
    ),
    "weight_gradient": Text(
        "The gradient of L by W, from that by Z. W[k, i] acts on Z[n, k] of every image n.", "dW = dZ^T X", True
    ),
    "bias_gradient": Text(
        "The gradient of L by b, from that by Z. b[k] acts on Z[n, k] of every image n.",
        "db = sum over n of dZ[n]",
        True,
    ),
    "sgd_step": Text("One step of gradient descent.", "W <- W - lr dW, b <- b - lr db"),
    "one_epoch": Text(
        "One pass over all images, with your functions: for each batch one step. Return the last W and b.",
        "the batches are the first batch_size images, the next, and so on; the last may be shorter",
    ),
}


def rung_text(name: str) -> str:
    """Tag, what is asked for, and the formula if it is not hidden."""
    text = TEXTS[name]
    return f"{RUNGS[name].tag}: {text.asks}" + ("" if text.hidden else f"\n\n{text.formula}")


def example(name: str) -> tuple[tuple[Any, ...], tuple[NDArray, ...]]:
    """Inputs of a function or rung in the example of MATHS.md, and its results."""
    known = worked_example()
    if name in known:
        inputs, results = known[name]
        return inputs, results if isinstance(results, tuple) else (results,)
    (X, W, b), ((logP, y), _), (_, dZ) = known["logits"][0], known["nll_loss"], known["logits_gradient"]
    P, lr = np.exp(logP), known["sgd_step"][0][-1]
    dlogP = RIGHT["log_probabilities_gradient"](logP, y)
    values = {"X": X, "y": y, "W": W, "b": b, "logP": logP, "P": P, "dlogP": dlogP, "dP": dlogP / P, "dZ": dZ}
    inputs = tuple((values | {"lr": lr, "batch_size": 1})[parameter] for parameter in RUNGS[name].parameters)
    results = RIGHT[name](*inputs)
    return inputs, results if isinstance(results, tuple) else (results,)


def example_lines(name: str) -> list[str]:
    """The example as it stands in the file: inputs, then results, with four decimals."""
    inputs, results = example(name)
    return [
        *(f"{symbol} = {shown(value)}" for symbol, value in zip(RUNGS[name].parameters, inputs, strict=True)),
        "gives",
        *(f"{symbol} = {shown(value)}" for symbol, value in zip(RUNGS[name].results, results, strict=True)),
    ]


def shown(value: Any) -> str:
    """An array or a number in one line, with four decimals where there are any.

    >>> shown(np.array([[1.0, 0.12345], [2, 3]])), shown(2)
    ('[[1, 0.1235], [2, 3]]', '2')
    """
    if np.ndim(value):
        return f"[{', '.join(shown(part) for part in value)}]"
    number = float(value)
    if not math.isfinite(number) or number != int(number):
        text = f"{number:.4f}"
        return text.rstrip("0") if text.endswith("00") and not text.endswith(".0000") else text
    return str(int(number))


def ladder(names: tuple[str, ...]) -> tuple[str, ...]:
    """What a file with these functions climbs: the rungs, or the six functions if it was written before there were any.

    >>> ladder(("logits", "parameter_gradients"))[-2:], len(ladder(("logits", "bias_gradient")))
    (('parameter_gradients', 'sgd_step'), 11)
    """
    return tuple(RUNGS if {*names} & (RUNGS.keys() - FUNCTIONS.keys()) else FUNCTIONS)
