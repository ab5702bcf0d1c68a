"""A course's checks and ours on the same two sets."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.bugs.catalogue import BUGS
from compare.exercise.checks.compared import Caught, compared, passes, sentence
from scratch import EQUATIONS

# Of the classic 48, what the homework lets pass: nothing in it is large, and its limits are wide.
MISSED = {
    "clipped-logits", "no-maximum-shift", "global-maximum", "log-p-plus-epsilon", "clipped-probabilities",
    "log-of-softmax", "tiny-weight-decay", "lr-off-by-1e-5", "float16-weights",
}  # fmt: skip


def test_the_sentence_has_both_sets():
    found = {"classic": Caught(48, 39, 48), "generated": Caught(139, 133, 138)}
    assert sentence(found) == "CMU's softmax homework catches 39 of 48 and 133 of 139; ours 48 and 138"


def test_what_raises_does_not_pass():
    def stop(*_: object) -> None:
        raise KeyError

    assert passes(EQUATIONS)
    assert not passes(EQUATIONS._replace(nll_loss=stop))
    assert not passes(EQUATIONS._replace(nll_loss=lambda logP, y: scratch.nll_loss(logP, y) * np.nan))


@pytest.mark.heavy
def test_which_of_the_classic_mistakes_the_homework_lets_pass():
    assert {name for name, bug in BUGS.items() if bug.classic and passes(bug.equations())} == MISSED


@pytest.mark.heavy
def test_our_checks_catch_all_of_both_sets_and_the_homework_fewer():
    found = compared()
    assert found["classic"] == (48, 48 - len(MISSED), 48)
    mistakes, theirs, ours = found["generated"]
    assert ours == mistakes >= 130
    assert 0.8 * mistakes < theirs < mistakes


@pytest.mark.heavy
def test_the_command_prints_one_line():
    done = subprocess.run([sys.executable, "-m", "compare.exercise.checks"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("CMU's softmax homework catches 39 of 48 and ")
    assert done.stdout.count("\n") == 1


def test_the_homework_is_checked_on_one_thread(monkeypatch: pytest.MonkeyPatch, threads_now: Callable):
    numbers = []
    monkeypatch.setattr("compare.exercise.checks.cmu_softmax.check", lambda _: numbers.append(threads_now()))
    assert passes(EQUATIONS)
    assert numbers == [{1}]
