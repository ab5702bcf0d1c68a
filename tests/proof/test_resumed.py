"""A side that is replaced in the middle of a training goes on as if nothing had happened, or is told."""

from collections.abc import Callable

import pytest

from compare.backends.by_name import SCRATCH, backend
from compare.backends.protocol import Backend, State
from compare.backends.scratch_side import ScratchSide
from compare.problem import Problem
from compare.proof.resumed import check_resumed


class Forgetful(ScratchSide):
    """Takes no velocity over."""

    def start_from(self, state: State) -> None:
        """See Side."""
        super().start_from(state._replace(velocity=None))


class Rounding(ScratchSide):
    """Takes the weights over in half precision."""

    def start_from(self, state: State) -> None:
        """See Side."""
        super().start_from(state._replace(W=state.W.astype("float16").astype(state.W.dtype)))


def handing_over(side: Callable) -> Backend:
    return Backend("before", ScratchSide, lambda: Backend("others", side))


def test_one_process_hands_nothing_over(small: Problem):
    assert check_resumed(small, "float64", SCRATCH, backend("torch")) == {}


@pytest.mark.parametrize("turned", [False, True])
def test_a_right_side_goes_on_within_its_budget(small: Problem, dtype: str, turned: bool):
    sides = (backend("torch"), handing_over(ScratchSide))
    ((name, found),) = check_resumed(small, dtype, *(sides[::-1] if turned else sides)).items()
    assert name == "resumed by others"
    assert 0 < found.used <= 1
    assert found.reading == "whole_run"


@pytest.mark.parametrize(("side", "quantity"), [(Forgetful, "W"), (Rounding, "logits")])
@pytest.mark.parametrize("turned", [False, True])
def test_what_is_not_handed_over_is_over_the_budget(
    small: Problem, dtype: str, side: type[ScratchSide], quantity: str, turned: bool
):
    sides = (backend("torch"), handing_over(side))
    (found,) = check_resumed(small, dtype, *(sides[::-1] if turned else sides)).values()
    assert found.used > 1
    assert (found.quantity, found.step) == (quantity, 4)


def test_the_options_are_those_of_the_problem(make_small: Callable):
    problem = make_small(momentum=0.5, nesterov=True, weight_decay=0.01)
    (found,) = check_resumed(problem, "float64", backend("torch"), handing_over(ScratchSide)).values()
    assert 0 < found.used <= 1
