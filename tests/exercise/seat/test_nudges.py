"""What is advised shows the mistake: each has a trial, and the named ones have theirs."""

import numpy as np
import pytest

import scratch
from compare.exercise.seat.cases import CLASSIC, MISTAKES, RIGHT, Case, cases
from compare.exercise.seat.nudges import EASY, NONE, TRIALS, Trial, nudge
from scratch import EQUATIONS

NUDGES = {
    "last-pixel-dropped": "images with light in every pixel",
    "labels-off-by-one": "compare y with the formula",
    "never-shuffled": "images that are not in order",
    "bias-forgotten-forward": "compare Z, with W and b not 0",
    "float16-logits": "Z of numbers with many digits",
    "softmax-before-the-loss": "compare Z with the formula",
    "clipped-logits": "logits of 100",
    "no-maximum-shift": "logits of 2,000",
    "global-maximum": "rows of logits that are 1,000 apart",
    "summed-loss": "compare L with the formula",
    "loss-of-the-prediction": "L for labels that are not the largest",
    "fixed-hundred": "a batch whose last one is short",
    "hidden-label-smoothing": "compare dZ with the formula",
    "short-batch-skipped": "a batch whose last one is short",
    "clipped-gradient": "gradients a thousand times larger",
    "mean-for-the-bias": "compare db with the formula",
    "stale-gradient": "call it twice: dW and db must be the same",
    "decaying-lr": "call it twice: six digits of W - W0 and b - b0 must be the same",
    "bias-forgotten-in-the-update": "compare b - b0 with the formula",
    "hidden-weight-decay": "compare W - W0, with W and b not 0",
    "tiny-weight-decay": "compare six digits of W - W0, not four",
}


@pytest.mark.parametrize("name", NUDGES)
def test_which_nudge_a_mistake_has(name: str):
    assert nudge(cases(CLASSIC)[name]) == NUDGES[name]


def test_every_mistake_has_one_and_every_trial_is_needed():
    found = {name: nudge(case) for kind in MISTAKES for name, case in cases(kind).items()}
    assert [name for name, words in found.items() if words == NONE] == []
    every = TRIALS + EASY
    used = {trial for trial in every for words in found.values() if fits(trial, words)}
    assert [trial.words for trial in every if trial not in used] == []


def fits(trial: Trial, words: str) -> bool:
    """Whether a nudge is that of a trial."""
    before, _, after = trial.words.partition("{}")
    return words.startswith(before) and words.endswith(after) and (len(words) > len(trial.words) - 2 or not after)


def test_what_an_easy_input_hides_is_hidden_there_and_shown_by_the_formula():
    f = EQUATIONS._replace(logits=lambda X, W, b: scratch.logits(*(part.astype(np.float16) for part in (X, W, b))))
    assert nudge(Case("half", "logits", lambda: f)) == "Z of numbers with many digits"
    f = EQUATIONS._replace(log_softmax=lambda Z: scratch.log_softmax(2 * Z))
    assert nudge(Case("twice", "log_softmax", lambda: f)) == "logP of logits that are not equal"


@pytest.mark.parametrize("function", ["logits", "log_softmax", "sgd_step", "batch"])
def test_no_trial_shows_a_right_function(function: str):
    (right,) = cases(RIGHT).values()
    assert nudge(right._replace(function=function)) == NONE
