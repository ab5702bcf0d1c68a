"""The same step on both sides: where each begins, and that the reference takes it once."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.backends.scratch_side import ScratchSide
from compare.backends.torch_side import TorchSide
from compare.data.registry import Dataset
from compare.equations import QUANTITIES
from compare.problem import Hyperparameters, Problem
from compare.proof.comparison import Comparison
from compare.proof.lockstep import SameStart


def with_momentum(problem: Problem) -> Problem:
    chosen = Hyperparameters(epochs=2, batch_size=20, lr=0.1, momentum=0.9, weight_decay=0.1)
    return Problem(Dataset("small", problem.train, None, problem.classes), chosen)


@pytest.mark.parametrize("name", QUANTITIES)
def test_each_quantity_of_each_step_is_within_budget(small: Problem, lockstep: Callable, name: str, dtype: str):
    comparison = Comparison()
    for epoch, pair in lockstep(small, dtype):
        if epoch > 1:
            break
        comparison.add(1, pair)
        tensor = getattr(pair.reference, QUANTITIES[name].field)
        assert tensor.dtype == getattr(pair.steps["whole_run"], QUANTITIES[name].field).dtype == dtype
        assert np.abs(tensor).max() > 0, "two tensors of zeros would prove nothing"
    for reading in ("one_step", "whole_run"):
        assert comparison.worst[name, reading].used <= 1


def test_one_step_begins_with_the_state_of_the_reference_and_the_whole_run_with_its_own(small: Problem):
    """Our own side begins elsewhere; the repeated step does not notice."""
    problem = with_momentum(small)
    own, again, reference = (ScratchSide(problem, "float64") for _ in range(3))
    own.model.weight = own.model.weight + 1
    same_start = SameStart(problem, reference, again)
    W0, b0 = problem.start("float64")
    for number, index in enumerate(problem.epoch_batches(1)[:3], 1):
        before = reference.state()
        mine, done = own.step(index), reference.step(index)
        pair = same_start.pair(number, index, mine, done)
        for name in ("Z", "L", "dW", "W", "b"):
            np.testing.assert_array_equal(getattr(pair.steps["one_step"], name), getattr(pair.reference, name))
        assert pair.steps["whole_run"] is mine
        assert pair.reference is done
        assert np.abs(mine.W - done.W).min() > 0.5
        assert pair.number == number
        np.testing.assert_array_equal(pair.start.W, before.W)
        np.testing.assert_array_equal(pair.start.b, before.b)
        assert (pair.start.velocity is None) == (number == 1) == (before.velocity is None)
        if before.velocity:
            np.testing.assert_array_equal(pair.start.velocity.W, before.velocity.W)
        np.testing.assert_array_equal(pair.start.W0, W0)
        np.testing.assert_array_equal(pair.start.b0, b0)
        assert pair.start.chosen is problem.chosen


def test_the_reference_takes_each_step_once(small: Problem, lockstep: Callable):
    problem = with_momentum(small)
    alone = TorchSide(problem, "float64")
    *_, (_, pair) = lockstep(problem, "float64")
    for batches in problem.batches:
        for index in batches:
            alone.step(index)
    np.testing.assert_array_equal(pair.reference.W, alone.state().W)
    assert pair.number == len(problem.epoch_batches(1))


def test_pairs_can_begin_in_the_middle_of_a_training(small: Problem):
    """The first weights are those of the problem, and the first state is that of the reference."""
    own, again, reference = (ScratchSide(small, "float32") for _ in range(3))
    first, second = small.epoch_batches(1)[:2]
    reference.step(first)
    before = reference.state()
    pair = SameStart(small, reference, again).pair(7, second, own.step(second), reference.step(second))
    np.testing.assert_array_equal(pair.start.W, before.W)
    np.testing.assert_array_equal(pair.start.W0, small.start("float32")[0], strict=True)
    np.testing.assert_array_equal(pair.steps["one_step"].W, pair.reference.W)
