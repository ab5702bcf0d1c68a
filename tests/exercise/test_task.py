"""What is said to an answer: right in any form, nearly, of another kind, or wrong with the reason."""

import math

import pytest

from compare.exercise.answers import Answer
from compare.exercise.task import FOUR, NEARLY, RIGHT, UNREAD, WRONG, Choice, Reply, Task

THIRD = Task("r", "n", "q", 0.3589, "the tip", "the step", ((0.7178, "twice"),))
FINE = Task("r", "n", "q", 0.0115, "the tip", "the step", ((0.0118, "the other"),), FOUR)
ROW = Task("r", "n", "q", (0.0498, -0.4179, 0.3681), "the tip", "the step")
LOG = Task("r", "n", "q", math.log(4), "the tip", "the step", ((0.25, "take the logarithm"),))
LETTER = Choice(
    "r", "n", "q", "b", "the tip", "the step", (("a", "inner sizes"),),
    lines=(("a", "X @ W"), ("b", "X @ W.T"), ("c", "W @ X.T")),
)  # fmt: skip


@pytest.mark.parametrize("given", [math.log(4), 1.386, "1.386", "np.log(4)", "-np.log(1/4)", " -math.log(0.25) "])
def test_a_right_number_is_right_in_any_form(given: Answer):
    assert LOG.reply(given) == Reply(RIGHT)


@pytest.mark.parametrize("given", ["[0.0498, -0.4179, 0.3681]", "0.05, -.418, .368", "np.array([0.05, -.418, .368])"])
def test_a_right_list_is_right_in_any_form(given: str):
    assert ROW.reply(given) == Reply(RIGHT)


@pytest.mark.parametrize("given", ["b", " B ", "b:", "(b)", "b)", "X @ W.T", "x@w.t", "b: X @ W.T", "(b) X @ W.T"])
def test_a_letter_its_line_or_both(given: str):
    assert LETTER.reply(given) == Reply(RIGHT)


@pytest.mark.parametrize(("given", "reason"), [("a", "inner sizes"), ("X @ W", "inner sizes"), ("W @ X.T", "the tip")])
def test_another_letter_or_line_is_wrong(given: str, reason: str):
    assert LETTER.reply(given) == Reply(WRONG, reason)


@pytest.mark.parametrize("given", ["d", "b: X @ W", "X.T @ W", 2, (1.0, 2.0), "the second"])
def test_what_is_no_letter_is_not_called_wrong(given: Answer):
    assert LETTER.reply(given) == Reply(UNREAD, 'answer with one letter, in quotes: one of "a", "b", "c"')


POINT = "write a decimal point, not a comma, as in 0.5"
LIST = "a list of three numbers is asked for, as [0.1, 0.2, -0.3]"
UNREADABLE = "this cannot be read as a number: write a decimal number, or one with np.log, np.exp or np.sqrt"


@pytest.mark.parametrize(
    ("task", "given", "reason"),
    [
        (THIRD, "log 4", UNREADABLE), (THIRD, "b", UNREADABLE), (THIRD, "36 %", UNREADABLE),
        (THIRD, "0,359", POINT), (THIRD, (0.0, 359.0), "one number is asked for, not a list"),
        (THIRD, (0.3589,), "one number is asked for, not a list"),
        (ROW, 0.0498, LIST), (ROW, (0.0498, -0.4179), LIST), (ROW, "the row", LIST),
        (ROW, (0.0, 5.0, 0.0, 418.0, 0.0, 368.0), POINT),
        (ROW, "[0,05, -0,418, 0,368]", POINT),
    ],
)  # fmt: skip
def test_what_is_of_another_kind_is_told_how_to_write_it(task: Task, given: Answer, reason: str):
    assert task.reply(given) == Reply(UNREAD, reason)


OFF = "the last decimals are off. Round at the end only, and keep more decimals on the way"


@pytest.mark.parametrize(
    ("task", "given", "reason"),
    [
        (THIRD, 0.36, "give three decimals"), (THIRD, 0.35, "give three decimals"), (THIRD, 0.4, "give three decimals"),
        (FINE, 0.01, "give four decimals"), (FINE, 0.012, "give four decimals"), (FINE, 0.0113, OFF),
        (THIRD, 0.361, OFF), (ROW, (0.05, -0.42, 0.37), "give three decimals"), (ROW, (0.051, -0.418, 0.368), OFF),
    ],
)  # fmt: skip
def test_what_is_right_in_fewer_digits_is_nearly_right(task: Task, given: Answer, reason: str):
    assert task.reply(given) == Reply(NEARLY, reason)


@pytest.mark.parametrize(
    ("task", "given", "reason"),
    [
        (THIRD, 0.718, "twice"), (THIRD, 0.72, "twice"), (FINE, 0.0118, "the other"),
        (LOG, "1/4", "take the logarithm"),
        (THIRD, 0.0, "the tip"), (THIRD, 0.37, "the tip"), (THIRD, 0.3, "the tip"), (ROW, (0.0, 0.0, 0.0), "the tip"),
    ],
)  # fmt: skip
def test_what_is_wrong_has_its_reason_or_the_tip(task: Task, given: Answer, reason: str):
    assert task.reply(given) == Reply(WRONG, reason)


@pytest.mark.parametrize(("task", "given"), [(THIRD, -0.3589), (FINE, -0.0115), (ROW, (-0.0498, 0.4179, -0.3681))])
def test_the_wrong_sign_is_asked_about(task: Task, given: Answer):
    assert task.reply(given) == Reply(WRONG, "the size is right. Is the sign?")
