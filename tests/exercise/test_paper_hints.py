"""Hints on paper: what to think of, then the first step; none says again what was said."""

from pathlib import Path

import pytest

from compare.exercise.ladder import Asked, Rung
from compare.exercise.paper import tasks
from compare.exercise.paper_hints import paper_hints
from compare.exercise.progress import Progress
from compare.exercise.task import NEARLY, OPEN, RIGHT, Reply

FIRST, SECOND = [one for one in tasks(7) if one.rung == "log_softmax"]


@pytest.fixture
def kept(tmp_path: Path) -> Progress:
    return Progress(tmp_path / "mine.py")


def rung(*asked: Asked) -> Rung:
    return Rung("log_softmax", "paper", asked)


def test_an_open_task_has_the_tip_then_the_first_step(kept: Progress, tmp_path: Path):
    todo = rung(Asked(FIRST, None, Reply(OPEN)), Asked(SECOND, 0.5, Reply(RIGHT)))
    tip, step = (FIRST.name, FIRST.tip), (FIRST.name, FIRST.step)
    assert paper_hints(kept, todo) == ((tip,), True)
    assert paper_hints(Progress(tmp_path / "mine.py"), todo) == ((tip, step), False)
    assert paper_hints(kept, todo) == ((tip, step), False)


def test_what_the_reply_says_is_not_said_again(kept: Progress):
    todo = rung(Asked(FIRST, 9.0, FIRST.reply(9.0)))
    assert todo.paper[0].reply.reason == FIRST.tip
    assert paper_hints(kept, todo) == (((FIRST.name, FIRST.step),), False)


def test_each_task_has_its_own(kept: Progress):
    todo = rung(Asked(FIRST, 9.0, FIRST.reply(9.0)), Asked(SECOND, None, Reply(OPEN)))
    assert paper_hints(kept, todo) == (((FIRST.name, FIRST.step), (SECOND.name, SECOND.tip)), True)


def test_what_is_nearly_right_has_none(kept: Progress):
    short = FIRST.answer + 0.002
    todo = rung(Asked(FIRST, short, FIRST.reply(short)))
    assert todo.paper[0].reply.state == NEARLY
    assert paper_hints(kept, todo) == ((), False)


def test_the_hints_of_another_rung_begin_anew(kept: Progress):
    for _ in range(2):
        paper_hints(kept, rung(Asked(FIRST, None, Reply(OPEN))))
    other = tasks(7)[0]
    found = paper_hints(kept, Rung("logits", "paper", (Asked(other, None, Reply(OPEN)),)))
    assert found == (((other.name, other.tip),), True)
