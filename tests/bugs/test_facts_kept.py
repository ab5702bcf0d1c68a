"""Whether a function keeps something: it is wrong after other steps, and right as the first."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH
from compare.backends.protocol import State
from compare.bugs.facts import keeps
from compare.bugs.traces import Observed


@pytest.fixture
def two_steps(observed: Callable) -> list[Observed]:
    """Two cases of one set, from other weights; Z of the second is wrong."""
    first = observed()
    moved = State(first.start.W + 1, first.start.b - 1)
    case = dataclasses.replace(first.case, name="step 2", start=moved)
    steps = dataclasses.replace(first.steps, cases=(first.case, case))
    right = next(reversed([step for _, step in steps.steps(SCRATCH, "float64")]))
    start = first.start._replace(W=moved.W, b=moved.b)
    second = first._replace(case=case, start=start, ours=right._replace(Z=right.Z + 1), theirs=right)
    return [one._replace(steps=steps) for one in (first, second)]


def test_a_step_that_is_right_as_the_first_keeps_something(two_steps: list[Observed]):
    assert keeps(two_steps, 1, SCRATCH)


# A function that is wrong as the first, too.
ALONE = {
    "logits": lambda X, W, b: X @ W.T - b,
    "nll_loss": lambda logP, y: scratch.nll_loss(logP, y) + 1,
    "sgd_step": lambda *given: (scratch.sgd_step(*given)[0], given[1]),
}


@pytest.mark.parametrize("name", ALONE)
def test_a_step_that_is_wrong_as_the_first_keeps_nothing(two_steps: list[Observed], planted: Callable, name: str):
    assert not keeps(two_steps, 1, planted(**{name: ALONE[name]}))


def test_the_first_of_a_set_keeps_nothing(two_steps: list[Observed], observed: Callable):
    assert not keeps(two_steps[1:], 0, SCRATCH)
    # of another set
    assert not keeps([observed(), two_steps[1]], 1, SCRATCH)
    assert keeps([observed(), *two_steps], 2, SCRATCH)


def test_what_is_wrong_as_the_first_may_be_nan(two_steps: list[Observed], planted: Callable):
    assert not keeps(two_steps, 1, planted(nll_loss=lambda *_: np.float64(np.nan)))
