"""The checks of CS336: right functions pass, and each of its questions finds what it asks for."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.exercise.checks.cs336 import _check_cross_entropy, _check_softmax, check
from scratch import EQUATIONS

QUESTIONS = _check_softmax, _check_cross_entropy


def off(function: str, by: float) -> Callable:
    """A function of `scratch` whose result is off by so much."""
    return lambda *given: getattr(scratch, function)(*given) + np.float32(by)


# What is wrong, and which of the two questions find it; what lies within the published limits is found by none.
WRONG: dict[str, tuple[dict[str, Callable], list[bool]]] = {
    "P off by 1e-5": ({"log_softmax": off("log_softmax", 5e-5)}, [True, False]),
    "log P off by 1e-3": ({"log_softmax": off("log_softmax", 1e-3)}, [True, True]),
    "a loss off by 1e-3": ({"nll_loss": off("nll_loss", 1e-3)}, [False, True]),
    "large logits overflow": (
        {"log_softmax": lambda Z: Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))}, [True, True]
    ),
    "P off by 1e-8": ({"log_softmax": off("log_softmax", 1e-8)}, [False, False]),
    "a loss off by 5e-5": ({"nll_loss": off("nll_loss", 5e-5)}, [False, False]),
    "anything in E1 or E4": ({"logits": np.negative, "logits_gradient": np.negative}, [False, False]),
}  # fmt: skip


def test_right_functions_pass():
    check(EQUATIONS)


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.filterwarnings("ignore:(overflow|invalid|divide)")
def test_each_question_finds_what_it_asks_for(case: str, finds: Callable):
    functions, found = WRONG[case]
    wrong = EQUATIONS._replace(**functions)
    assert [finds(question, wrong) for question in QUESTIONS] == found
    assert finds(check, wrong) == any(found)
