"""The guesses: of which inputs a mistake is made again."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from compare.backends.by_name import backend, equations_backend
from compare.backends.protocol import Backend
from compare.bugs import guesses as module
from compare.bugs.catalogue import BUGS, Bug
from compare.bugs.evidence import Likeness
from compare.bugs.guesses import Guess, guesses
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


@pytest.mark.parametrize(("explained", "named"), [(0.87, False), (0.89, False), (0.9, True), (0.91, True)])
def test_a_mistake_is_named_if_it_explains_nine_tenths(
    observed: Callable, monkeypatch: pytest.MonkeyPatch, explained: float, named: bool
):
    monkeypatch.setattr("compare.bugs.guesses._alike", lambda *_: Likeness(explained, 0))
    seen = [observed(dZ=lambda dZ: 2 * dZ, kind="small")]
    assert bool(guesses(seen, "logits_gradient")) == named


@pytest.mark.parametrize(("most", "named"), [(5, False), (6, True)])
def test_the_largest_batch_is_looked_at(observed: Callable, monkeypatch: pytest.MonkeyPatch, most: int, named: bool):
    monkeypatch.setattr(module, "MOST_IMAGES", most)
    assert bool(guesses([observed(N=6, dZ=lambda dZ: -dZ, kind="small")], "logits_gradient")) == named


@pytest.mark.parametrize("best", [0.0102, 0.03, 0.5, 3.0, 40.0, 98.0])
def test_the_maximum_is_found_to_a_part_of_the_range(best: float):
    tried = []

    def function(strength: float) -> float:
        tried.append(strength)
        return -(np.log(strength / best) ** 2)

    # 24 golden sections of ln 10,000 leave 9e-5 of it
    assert module._maximum(function, 0.01, 100.0) == pytest.approx(best, rel=1e-4)
    assert len(tried) == 26
    assert 0.01 < min(tried) < max(tried) < 100


@pytest.mark.parametrize(("best", "found"), [(1e-9, 0.01), (1e9, 100.0)])
def test_a_maximum_outside_is_looked_for_at_the_end(best: float, found: float):
    assert module._maximum(lambda x: -abs(np.log(x / best)), 0.01, 100.0) == pytest.approx(found, rel=1e-4)


class Likes:
    """Evidence for a strength, and for a way to write it: what it explains falls with the distance from the right."""

    def __init__(self, strength: float, way: str = "a", most: float = 1.0):
        self.strength, self.way, self.most, self.asked = strength, way, most, set()

    def likeness(self, make: Callable) -> Likeness:
        """As of Evidence."""
        strength, way = make()
        self.asked.add(strength)
        distance = abs(np.log(strength / self.strength))
        return Likeness(max(0.0, self.most - distance / 3 - (way != self.way) / 2), 0)


def with_strength(*strengths: float) -> Bug:
    choices = {"strength": strengths, "way": ("a", "b")}
    return Bug("it", "logits", "", "", "", lambda strength, way: (strength, way), False, choices=choices)


@pytest.mark.parametrize("right", [0.1, 0.3, 1.0, 4.5, 10.0])
@pytest.mark.parametrize("way", ["a", "b"])
def test_a_strength_is_refined_between_its_neighbours(right: float, way: str):
    evidence = Likes(right, way)
    found = module._best(with_strength(0.1, 1.0, 10.0), evidence)
    assert found.chosen["way"] == way
    assert found.chosen["strength"] == pytest.approx(right, rel=1e-3)
    assert found.likeness == pytest.approx(1, abs=1e-3)
    assert (min(evidence.asked), max(evidence.asked)) == (0.1, 10.0)


@pytest.mark.parametrize(
    ("most", "right", "refined"),
    # what a strength of the catalogue explains is 1 - ln 2 / 3 less than it could
    [(1.0, 2.0, True), (0.45, 2.0, True), (0.42, 2.0, False), (1.0, 1.0, False)],
)
def test_only_what_explains_a_fifth_and_not_all_is_refined(most: float, right: float, refined: bool):
    evidence = Likes(right, most=most)
    module._best(with_strength(0.1, 1.0, 10.0), evidence)
    assert (len(evidence.asked) > 3) == refined


def test_the_three_that_explain_most_are_told(monkeypatch: pytest.MonkeyPatch):
    """Of those that explain as much, the one of which more values are equal comes first."""
    alike = {
        "a": (0.95, 3), "b": (0.99, 1), "c": (0.99, 5), "d": (0.99 + 1e-8, 2), "e": (0.97, 9), "f": (0.5, 99)
    }  # fmt: skip
    monkeypatch.setattr(module, "_alike", lambda guess, _: Likeness(*alike[guess.bug.name]))

    def named(*names: str) -> list[tuple[str, float]]:
        bugs = [dataclasses.replace(with_strength(1.0), name=name) for name in names]
        return [(guess.bug.name, guess.likeness) for guess in module._confirmed([Guess(b, 0.0) for b in bugs], None)]

    assert named(*"abcdef") == [("c", 0.99), ("d", 0.99 + 1e-8), ("b", 0.99)]
    assert named("f", "a", "e") == [("e", 0.97), ("a", 0.95)]
    assert named("f") == []
