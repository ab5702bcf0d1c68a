"""Results that are a sum of known quantities: with which numbers, and that nothing else is said to be one."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.exercise.combined import combined
from compare.exercise.right import RIGHT, one_hot
from compare.exercise.seen import Seen
from compare.exercise.trials import trials

Y = "(Y is 1 at the labels and 0 elsewhere). "
BY_TERM = "Compare this with your own formula, term by term."
# The rung, what is written, and what is said of it.
SUMS: dict[str, tuple[str, Callable, str]] = {
    "two factors": (
        "logits",
        lambda X, W, b: X @ W.T / X.shape[1] - b,
        f"With N = 2, D = 4, K = 3 your Z is 0.25 X W^T - b, and with N = 5, D = 6, K = 7 it is 0.1667 X W^T - b. "
        f"{BY_TERM}",
    ),
    "the largest of the batch": (
        "log_softmax",
        lambda Z: RIGHT["log_softmax"](Z) + Z.max(),
        "In every batch where it is wrong, your logP is Z - log(sum exp Z) + M (M is the largest logit of the batch). "
        f"{BY_TERM}",
    ),
    "the largest of each row": (
        "log_softmax",
        lambda Z: Z - 2 * Z.max(axis=1, keepdims=True),
        f"In every batch where it is wrong, your logP is Z - 2 m (m is the largest logit of the row). {BY_TERM}",
    ),
    "logP itself": (
        "log_probabilities_gradient",
        lambda logP, y: logP - one_hot(y, logP),
        f"In every batch where it is wrong, your dlogP is -Y + logP {Y}{BY_TERM}",
    ),
    "the mask the wrong way": (
        "logits_gradient",
        lambda logP, y: (np.exp(logP) - (1 - one_hot(y, logP))) / len(y),
        "With N = 2, K = 3 your dZ is 0.5 P + 0.5 Y - 0.5, and with N = 5, K = 7 it is 0.2 P + 0.2 Y - 0.2 "
        f"{Y}{BY_TERM}",
    ),
    "sums over a row": (
        "softmax_backward",
        lambda P, dP: P * dP - P * dP.sum(axis=1, keepdims=True) / 2,
        f"In every batch where it is wrong, your dZ is P dP - 0.5 P r (r is the sum of dP over the row). {BY_TERM}",
    ),
    "two sums over a row": (
        "softmax_backward",
        lambda P, dP: P * (P * dP).sum(axis=1, keepdims=True) + (P * dP).sum(axis=1, keepdims=True),
        f"In every batch where it is wrong, your dZ is P s + s (s is the sum of P dP over the row). {BY_TERM}",
    ),
    "a new W": (
        "sgd_step",
        lambda W, b, dW, db, lr: (dW - lr * W, b - lr * db),
        "With K = 3, D = 4, lr = 0.5 your new W is -0.5 W + dW, and with K = 7, D = 6, lr = 0.125 it is -0.125 W + dW. "
        f"{BY_TERM}",
    ),
    "a little": (
        "logits",
        lambda X, W, b: X @ W.T + 1.0001 * b,
        "In every batch where it is wrong, your Z is X W^T + 1.0001 b. Compare this with your own formula, term by "
        "term.",
    ),
}
# What is no such sum, or needs other numbers in each batch.
OTHERS: dict[str, tuple[str, Callable]] = {
    "a product": ("logits_gradient", lambda logP, y: np.exp(logP) ** 2 * (1 + one_hot(y, logP))),
    "a number of each batch": ("log_softmax", lambda Z: RIGHT["log_softmax"](Z) + Z.mean()),
    "a sum in some batches": ("logits", lambda X, W, b: X @ W.T - b if len(X) > 1 else (X @ W.T) ** 2),
    "too little to be shown": ("logits", lambda X, W, b: X @ W.T + (1 + 3e-9) * b),
    "no matrix of known parts": ("weight_gradient", lambda X, dZ: 2 * dZ.T @ X),
}


def _seen(rung: str, call: Callable) -> Seen:
    return Seen(rung, [*trials(rung, call)], 0)


@pytest.mark.parametrize("what", SUMS)
def test_a_sum_is_told_with_its_numbers(what: str):
    rung, call, said = SUMS[what]
    assert combined(_seen(rung, call)) == said


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_no_sum_is_not_called_one(what: str):
    assert combined(_seen(*OTHERS[what])) == ""


def test_an_epoch_is_not_looked_at():
    seen = Seen("one_epoch", [*trials("one_epoch", lambda _X, _y, W, b, _lr, _size: (2 * W, b))], 0)
    assert combined(seen) == ""
