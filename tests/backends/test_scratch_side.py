"""`scratch` as a side: nothing that it is given or gives is shared."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.memory_order import ORDERS, order_of
from compare.backends.protocol import State
from compare.backends.scratch_side import ScratchSide, step_beside
from compare.equations import FUNCTIONS
from compare.problem import Problem
from scratch.training import UNCHECKED


def test_a_replaced_equation_is_used(small: Problem):
    side = ScratchSide(small, "float64", scratch.EQUATIONS._replace(logits=lambda X, W, b: X @ W.T + b + 1))
    plain = ScratchSide(small, "float64")
    index = np.arange(5)
    np.testing.assert_allclose(side.step(index).Z, plain.step(index).Z + 1)
    assert side.equations is not plain.equations


def test_a_state_is_a_copy_both_ways(small: Problem):
    side = ScratchSide(small, "float64")
    W, b, _ = side.state()
    W += 1
    assert (side.state().W != W).all()
    side.start_from(State(W, b))
    W += 1
    assert (side.state().W != W).all()


def test_each_equation_is_given_all_its_arrays_in_the_order(small: Problem):
    seen: list[tuple[str, str]] = []

    def noting(name: str) -> Callable:
        def call(*inputs: object) -> object:
            arrays = sorted((value for value in inputs if isinstance(value, np.ndarray)), key=lambda a: -a.ndim)
            seen.extend((name, order_of(array)) for array in arrays)
            return getattr(scratch.EQUATIONS, name)(*inputs)

        return call

    side = ScratchSide(small, "float64", scratch.EQUATIONS._replace(**{name: noting(name) for name in FUNCTIONS}))
    # the last order counts, whatever was before
    for order in (*ORDERS, "gaps", "F"):
        seen.clear()
        side.lay_out(order)
        side.step(np.arange(5))
        arrays = {name: [o for one, o in seen if one == name] for name in FUNCTIONS}
        two, one = [order], ["C" if order == "F" else order]
        assert arrays == {
            "logits": 2 * two + one, "log_softmax": two, "nll_loss": two + one, "logits_gradient": two + one,
            "parameter_gradients": 2 * two, "sgd_step": 2 * two + 2 * one,
        }  # fmt: skip


@pytest.mark.parametrize("own", [{}, {"logits": lambda X, W, b: X @ W.T + b}], ids=["none", "one"])
def test_a_batch_that_another_side_has_gathered_is_taken(small: Problem, own: dict):
    side, index = ScratchSide(small, "float64", scratch.EQUATIONS._replace(**own)), np.arange(5)
    given = side.step(index)
    again = step_beside(side, index, given)
    assert again.X is given.X
    assert again.y is given.y


def test_a_side_that_spoils_its_batches_gathers_its_own(small: Problem):
    def dark(*given: object) -> tuple:
        X, y = scratch.batch(*given)
        return X / 2, y

    side, index = ScratchSide(small, "float64", scratch.EQUATIONS._replace(batch=dark)), np.arange(5)
    X, y = scratch.batch(*small.train, index, np.dtype("float64"))
    np.testing.assert_array_equal(side.step(index, (X, y)).X, X / 2)


def test_arguments_are_checked_only_where_a_function_is_replaced(small: Problem):
    assert ScratchSide(small, "float64").equations == UNCHECKED
    own = scratch.EQUATIONS._replace(logits=lambda X, W, b: (X @ W.T + b).T)
    with pytest.raises(ValueError, match="labels must have shape"):
        ScratchSide(small, "float64", own).step(np.arange(5))


def test_images_and_labels_are_fetched_as_before(small: Problem):
    side = ScratchSide(small, "float64")
    side.lay_out("gaps")
    assert side.equations.batch is UNCHECKED.batch
