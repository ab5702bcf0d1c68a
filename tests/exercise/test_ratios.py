"""One factor in every batch: whether the sizes make it, and which two batches are quoted."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.exercise.ratios import constant_ratio
from compare.exercise.right import RIGHT
from compare.exercise.seen import Seen
from compare.exercise.trials import trials

SIZES = "How does that factor come from these sizes?"


def asked(factor: Callable[[int, int, int], float]) -> str:
    def wrong(X, dZ):
        return RIGHT["weight_gradient"](X, dZ) * factor(*X.shape, dZ.shape[1])

    return constant_ratio(Seen("weight_gradient", [*trials("weight_gradient", wrong)], 0))


@pytest.mark.parametrize("power", [-2, -1, -0.5, 0.5, 1, 2])
@pytest.mark.parametrize("letter", ["N", "D", "K"])
def test_every_usual_power_of_a_size_is_known(letter: str, power: float):
    assert asked(lambda N, D, K: 3 * {"N": N, "D": D, "K": K}[letter] ** power).endswith(SIZES)


@pytest.mark.parametrize("power", [-1, 1])
def test_one_image_less_is_known(power: int):
    assert asked(lambda N, _, __: max(N - 1, 1) ** power * 2).endswith(SIZES)


def test_what_no_size_makes_is_told_with_both_factors():
    text = asked(lambda N, D, K: np.log(N + D / K + 1))
    first, second = (np.log(N + D / K + 1) for N, D, K in ((2, 4, 3), (5, 6, 7)))
    assert f"is {first:.4g} times what it should be with N = 2, D = 4, K = 3, and {second:.4g} times with N = 5" in text
    assert "No product of powers of N, D and K makes these factors" in text


def test_one_factor_in_some_batches_is_not_said_to_be_in_one_only():
    some = asked(lambda _, D, __: 3 if D == 6 else 1)
    assert "with N = 5, D = 6, K = 7, and in 1 other small batch as well, but right in the rest. Which line" in some
    assert "with N = 1, D = 6, K = 5, and right in the other small batches" in asked(
        lambda N, _, __: 3 if N == 1 else 1
    )
