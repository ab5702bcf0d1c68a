"""The score of a learner's test, and the bars beside it."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from compare.bugs.catalogue import BUGS
from compare.exercise.seat import score as score_module
from compare.exercise.seat.cases import CLASSIC, GENERATED, MISTAKES, cases
from compare.exercise.seat.score import BARS, Missed, Score, Scoring

# Looks at the loss of equal logits only.
LOSS = """
import numpy as np

def check(f):
    L = f.nll_loss(f.log_softmax(np.zeros((4, 2))), np.array([0, 1, 1, 0]))
    assert abs(L - np.log(2)) < 1e-6
"""
# Right functions add in another order, and so in other last digits.
TOO_STRICT = """
import numpy as np

def check(f):
    X, W, b = (np.random.default_rng(n).normal(size=size) for n, size in enumerate([(9, 300), (4, 300), 4]))
    assert (f.logits(X, W, b) == X @ W.T + b).all()
"""


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scoring, Score, list[str]]:
    """A test, scored beside two bars."""
    reports: list[str] = []
    path = tmp_path_factory.mktemp("seat") / "my_test.py"
    path.write_text(LOSS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(score_module, "BARS", {name: BARS[name] for name in ("CS336",)})
        scoring = Scoring(path)
        return scoring, scoring.score(reports.append), reports


def test_what_is_caught_and_what_got_away(scored: tuple):
    _, score, _ = scored
    assert (score.accused, score.passed) == ({}, False)
    assert score.mistakes == {CLASSIC: 48, GENERATED: 139}
    missed = {one.name: one for one in score.missed if one.kind == CLASSIC}
    caught = [name for name, bug in BUGS.items() if bug.classic and name not in missed]
    assert score.caught(CLASSIC) == len(caught) == 48 - len(missed)
    assert {"summed-loss", "mean-over-classes", "probability-loss", "base-2-logarithm"} <= {*caught}
    assert {BUGS[name].function for name in caught} <= {"log_softmax", "nll_loss"}
    assert missed["short-batch-skipped"] == Missed(
        CLASSIC, "short-batch-skipped", "E5", "a batch whose last one is short"
    )
    assert 10 < score.caught(GENERATED) < 60


def test_the_bar_is_measured_on_the_classic_mistakes(scored: tuple):
    _, score, _ = scored
    assert score.bars == {"CS336": {CLASSIC: 12}}


def test_it_reports_as_often_as_it_says(scored: tuple, monkeypatch: pytest.MonkeyPatch):
    scoring, _, reports = scored
    monkeypatch.setattr(score_module, "BARS", {"CS336": ""})
    assert len(reports) == scoring.reports
    assert list(dict.fromkeys(reports)) == ["right variants", "classic mistakes", "generated mistakes", "CS336"]


def test_the_time_that_is_announced_grows_with_that_of_the_test(scored: tuple):
    scoring, _, _ = scored
    before, scoring.seconds = scoring.expected_seconds, scoring.seconds + 2
    assert scoring.expected_seconds - before == pytest.approx(219 * 2 / score_module.cores())


def test_a_test_that_accuses_a_right_variant_scores_nothing_and_is_told_on_which(check_path: Callable):
    score = Scoring(check_path(TOO_STRICT)).score()
    assert "logits: kahan" in score.accused
    assert {name.partition(":")[0] for name in score.accused} == {"logits"}
    assert set(score.accused.values()) == {"my_test.py, line 6: raises AssertionError"}
    assert [score.caught(kind) for kind in MISTAKES] == [0, 0]
    assert not score.passed


def test_a_test_that_accuses_the_right_functions_is_told_and_nothing_else_is_run(check_path: Callable):
    scoring = Scoring(check_path("def check(f): return False"))
    assert scoring.expected_seconds == 0
    assert scoring.score(pytest.fail) == Score({"the right functions": "my_test.py: check returns False"})


# It accuses two functions that round otherwise than those of scratch, and never one alone.
OTHER_BITS = """
import numpy as np
import scratch

random = np.random.default_rng(0)
X, y, W, b = random.random((30, 7)), random.integers(0, 4, 30), random.normal(size=(4, 7)), random.normal(size=4)
Z = scratch.logits(X, W, b)
logP = scratch.log_softmax(Z)
dZ = scratch.logits_gradient(logP, y)
step = W, b, *scratch.parameter_gradients(X, dZ), 0.3
GIVEN = {"logits": (X, W, b), "log_softmax": (Z,), "nll_loss": (logP, y), "logits_gradient": (logP, y),
         "parameter_gradients": (X, dZ), "sgd_step": step}


def bits(found):
    return [np.asarray(part).tolist() for part in (found if isinstance(found, tuple) else (found,))]


def check(f):
    return sum(bits(getattr(f, name)(*v)) != bits(getattr(scratch, name)(*v)) for name, v in GIVEN.items()) < 2
"""


@pytest.mark.heavy
def test_a_group_that_is_accused_only_together_is_named(check_path: Callable):
    score = Scoring(check_path(OTHER_BITS)).score()
    assert set(score.accused.values()) == {"my_test.py: check returns False"}
    assert all(name.startswith("right variants ") for name in score.accused)


def test_all_caught_is_passed():
    assert Score({}, {CLASSIC: 48, GENERATED: 139}).passed
    assert not Score({}, {CLASSIC: 48, GENERATED: 139}, [Missed(GENERATED, "", "E1", "")]).passed


def test_each_bar_has_its_file():
    folder = files("compare.exercise.checks")
    assert all("def check(f: Equations)" in folder.joinpath(name).read_text() for name in BARS.values())


# What each of the checks catches of the 48.
CAUGHT = {"accuracy": 12, "CS336": 12, "CS231n": 28, "CMU 10-714": 39, "ours": 48}


def test_the_docs_say_what_the_bars_catch(root: Path):
    text = " ".join((root / "docs" / "proof.md").read_text().split())
    assert f"CS231n's catch {CAUGHT['CS231n']} of the 48" in text
    assert f"with all of its three questions, catches {CAUGHT['CMU 10-714']}." in text


@pytest.mark.heavy
@pytest.mark.parametrize("bar", BARS)
def test_a_bar_accuses_no_right_variant_and_catches_what_it_is_known_to(bar: str):
    path = Path(str(files("compare.exercise.checks").joinpath(BARS[bar])))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(score_module, "BARS", {})
        score = Scoring(path, 300).score()
    assert score.accused == {}
    assert score.caught(CLASSIC) == CAUGHT[bar]
    assert score.passed == (bar == "ours")


@pytest.mark.heavy
def test_with_everything_the_bars_are_measured_on_both_sets(check_path: Callable, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(score_module, "BARS", {"CMU 10-714": BARS["CMU 10-714"]})
    scoring = Scoring(check_path("def check(f): pass"), everything=True)
    assert scoring.score().bars == {"CMU 10-714": {CLASSIC: 39, GENERATED: 133}}
    assert len(cases(GENERATED)) == 139
