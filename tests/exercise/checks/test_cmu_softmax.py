"""The homework's checks: right functions pass, and each of its questions finds what it asks for."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.exercise.checks import cmu_softmax
from compare.exercise.checks.cmu_softmax import check
from scratch import EQUATIONS

QUESTIONS = "_check_loss", "_check_gradient", "_check_epoch"


def test_right_functions_pass():
    check(EQUATIONS)


def test_right_functions_written_otherwise_pass():
    def log_softmax(Z):
        P = np.exp(Z)
        return np.log(P / P.sum(axis=1)[:, None])

    check(EQUATIONS._replace(log_softmax=log_softmax, logits=lambda X, W, b: np.einsum("nd,kd->nk", X, W) + b))


def off(function: str, share: float) -> Callable:
    """A function of `scratch` whose (first) result is off by this share."""

    def changed(*given):
        returned = getattr(scratch, function)(*given)
        factor = np.float32(1 + share)
        return (returned[0] * factor, *returned[1:]) if isinstance(returned, tuple) else returned * factor

    return changed


# What is wrong, and the questions that find it; what lies within the published limits is found by none.
WRONG = {
    "a loss off by 3e-6": ({"nll_loss": off("nll_loss", 3e-6)}, ["_check_loss"]),
    "a gradient off by 1e-2": (
        {"logits_gradient": off("logits_gradient", 1e-2)}, ["_check_gradient", "_check_epoch"]
    ),
    "divided by 10 for N, which has 10 in the epoch": (
        {"logits_gradient": lambda logP, y: scratch.logits_gradient(logP, y) * np.float32(len(y) / 10)},
        ["_check_gradient"],
    ),
    "a step off by 3e-5": ({"parameter_gradients": off("parameter_gradients", 6e-5)}, ["_check_epoch"]),
    "pixels by 256": ({"batch": off("batch", -1 / 256)}, ["_check_gradient", "_check_epoch"]),
    "a step off by 1e-6": ({"sgd_step": off("sgd_step", 1e-7)}, []),
    "large logits overflow": ({"log_softmax": lambda Z: Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))}, []),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_each_question_finds_what_it_asks_for(case: str, finds: Callable):
    functions, questions = WRONG[case]
    wrong = EQUATIONS._replace(**functions)
    assert [name for name in QUESTIONS if finds(getattr(cmu_softmax, name), wrong)] == questions
    assert finds(check, wrong) == bool(questions)
