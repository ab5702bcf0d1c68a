"""Three real ranks: what each computes of 3 of 8 images rounds, and no right code is accused of it."""

import pytest

from compare.backends.by_name import SCRATCH
from compare.backends.ranks import Ranks
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from compare.proof.exact_arithmetic import count_unequal

pytestmark = pytest.mark.ranks


def test_three_ranks_match():
    problem = Problem(load("digits"), Hyperparameters(epochs=1))
    ranks = Ranks(3)
    try:
        three = ranks.backend()
        assert three.shares == 3
        found = {shares: count_unequal(problem, "float64", SCRATCH, three._replace(shares=shares)) for shares in (3, 1)}
    finally:
        ranks.end()
    assert not any(counts.differ for counts in found[3].values())
    assert any(counts.differ for counts in found[1].values())
