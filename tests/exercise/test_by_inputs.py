"""The right result times something that came in: with which sign, in one batch and in all."""

from collections.abc import Callable

import pytest
from numpy.typing import NDArray

from compare.exercise.by_inputs import times_an_input
from compare.exercise.right import RIGHT
from compare.exercise.seen import Seen
from compare.exercise.trials import trials

# By what the right dP is multiplied, and what is said of it.
SAID: dict[str, tuple[Callable[[NDArray], NDArray], str]] = {
    "P": (lambda P: P, "the right one times P."),
    "minus P": (lambda P: -P, "the right one times (-P)."),
    "minus in some batches": (
        lambda P: P * (-1) ** len(P),
        "as large as the right one times P, but some have another sign.",
    ),
}


@pytest.mark.parametrize("what", SAID)
def test_the_sign_is_that_of_all_batches(what: str):
    factor, said = SAID[what]

    def wrong(P, dlogP):
        return RIGHT["probabilities_gradient"](P, dlogP) * factor(P)

    seen = Seen("probabilities_gradient", [*trials("probabilities_gradient", wrong)], 0)
    assert times_an_input(seen) == f"Each entry of your dP is {said}"
