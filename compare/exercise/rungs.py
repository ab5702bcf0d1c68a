"""What each rung of the exercise says in the file: what is given, what is asked for, and an example."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.bugs.worked_example import worked_example
from compare.equations import FUNCTIONS, RUNGS
from compare.exercise.right import RIGHT


class Text(NamedTuple):
    """asks: what the function makes. formula: of it. maths: the part of MATHS.md about it.

    hidden: whether the formula is told after the paper tasks only.
    """

    asks: str
    formula: str
    maths: str
    hidden: bool = False


# Larger whole numbers are shown by their size.
MOST = 1e12
LONG_WAY, SHORT_WAY = "E4, The long way", "E4, The short derivation"
TEXTS = {
    "logits": Text("One score for each image and each class.", "Z = X W^T + b", "E1"),
    "log_softmax": Text(
        "The logarithm of the probability of each class, row by row. Logits of -1000 and 1000 may stand in one row,\n"
        "in float32 too: the result must be right there too, although exp(1000) is inf and exp(-1000) is 0.",
        "log P = Z - log(sum over k of exp Z)",
        "E2",
    ),
    "nll_loss": Text(
        "The mean negative log-likelihood of the labels, a number: of NumPy or a float of Python.",
        "L = -(1/N) sum over n of logP[n, y[n]]",
        "E3",
    ),
    "log_probabilities_gradient": Text(
        "The gradient of L by logP: each entry says how fast L changes with this entry of logP.",
        "dlogP = -Y / N, with Y 1 at the label of each row and 0 elsewhere",
        f"{LONG_WAY}, step 1",
        True,
    ),
    "probabilities_gradient": Text(
        "The gradient of L by P, from that by logP. Each logP[n, k] is the logarithm of P[n, k].",
        "dP = dlogP / P",
        f"{LONG_WAY}, step 1",
        True,
    ),
    "softmax_backward": Text(
        "The gradient of L by Z, from that by P: the long way. Each Z[n, k] acts on every P[n, j] of its row. dP may\n"
        "be the gradient of any loss: use all of its values.",
        "dZ[n, k] = sum over j of dP[n, j] J[n, j, k], with J[n, j, k] = P[n, j] ((1 if j = k, else 0) - P[n, k])",
        f"{LONG_WAY}, steps 2 and 3",
        True,
    ),
    "logits_gradient": Text(
        "The same gradient by Z, directly from logP and y: the short way. P may be 0, because exp(-1000) is 0 for a\n"
        "computer: the result must be right there too, so no step may divide by P or take its logarithm.",
        "dZ = (P - Y) / N, with P = exp(logP), and Y 1 at the label of each row and 0 elsewhere",
        SHORT_WAY,
        True,
    ),
    "weight_gradient": Text(
        "The gradient of L by W, from that by Z. W[k, i] acts on Z[n, k] of every image n.", "dW = dZ^T X", "E5", True
    ),
    "bias_gradient": Text(
        "The gradient of L by b, from that by Z. b[k] acts on Z[n, k] of every image n.",
        "db = sum over n of dZ[n]",
        "E5",
        True,
    ),
    "sgd_step": Text("One step of gradient descent.", "W <- W - lr dW, b <- b - lr db", "E6"),
    "one_epoch": Text(
        "One pass over all images, with your functions: for each batch one step. Return the last W and b.",
        "the batches are the first batch_size images, the next, and so on; the last may be shorter",
        "E6",
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
    """The examples as they stand in the file: inputs, then results, with four decimals."""
    every = example(name), *([MORE[name]()] if name in MORE else [])
    first, *rest = (_lines(name, *one) for one in every)
    return [*first, *(line for lines in rest for line in ("", "and", *lines))]


def _lines(name: str, inputs: tuple[Any, ...], results: tuple[NDArray, ...]) -> list[str]:
    return [
        *(f"{symbol} = {shown(value)}" for symbol, value in zip(RUNGS[name].parameters, inputs, strict=True)),
        "gives",
        *(f"{symbol} = {shown(value)}" for symbol, value in zip(RUNGS[name].results, results, strict=True)),
    ]


def _any_gradient() -> tuple[tuple[Any, ...], tuple[NDArray, ...]]:
    """A gradient by P of another loss: the NLL's is 0 but at the labels."""
    P = example("softmax_backward")[0][0]
    inputs = P, np.array([[1.0, 2.0, 0.5], [-1.0, 0.0, 3.0]])
    return inputs, (RIGHT["softmax_backward"](*inputs),)


def _short_batch() -> tuple[tuple[Any, ...], tuple[NDArray, ...]]:
    """Three images in batches of two."""
    X, y, W, b, lr, _ = example("one_epoch")[0]
    inputs = np.vstack([X, [[0, 1, 0.5, 0]]]), np.append(y, 1), W, b, lr, 2
    return inputs, RIGHT["one_epoch"](*inputs)


# A second example where answers that are wrong pass the first.
MORE: dict[str, Callable[[], tuple[tuple[Any, ...], tuple[NDArray, ...]]]] = {
    "softmax_backward": _any_gradient,
    "one_epoch": _short_batch,
}


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
    return str(int(number)) if abs(number) < MOST else f"{number:.3g}"


def product(one: Any, other: Any) -> str:
    """A product in words: of the two factors as they are shown, so that one can redo it.

    >>> product(0.137049, 2)
    '0.1370 * 2 = 0.2740'
    """
    factors = shown(one), shown(other)
    return f"{factors[0]} * {factors[1]} = {shown(float(factors[0]) * float(factors[1]))}"


def ladder(names: tuple[str, ...]) -> tuple[str, ...]:
    """What a file with these functions climbs: the rungs, or the six functions if it was written before there were any.

    >>> ladder(("logits", "parameter_gradients"))[-2:], len(ladder(("logits", "bias_gradient")))
    (('parameter_gradients', 'sgd_step'), 11)
    """
    return tuple(RUNGS if {*names} & (RUNGS.keys() - FUNCTIONS.keys()) else FUNCTIONS)
