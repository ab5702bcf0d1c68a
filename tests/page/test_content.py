"""What a page holds of a run: the engine's own sums, and all of the recording behind them."""

import json

import numpy as np

from compare.equations import QUANTITIES
from compare.page.content import Content, sequential_gradients, sequential_logits
from compare.page.packing import unpack_images
from compare.page.recording import FIELDS, FIRST_STEPS, Recording
from compare.problem import Problem
from scratch import Equations


def test_the_sums_are_those_of_the_engine_to_the_bit(engine: Equations, rng: np.random.Generator):
    X, W, b, dZ = rng.random((7, 30)), rng.normal(size=(4, 30)), rng.normal(size=4), rng.normal(size=(7, 4))
    X[rng.random(X.shape) < 0.5] = 0
    np.testing.assert_array_equal(sequential_logits(X, W, b), engine.logits(X, W, b))
    for ours, theirs in zip(sequential_gradients(X, dZ), engine.parameter_gradients(X, dZ), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_every_step_has_its_loss_and_some_have_all(recording: Recording, small: Problem):
    assert recording.loss.shape == recording.hits.shape == (2, small.steps)
    assert [moment.number for moment in recording.moments] == [*range(1, FIRST_STEPS + 1), small.steps]
    for moment in recording.moments:
        assert recording.loss[0, moment.number - 1] == moment.steps[0].L
        assert recording.loss[1, moment.number - 1] == moment.steps[1].L
        assert recording.limits[moment.number - 1] == moment.limits[FIELDS.index("L")]
        for field, limit in zip(FIELDS, moment.limits, strict=True):
            ours, theirs = (getattr(step, field) for step in moment.steps)
            assert np.abs(ours - theirs).max() <= limit, field
    assert recording.history.shape == (2, small.chosen.epochs + 1, 4)
    assert (recording.limits[1:] != recording.limits[:-1]).any()


def test_images_and_labels_are_those_of_the_problem(held: Content, small: Problem):
    count = len(small.train[1]) + len(small.validation[1])
    images = unpack_images(held.arrays["lit"], held.arrays["pixels"], (count, small.features))
    np.testing.assert_array_equal(images, np.concatenate([small.train[0], small.validation[0]]))
    np.testing.assert_array_equal(held.arrays["labels"], np.concatenate([small.train[1], small.validation[1]]))
    order = np.concatenate([np.concatenate(epoch) for epoch in small.batches])
    np.testing.assert_array_equal(held.arrays["order"], order)


def test_facts_are_json(held: Content, small: Problem):
    facts = json.loads(json.dumps(held.facts))
    assert facts["fields"] == [quantity.field for quantity in QUANTITIES.values()]
    assert (facts["train"], facts["steps"], facts["lr"]) == (99, 35, 0.1)
    assert facts["steps_per_epoch"] == small.steps_per_epoch
