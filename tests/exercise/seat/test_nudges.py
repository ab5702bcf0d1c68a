"""What is advised shows the mistake: each has a trial, and the named ones have theirs."""

import pytest

from compare.exercise.seat.cases import CLASSIC, MISTAKES, RIGHT, cases
from compare.exercise.seat.nudges import NONE, TRIALS, nudge

NUDGES = {
    "last-pixel-dropped": "images with light in every pixel",
    "labels-off-by-one": "compare y with the formula",
    "never-shuffled": "images that are not in order",
    "bias-forgotten-forward": "compare Z with the formula",
    "clipped-logits": "logits of 100",
    "no-maximum-shift": "logits of 2,000",
    "global-maximum": "rows of logits that are 1,000 apart",
    "summed-loss": "compare L with the formula",
    "fixed-hundred": "a batch whose last one is short",
    "hidden-label-smoothing": "compare dZ with the formula",
    "short-batch-skipped": "a batch whose last one is short",
    "clipped-gradient": "gradients a thousand times larger",
    "mean-for-the-bias": "compare db with the formula",
    "stale-gradient": "call it twice: dW and db must be the same",
    "decaying-lr": "call it twice: six digits of W - W0 and b - b0 must be the same",
    "bias-forgotten-in-the-update": "compare b - b0 with the formula",
    "tiny-weight-decay": "compare six digits of W - W0, not four",
}


@pytest.mark.parametrize("name", NUDGES)
def test_which_nudge_a_mistake_has(name: str):
    assert nudge(cases(CLASSIC)[name]) == NUDGES[name]


def test_every_mistake_has_one_and_every_trial_is_needed():
    found = {name: nudge(case) for kind in MISTAKES for name, case in cases(kind).items()}
    assert [name for name, words in found.items() if words == NONE] == []
    used = {trial for trial in TRIALS for words in found.values() if words.startswith(trial.words.partition("{")[0])}
    assert [trial.words for trial in TRIALS if trial not in used] == []


@pytest.mark.parametrize("function", ["logits", "log_softmax", "sgd_step", "batch"])
def test_no_trial_shows_a_right_function(function: str):
    (right,) = cases(RIGHT).values()
    assert nudge(right._replace(function=function)) == NONE
