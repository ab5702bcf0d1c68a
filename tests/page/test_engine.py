"""The six functions in JavaScript are held by the checks of every backend."""

import pytest

from compare.backends.by_name import backend, equations_backend
from compare.problem import Problem
from compare.proof.prove import prove
from scratch import Equations


@pytest.mark.heavy
@pytest.mark.parametrize("reference", ["scratch", "torch"])
def test_the_engine_matches(small: Problem, engine: Equations, reference: str):
    run = prove(small, "float64", ours=equations_backend("engine", lambda: engine), theirs=backend(reference))
    assert run.verdict == "match"
    assert set(run.checks) >= {"one_step", "whole_run", "hard_batches"}
