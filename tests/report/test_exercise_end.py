"""The end of the exercise: what was reached, beside what the tutorial publishes, in the terminal and as pictures."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rich.text import Text

from compare.backends.worker import Worker
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from compare.proof.predictions import Predictions
from compare.proof.run import Run
from compare.report.exercise_end import QUESTIONS, Ending, ending, print_answers, print_end
from compare.report.tables import wide_console
from compare.training import published
from scratch import Record


def run_of(problem: Problem, epochs: int, steps: int) -> Run:
    """What a proof has found, as far as the end shows it, with accuracies that tell their epoch."""
    W, b = problem.start("float32")
    history = [Record(n, 1.0, 0.5, 1.0, n / 1000) for n in range(epochs + 1)]
    return Run("float32", ("mine", "torch"), {}, steps=steps, history={"mine": history}, templates=W, bias=b)


@pytest.fixture
def reached(exercise_file: Callable) -> Callable[..., Ending]:
    def make(epochs: int = 240, steps: int = 9600, *, derived: bool = True) -> Ending:
        problem = Problem(load("mnist5k"), Hyperparameters(epochs=epochs))
        file = Worker(exercise_file("logits", "log_softmax"))
        return ending(problem, [run_of(problem, epochs, steps)], file, derived=derived)

    return make


def printed(show: Callable, *args: object) -> str:
    console = wide_console(io.StringIO())
    show(console, *args)
    return console.file.getvalue()


@pytest.fixture(autouse=True)
def no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of the proof have tests of their own."""
    monkeypatch.setattr("compare.report.exercise_end.check_lines", lambda _: [Text("a line for each check")])
    monkeypatch.setattr("compare.report.exercise_end.verdict_line", lambda _: Text("match"))


@pytest.mark.parametrize(("name", "written"), [("mine.py", "mine.py"), ("my file.py", "'my file.py'")])
def test_the_commands_at_the_end_can_be_copied(reached: Callable, name: str, written: str):
    assert f"next: python -m compare prove --backend {written}  " in printed(print_end, reached(), Path(name))


def test_the_three_images_are_the_surest_mistakes(reached: Callable):
    found = reached()
    labels, P = found.problem.validation[1], found.P
    assert len(found.wrong) == 3
    assert (P[found.wrong].argmax(axis=1) != labels[found.wrong]).all()
    others = np.setdiff1d(np.flatnonzero(P.argmax(axis=1) != labels), found.wrong)
    assert P[found.wrong].max(axis=1).min() >= P[others].max()
    np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-5)


def curve(text: str) -> list[list[str]]:
    """Steps and both accuracies, without the bars."""
    rows = [line.replace("█", "").replace("%", "").split() for line in text.splitlines()]
    return [row for row in rows if len(row) == 3 and row[1].replace(".", "").isdigit()]


def test_both_curves_stand_at_the_same_steps(reached: Callable):
    text = printed(print_end, reached(), Path("mine.py"))
    # 12 epochs of 40 steps are one of the tutorial's
    own = {"0": "0.0", "480": "1.2", "960": "2.4", "2,880": "7.2", "9,600": "24.0"}
    theirs = [f"{100 * published.CURVE[epoch]:.1f}" for epoch in (0, 1, 2, 6, 20)]
    assert curve(text) == [[*pair, value] for pair, value in zip(own.items(), theirs, strict=True)]
    assert "steps   yours, on 1,000 of mnist5k       first tutorial, all of MNIST\n" in text
    # of 22 characters 24 % and 85.3 %
    assert [len(bar) for bar in re.findall("█+", text.partition("9,600")[2].partition("\n")[0])] == [5, 19]


def test_a_short_training_has_as_much_of_the_curve_as_it_came_to(reached: Callable):
    assert [row[0] for row in curve(printed(print_end, reached(13, 520), Path("mine.py")))] == ["0", "480"]


def test_it_is_one_screen_of_80_columns(reached: Callable):
    lines = printed(print_end, reached(), Path("mine.py")).splitlines()
    assert len(lines) <= 32
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("differ", [False, True])
@pytest.mark.parametrize("details", [False, True])
def test_the_numbers_of_the_proof_are_for_details_and_for_what_failed(reached: Callable, details: bool, differ: bool):
    found = reached()
    found.runs[0].predictions = Predictions(evaluation=2.0 if differ else 0.0)
    text = printed(lambda console: print_end(console, found, Path("mine.py"), details=details))
    assert ("a line for each check" in text) == (details or differ)
    assert ("The budget is what rounding may cause." in text) == (not details and not differ)


def test_each_question_has_its_answer_elsewhere(reached: Callable):
    screen, answers = printed(print_end, reached(), Path("mine.py")), printed(print_answers)
    for number, (question, answer) in enumerate(QUESTIONS, 1):
        assert f"{number}. {question}" in screen
        assert answer not in " ".join(screen.split())
        assert f"{number}. {question} {answer}" in " ".join(answers.split())


def test_a_derivation_is_praised_where_there_was_one(reached: Callable):
    with_paper, without = (
        " ".join(printed(print_end, reached(derived=derived), Path("mine.py")).split()) for derived in (True, False)
    )
    assert "You derived dZ = (P - Y) / N twice" in with_paper
    assert "You derived" not in without
    assert "How dZ = (P - Y) / N comes about was not asked: exercise --new FILE has the way there" in without
