"""Results that are right but for small or large values: where the border is, and what has none."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.exercise.by_size import another_divisor, right_from_a_size_on
from compare.exercise.right import RIGHT
from compare.exercise.seen import Seen
from compare.exercise.trials import trials

DP = "probabilities_gradient"
AS_IT_IS = "divide by P as it is"
DIVISORS: dict[str, tuple[Callable, str]] = {
    "added": (lambda P: P + 0.01, f"Your dP is dlogP divided by P + 0.01: {AS_IT_IS}, which is not 0 here."),
    "subtracted": (lambda P: P - 0.01, f"Your dP is dlogP divided by P - 0.01: {AS_IT_IS}, which is not 0 here."),
    "a floor": (lambda P: np.maximum(P, 0.05), f"Where P is below 0.05 you divide by 0.05: {AS_IT_IS}."),
    "a ceiling": (lambda P: np.minimum(P, 0.5), f"Where P is above 0.5 you divide by 0.5: {AS_IT_IS}."),
    "another function": (lambda P: P**2, ""),
    "a number where P is small, and not only there": (lambda P: np.where((P < 0.05) & (P > 0.01), 0.05, P), ""),
}


@pytest.mark.parametrize("what", DIVISORS)
def test_what_one_divides_by_in_the_place_of_p(what: str):
    divisor, said = DIVISORS[what]
    assert another_divisor(Seen(DP, [*trials(DP, lambda P, dlogP: dlogP / divisor(P))], 0)) == said


def test_no_other_function_divides_by_p():
    assert another_divisor(Seen("bias_gradient", [*trials("bias_gradient", lambda dZ: dZ[0])], 0)) == ""


SIZES: dict[str, tuple[str, Callable, str]] = {
    "small inputs": (
        DP,
        lambda P, dlogP: np.where(P > 1e-3, dlogP / P, 0),
        "Your dP is right where P is 0.0011 or more in size, and wrong where it is 0.000894 or less: which step of "
        "yours treats small values in another way?",
    ),
    "large results": (
        "log_softmax",
        lambda Z: np.maximum(RIGHT["log_softmax"](Z), -2),
        "Your logP is right where logP should be 1.9998 or less in size, and wrong where it is 2.0067 or more: which "
        "step of yours treats large values in another way?",
    ),
    "P of logP": (
        "logits_gradient",
        lambda logP, y: np.where(logP < -3, 0, RIGHT["logits_gradient"](logP, y)),
        "Your dZ is right where P is 0.0504 or more in size, and wrong where it is 0.0452 or less: which step of yours "
        "treats small values in another way?",
    ),
    "a new W": (
        "sgd_step",
        lambda W, b, dW, db, lr: (W - lr * np.clip(dW, -1, 1), b - lr * db),
        "Your new W is right where dW is 0.9710 or less in size, and wrong where it is 1.0038 or more: which step of "
        "yours treats large values in another way?",
    ),
    "no border": (DP, lambda P, dlogP: np.where(P.round(2) % 0.02 < 0.01, dlogP / P, 0), ""),
    # right where dP is 0, at any size of it
    "zeros that come in": ("softmax_backward", lambda P, dP: RIGHT["softmax_backward"](P, dP) - P**2 * dP, ""),
    # right at the labels of one image, where they are the largest, and wrong everywhere else
    "one batch of several": (
        "logits_gradient",
        lambda logP, y: (np.exp(logP) - 1) * np.eye(logP.shape[1])[y],
        "",
    ),
    "nothing right": (DP, lambda P, dlogP: 2 * dlogP / P, ""),
    "one number": ("nll_loss", lambda logP, y: RIGHT["nll_loss"](logP, y) * (len(y) > 2), ""),
}


@pytest.mark.parametrize("what", SIZES)
def test_from_which_size_on_it_is_right(what: str):
    rung, call, said = SIZES[what]
    assert right_from_a_size_on(Seen(rung, [*trials(rung, call)], 0)) == said
