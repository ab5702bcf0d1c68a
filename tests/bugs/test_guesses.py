"""The guesses: of which inputs a mistake is made again."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from compare.backends.by_name import backend, equations_backend
from compare.backends.protocol import Backend
from compare.bugs.catalogue import BUGS
from compare.bugs.evidence import Likeness
from compare.bugs.guesses import guesses
from compare.bugs.inputs import inputs
from compare.bugs.traces import Observed, observe_reference
from compare.problem import Problem
from scratch import EQUATIONS


def observed_in(problem: Problem, ours: Backend) -> list[Observed]:
    """All inputs of the diagnosis, in float64."""
    every = []
    for given in inputs(problem, "float64"):
        right = list(observe_reference(given, backend("torch"), "float64"))
        steps = [step for _, step in given.steps.steps(ours, "float64")]
        every += [seen._replace(ours=step) for seen, step in zip(right, steps, strict=True)]
    return every


def test_no_mistake_is_made_of_a_batch_that_is_too_large_for_it(random_problem, monkeypatch: pytest.MonkeyPatch):
    sizes, bug = set(), BUGS["every-label-in-every-row"]

    def noted(logP: np.ndarray, y: np.ndarray) -> np.ndarray:
        sizes.add(len(y))
        return (np.exp(logP) - np.isin(np.arange(logP.shape[1]), y)) / len(y)

    ours = equations_backend("mine", lambda: EQUATIONS._replace(logits_gradient=noted))
    seen = observed_in(random_problem(), ours)
    assert max(sizes) > 4096
    monkeypatch.setitem(BUGS, bug.name, dataclasses.replace(bug, make=lambda: noted))
    sizes.clear()
    with np.errstate(all="ignore"):
        best = guesses(seen, "logits_gradient")[0]
    assert (best.bug.name, best.likeness) == (bug.name, 1.0)
    assert 1000 < max(sizes) <= 4096


@pytest.mark.parametrize(("explained", "named"), [(0.87, False), (0.89, False), (0.91, True)])
def test_a_mistake_is_named_if_it_explains_nine_tenths(
    observed: Callable, monkeypatch: pytest.MonkeyPatch, explained: float, named: bool
):
    monkeypatch.setattr("compare.bugs.guesses._alike", lambda *_: Likeness(explained, 0))
    seen = [observed(dZ=lambda dZ: 2 * dZ, kind="small")]
    assert bool(guesses(seen, "logits_gradient")) == named
