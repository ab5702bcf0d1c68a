"""Questions, tour and names: they fit the equations, the catalogue and the engine."""

import re
from pathlib import Path

import numpy as np
import pytest

import scratch
from compare.bugs.catalogue import BUGS
from compare.data.registry import SOURCES
from compare.equations import FUNCTIONS
from compare.page.texts import ALSO, ORIGINS, STOPS, for_any_run, questions

TAGS = [function.tag for function in FUNCTIONS.values()]


def test_each_equation_has_a_question():
    assert list(questions(10)) == TAGS


def test_the_answers_are_right(rng: np.random.Generator):
    X, y = rng.random((4, 6)), rng.integers(0, 3, 4)
    W, b = np.zeros((3, 6)), np.zeros(3)
    right = {tag: question.right for tag, question in questions(3).items()}
    logP = scratch.log_softmax(scratch.logits(X, W, b))
    assert scratch.logits(X, W, b) == pytest.approx(right["E1"])
    assert np.exp(logP).sum(axis=1) == pytest.approx(right["E2"])
    assert scratch.nll_loss(logP, y) == pytest.approx(right["E3"])
    dZ = scratch.logits_gradient(logP, y)
    assert dZ.sum(axis=1) == pytest.approx(right["E4"])
    dW, db = scratch.parameter_gradients(X, dZ)
    twice = scratch.logits_gradient(np.concatenate([logP, logP]), np.concatenate([y, y]))
    assert scratch.parameter_gradients(np.concatenate([X, X]), twice)[0] == pytest.approx(right["E5"] * dW)
    assert scratch.sgd_step(W, b, dW, db, 0.0)[0] - W == pytest.approx(right["E6"])


@pytest.mark.parametrize("tag", TAGS)
def test_usual_wrong_answers_have_a_hint_each(tag: str):
    """The first hint that is near enough is shown: none may stand before the right answer or another hint."""
    question = questions(10)[tag]
    wrong, said = zip(*question.hints, strict=True)
    assert len(wrong) >= 2
    assert len({*said}) == len(said)
    numbers = [question.right, *wrong]
    for i, number in enumerate(numbers):
        near = [other for other in numbers if abs(number - other) <= 0.01 * max(1, abs(other))]
        assert near == [numbers[i]]


def test_the_tour_has_eight_stops_at_places_of_the_page(root: Path):
    assert len(STOPS) == 8
    template = (root / "compare" / "page" / "page.html.jinja").read_text(encoding="utf-8")
    assert {stop.place for stop in STOPS} <= {*TAGS, *re.findall(r'(?: id=|canvas\()"([\w-]+)"', template)}


def test_other_names_are_of_mistakes_in_the_catalogue():
    assert set(ALSO) <= set(BUGS)
    assert set(ORIGINS) <= set(SOURCES)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("rate-left-out", "Updates 1 / lr times too large."),
        ("summed-gradient", "Gradients N times too large."),
        ("stale-gradient", "The first step is right, the second has two gradients in it."),
        ("hidden-weight-decay", "Weights shrink by lr 1e-4 a step."),
        ("wrong-sign", BUGS["wrong-sign"].symptom),
    ],
)
def test_what_holds_for_another_run_only_is_left_out(name: str, kept: str):
    assert for_any_run(BUGS[name].symptom) == kept
