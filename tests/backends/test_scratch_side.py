"""`scratch` as a side: nothing that it is given or gives is shared."""

import numpy as np

import scratch
from compare.backends.protocol import State
from compare.backends.scratch_side import ScratchSide
from compare.problem import Problem


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
