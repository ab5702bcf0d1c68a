"""The checks of CS231n: right functions pass, and each of its questions finds what it asks for."""

from collections.abc import Callable

import pytest

import scratch
from compare.bugs.catalogue import BUGS
from compare.exercise.checks import cs231n
from compare.exercise.checks.cs231n import check
from scratch import EQUATIONS

QUESTIONS = "_check_affine_forward", "_check_affine_backward", "_check_loss", "_check_classifier"


def off(function: str, share: float) -> Callable:
    """A function of `scratch` whose (first) result is off by this share."""

    def changed(*given):
        returned = getattr(scratch, function)(*given)
        return (returned[0] * (1 + share), *returned[1:]) if isinstance(returned, tuple) else returned * (1 + share)

    return changed


# What is wrong, and the questions that find it; what lies within the published limits is found by none.
WRONG = {
    "scores off by 1e-6": ({"logits": off("logits", 1e-6)}, ["_check_affine_forward", "_check_affine_backward"]),
    "dW off by 1e-6": ({"parameter_gradients": off("parameter_gradients", 1e-6)}, ["_check_affine_backward"]),
    "dW off by 1e-3": (
        {"parameter_gradients": off("parameter_gradients", 1e-3)}, ["_check_affine_backward", "_check_classifier"]
    ),
    "a loss off by 1e-5": ({"nll_loss": off("nll_loss", 1e-5)}, ["_check_loss"]),
    "dZ off by 1e-5": ({"logits_gradient": off("logits_gradient", 1e-5)}, ["_check_loss"]),
    "dZ off by 1e-9": ({"logits_gradient": off("logits_gradient", 1e-9)}, []),
    "no update at all": ({"sgd_step": lambda W, b, *_: (W, b)}, []),
    "pixels by 256": ({"batch": off("batch", -1 / 256)}, []),
}  # fmt: skip


def test_right_functions_pass():
    check(EQUATIONS)


@pytest.mark.parametrize("case", WRONG)
def test_each_question_finds_what_it_asks_for(case: str, finds: Callable):
    functions, questions = WRONG[case]
    wrong = EQUATIONS._replace(**functions)
    assert [name for name in QUESTIONS if finds(getattr(cs231n, name), wrong)] == questions
    assert finds(check, wrong) == bool(questions)


def test_the_notebook_on_softmax_alone_catches_fewer(finds: Callable):
    classic = [bug.equations() for bug in BUGS.values() if bug.classic]
    assert sum(finds(cs231n._check_classifier, wrong) for wrong in classic) == 21
