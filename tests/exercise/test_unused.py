"""An input that makes no difference: which one is told, and that one that should make none is not."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.backends.user_file import UserFileError
from compare.exercise.right import RIGHT, one_hot
from compare.exercise.seen import Seen
from compare.exercise.trials import trials
from compare.exercise.unused import unused

CASES: dict[str, tuple[str, Callable, int, str]] = {
    "no P": ("probabilities_gradient", lambda _P, dlogP: np.exp(dlogP), 0, "P"),
    "no incoming gradient": ("probabilities_gradient", lambda P, _dlogP: 1 / P, 0, "dlogP"),
    "no labels": ("logits_gradient", lambda logP, y: np.exp(logP) / len(y), 0, "y"),
    "no logP": ("logits_gradient", lambda logP, y: -one_hot(y, logP), 0, "logP"),
    "no images": ("logits", lambda X, W, b: np.ones((len(X), 1)) @ W.sum(axis=1)[None] + b, 0, "X"),
    "no bias": ("logits", lambda X, W, _b: X @ W.T, 0, "b"),
    "no rate": ("sgd_step", lambda W, b, dW, db, lr: (W - dW, b - lr * db), 0, "lr"),
    "no gradient of b": ("sgd_step", lambda W, b, dW, _db, lr: (W - lr * dW, b - lr * dW.mean()), 1, "db"),
    # logP and W make no difference to what is right
    "all used": ("log_probabilities_gradient", lambda logP, y: one_hot(y, logP), 0, ""),
    "one result": ("sgd_step", lambda W, b, dW, _db, lr: (W + lr * dW, b), 0, ""),
    "one in some batches": ("logits", lambda X, W, b: X @ W.T + (0 if len(X) > 2 else 2) * b, 0, ""),
    "an epoch": ("one_epoch", lambda _X, _y, W, b, _lr, _size: (W, b), 0, ""),
}


@pytest.mark.parametrize("what", CASES)
def test_the_first_input_without_effect_is_told(what: str):
    rung, call, result, parameter = CASES[what]
    seen = Seen(rung, [*trials(rung, call)], result)
    symbol = seen.mine
    asks = f"Does your code use {parameter}, or is it lost on the way?"
    said = f"{symbol} stays the same if {parameter} is another one. {asks}"
    assert unused(seen, call) == (said if parameter else "")


def test_a_function_that_raises_on_another_input_uses_it():
    def call(P, dlogP):
        if (P, dlogP) not in known:
            raise UserFileError("another one")
        return -RIGHT["probabilities_gradient"](P, dlogP)

    class Known:
        def __contains__(self, pair: tuple) -> bool:
            return any(all(map(np.array_equal, pair, one.inputs)) for one in made)

    made, known = [], Known()
    made = [*trials("probabilities_gradient", lambda P, dlogP: -RIGHT["probabilities_gradient"](P, dlogP))]
    assert unused(Seen("probabilities_gradient", made, 0), call) == ""
