"""Two trained sides image by image: near ties, certificates, and evaluation at the same weights."""

from collections.abc import Callable

import numpy as np

import scratch
from compare.backends.by_name import equations_backend
from compare.data.registry import Dataset
from compare.problem import Hyperparameters, Problem
from compare.proof.predictions import Predictions
from compare.proof.prove import Run, prove
from scratch import EQUATIONS


def test_images_classified_differently_count_unless_they_are_near_ties():
    for ties, verdict in ((0, "differ"), (1, "match")):
        found = Predictions(compared=9, differ=1, near_ties=ties)
        assert Run("float32", ("a", "b"), {}, predictions=found).verdict == verdict


def test_images_at_a_tie_may_be_classified_differently(replaced: Callable):
    """Two templates that are the same but for a few roundings: which class wins is a matter of these."""

    class Tied(Problem):
        def start(self, dtype):
            W, b = super().start(dtype)
            W[1], b[1] = W[0], b[0] + 4 * np.finfo(dtype).eps
            return W, b

    random = np.random.default_rng(8)
    images = random.integers(0, 256, (200, 30)).astype(np.uint8)
    problem = Tied(Dataset("tied", (images, random.integers(0, 2, 200)), None, 2), Hyperparameters(epochs=1))

    def favour_the_first(X, W, b):
        Z = scratch.logits(X, W, b)
        Z[:, 0] += 8 * np.finfo(X.dtype).eps
        return Z

    # gradients of two equal templates are opposite, so a learning rate this small keeps them equal
    object.__setattr__(problem.chosen, "lr", 1e-30)
    run = prove(problem, "float64", ours=replaced(logits=favour_the_first))
    assert run.predictions.differ > 0
    assert run.predictions.near_ties == run.predictions.differ


def test_predictions_are_certified_where_rounding_cannot_turn_them(digits: Problem):
    found = prove(digits, "float64").predictions
    assert (found.compared, found.differ, found.certified) == (359, 0, 359)
    assert 0 < found.largest < 1e-14

    def tilted(X, W, b):
        return scratch.logits(X, W, b) + 0.05 * X.mean(axis=1, keepdims=True) * np.arange(len(b))

    shaky = equations_backend("shaky", lambda: EQUATIONS._replace(logits=tilted))
    unsure = prove(digits, "float64", ours=shaky).predictions
    assert unsure.largest > 1e-3
    assert unsure.certified < unsure.compared - unsure.differ


def test_a_mistake_that_only_evaluation_makes_is_seen(small: Problem, replaced: Callable, dtype: str):
    """No batch has as many images as the test set: only the curve would show it."""

    def logits(X, W, b):
        return scratch.logits(X, W, b) * X.dtype.type(1.001 if len(X) == 15 else 1)

    run = prove(small, dtype, ours=replaced(logits=logits))
    assert run.verdict == "differ"
    assert [name for name, content in run.checks.items() if not content] == ["evaluation"]
    assert prove(small, dtype).predictions.evaluation <= 1
