"""Up the ladder: the first that is open, what is kept, and no points without work."""

from collections.abc import Callable
from pathlib import Path

import pytest

from compare.backends.worker import Worker
from compare.equations import FUNCTIONS, RUNGS
from compare.exercise import ladder
from compare.exercise.check import Finding
from compare.exercise.ladder import Rung, climb, survey
from compare.exercise.progress import Progress
from compare.exercise.source import Source
from compare.problem import Problem

NAMES = list(RUNGS)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rungs that were checked; each is right, without a check."""
    asked: list[str] = []
    monkeypatch.setattr(ladder, "check", lambda _, name, *__: asked.append(name))
    return asked


def climbed(path: Path, problem: Problem) -> list[Rung]:
    return climb(Worker(path), problem, Progress(path))


def states(rungs: list[Rung]) -> list[str]:
    return [rung.state for rung in rungs]


def test_of_an_empty_file_the_first_paper_is_open(rungs_file: Callable, small: Problem):
    found = climbed(rungs_file(0, paper=0), small)
    assert states(found) == ["paper", *["later"] * 10]
    assert [asked.given for asked in found[0].paper] == [None, None]


def test_after_the_paper_the_code_is_missing(rungs_file: Callable, small: Problem):
    assert states(climbed(rungs_file(0), small)) == ["missing", *["later"] * 10]


@pytest.mark.parametrize("written", ["Logits", "logit", "LOGITS"])
def test_a_name_that_is_misspelled_is_told(rungs_file: Callable, small: Problem, written: str):
    told = f"your file has {written}. If this is meant, its name must be logits"
    path = rungs_file(1, ("def logits(", f"def {written}("))
    for text, more in (("", ""), ("def logits(X, W, b): raise NotImplementedError", ", and the logits that")):
        path.write_text(f"{path.read_text()}\n{text}\n")
        found = climbed(path, small)
        assert states(found) == ["missing", *["later"] * 10]
        assert found[0].finding.asks.startswith(told + (more or "."))


def test_a_helper_is_not_taken_for_a_function(rungs_file: Callable, small: Problem):
    path = rungs_file(0)
    path.write_text(f"{path.read_text()}\ndef product(X, W): ...\ndef one_hot(y, K): ...\n")
    assert climbed(path, small)[0].finding is None


@pytest.mark.usefixtures("checks")
def test_a_wrong_answer_on_paper_is_first_and_has_its_reason(rungs_file: Callable, small: Problem):
    found = climbed(rungs_file(11, ('"sum of dZ[0]": 0.0', '"sum of dZ[0]": 1'), paper=11), small)
    assert states(found) == [*["right"] * 6, "paper", *["later"] * 4]
    wrong = found[6].paper[1]
    assert (wrong.given, found[6].answered) == (1, 1)
    assert "Remember Z + 5" in wrong.reply.reason


def test_the_first_that_is_wrong_stops_the_climb(rungs_file: Callable, small: Problem):
    path = rungs_file(11, ("return X @ W.T + b", "return X @ W.T - b"))
    # also a second time: what is wrong is not kept
    for found in (climbed(path, small), climbed(path, small)):
        assert states(found) == ["wrong", *["later"] * 10]
        assert found[0].finding.mistake == "bias subtracted"


def test_what_was_right_is_not_checked_again_until_it_changes(rungs_file: Callable, small: Problem, checks: list[str]):
    path = rungs_file(4)
    assert states(climbed(path, small)) == [*["right"] * 4, "right", *["right"] * 6]
    assert checks == NAMES
    checks.clear()
    assert not any(rung.is_new for rung in climbed(path, small))
    assert checks == []
    path.write_text(path.read_text().replace("return X @ W.T + b", "return b + X @ W.T"))
    climbed(path, small)
    # and what is made of it
    assert checks == ["logits"]


def test_what_was_right_stays_right_beside_what_was_broken(rungs_file: Callable, small: Problem):
    path = rungs_file(11)
    kept, source = Progress(path), Source(path)
    kept.right = {name: source.fingerprint(name) for name in NAMES}
    kept.save()
    path.write_text(path.read_text().replace("return X @ W.T + b", "return X @ W.T - b"))
    assert states(climbed(path, small)) == ["wrong", *["right"] * 9, "later"], "an epoch uses the logits"


@pytest.mark.usefixtures("checks")
def test_an_old_file_has_six_and_no_paper(exercise_file: Callable, small: Problem):
    found = climbed(exercise_file(*FUNCTIONS), small)
    assert [rung.name for rung in found] == list(FUNCTIONS)
    assert states(found) == ["right"] * 6
    assert not any(rung.paper for rung in found)


# What stands in a file instead of work, as changes of one in which all is right.
NO_WORK = {
    "scratch": "from scratch import logits, log_softmax, nll_loss, logits_gradient, parameter_gradients, sgd_step\n",
    "torch_impl": "def logits(X, W, b):\n    import torch_impl\n    return torch_impl.logits(X, W, b)\n",
    "torch": "def logits(X, W, b):\n    import torch\n    return (torch.tensor(X) @ torch.tensor(W).T).numpy() + b\n",
    "scipy": "def logits(X, W, b):\n    import scipy\n    return X @ W.T + b\n",
}


@pytest.mark.parametrize("case", NO_WORK)
def test_somebody_elses_code_earns_nothing_and_is_told_kindly(exercise_file: Callable, small: Problem, case: str):
    path = exercise_file()
    path.write_text(NO_WORK[case] if case in ("scratch", "torch_impl") else path.read_text() + NO_WORK[case])
    found = climbed(path, small)
    assert states(found)[0] == ("foreign")
    assert not any(rung.state == "right" for rung in (*found, *survey(Worker(path), small)))
    assert found[0].finding.asks.startswith(f"logits uses {case}: that is somebody else's code. It may well be right")


def test_somebody_elses_code_that_no_import_shows_earns_nothing(exercise_file: Callable, small: Problem):
    path = exercise_file()
    body = "return pickle.loads(b'cscratch\\nlogits\\n.')(X, W, b)"
    path.write_text(f"{path.read_text()}\nimport pickle\n\n\ndef logits(X, W, b):\n    print('once')\n    {body}\n")
    (first, *_) = climbed(path, small)
    assert (first.state, first.finding.asks[:21]) == ("foreign", "logits uses scratch: ")


@pytest.mark.parametrize(
    "body",
    ["raise NotImplementedError", "pass", "...", "return None", "return X", "return 0", "return logits(X, W, b)"],
)
def test_a_stub_earns_nothing(tmp_path: Path, small: Problem, body: str):
    path = tmp_path / "mine.py"
    path.write_text(f"import numpy as np\n\ndef logits(X, W, b):\n    {body}\n")
    assert [rung.name for rung in survey(Worker(path, 20), small) if rung.state == "right"] == []


@pytest.mark.usefixtures("checks")
def test_code_without_paper_earns_nothing(rungs_file: Callable, small: Problem):
    assert "right" not in states(climbed(rungs_file(11, paper=0), small))


def test_paper_without_code_earns_nothing(rungs_file: Callable, small: Problem):
    assert "right" not in states(climbed(rungs_file(0, paper=11), small))


@pytest.mark.heavy
def test_half_filled_earns_what_is_done(rungs_file: Callable, small: Problem):
    found = survey(Worker(rungs_file(4, paper=2)), small)
    assert states(found) == [*["right"] * 4, *["missing"] * 6, "later"]
    assert [rung.answered == len(rung.paper) for rung in found] == [True, True, *[False] * 9]


def test_a_forged_progress_changes_nothing_of_foreign_code(exercise_file: Callable, small: Problem):
    path = exercise_file()
    path.write_text(NO_WORK["torch_impl"])
    kept = Progress(path)
    kept.right["logits"] = ladder.Source(path).fingerprint("logits")
    kept.save()
    assert states(climbed(path, small))[0] == "foreign"


def test_what_is_right_and_slow_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ladder, "SLOW", 0.5)
    assert Rung("logits", "right", seconds=1.0, loops=True).is_slow
    assert not Rung("logits", "right", seconds=0.1, loops=True).is_slow
    # the computer was busy
    assert not Rung("logits", "right", seconds=1.0).is_slow
    assert not Rung("logits", "wrong", finding=Finding("?"), seconds=1.0, loops=True).is_slow
