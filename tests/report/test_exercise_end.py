"""The end of the exercise: what was reached, beside what the tutorial publishes, in the terminal and as pictures."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from compare.backends.worker import Worker
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
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
    monkeypatch.setattr("compare.report.exercise_end.check_lines", lambda _: [])
    monkeypatch.setattr("compare.report.exercise_end.verdict_line", lambda _: "match")


def test_the_three_images_are_the_surest_mistakes(reached: Callable):
    found = reached()
    labels, P = found.problem.validation[1], found.P
    assert len(found.wrong) == 3
    assert (P[found.wrong].argmax(axis=1) != labels[found.wrong]).all()
    others = np.setdiff1d(np.flatnonzero(P.argmax(axis=1) != labels), found.wrong)
    assert P[found.wrong].max(axis=1).min() >= P[others].max()
    np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-5)


def test_both_curves_stand_at_the_same_steps(reached: Callable):
    lines = printed(print_end, reached(), Path("mine.py")).splitlines()
    steps, own, theirs = (
        next(line for line in lines if line.startswith(head)) for head in ("after", "your", "the tut")
    )
    assert steps.split()[-6:] == ["0", "480", "960", "1,920", "3,840", "9,600"]
    # 12 epochs of 40 steps are one of the tutorial's
    assert own.split()[2::2] == ["0.0", "1.2", "2.4", "4.8", "9.6", "24.0"]
    assert theirs.split()[6::2] == [f"{100 * published.CURVE[epoch]:.1f}" for epoch in (0, 1, 2, 4, 8, 20)]


def test_a_short_training_has_as_much_of_the_curve_as_it_came_to(reached: Callable):
    lines = printed(print_end, reached(13, 520), Path("mine.py")).splitlines()
    assert next(line for line in lines if line.startswith("after")).split()[-2:] == ["0", "480"]


def test_it_is_one_screen_of_80_columns(reached: Callable):
    lines = printed(print_end, reached(), Path("mine.py")).splitlines()
    # six lines of the proof are missing here
    assert len(lines) <= 34
    assert max(map(len, lines)) <= 80


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
