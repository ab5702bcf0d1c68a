"""Hints: three steps from the idea to nearly the code, counted for each mistake."""

from pathlib import Path

import pytest

from compare.equations import KNOWN
from compare.exercise.check import Finding
from compare.exercise.hints import HINTS, STEPS, hints_of, next_hints
from compare.exercise.progress import Progress

MISTAKE = Finding("why?", ("a name", "a lesson"), "a mistake")
UNKNOWN = Finding("how?", ("a place",))


def test_every_function_has_three_steps_and_the_code_in_the_last_only():
    assert HINTS.keys() == KNOWN.keys()
    for first, second, last in HINTS.values():
        assert "np." not in first
        assert "@" not in first + second
        assert "return W -" not in first + second
        assert last not in (first, second)


def test_of_a_mistake_the_name_comes_first_then_the_lesson_then_the_code():
    assert hints_of("logits", MISTAKE) == ("a name", "a lesson", HINTS["logits"][2])
    assert hints_of("logits", UNKNOWN) == ("a place", *HINTS["logits"][1:])
    assert hints_of("logits", None) == HINTS["logits"]


def test_one_more_each_time_up_to_three(tmp_path: Path):
    path = tmp_path / "mine.py"
    given = [next_hints(Progress(path), "logits", MISTAKE) for _ in range(5)]
    assert [len(one) for one in given] == [1, 2, 3, 3, 3]
    assert given[4] == hints_of("logits", MISTAKE)
    assert len(given[4]) == STEPS


def test_each_mistake_and_each_function_has_a_count_of_its_own(tmp_path: Path):
    path = tmp_path / "mine.py"
    for _ in range(2):
        next_hints(Progress(path), "logits", MISTAKE)
    assert len(next_hints(Progress(path), "logits", UNKNOWN)) == 1
    assert len(next_hints(Progress(path), "nll_loss", MISTAKE)) == 1
    assert len(next_hints(Progress(path), "logits", None)) == 1
    assert len(next_hints(Progress(path), "logits", MISTAKE)) == 3


@pytest.mark.parametrize("name", KNOWN)
def test_a_hint_is_no_solution_before_the_third(name: str, right_rungs: str):
    code = [line.strip() for line in right_rungs.splitlines() if line.strip().startswith("return")]
    assert not [line for line in code if any(line in hint for hint in HINTS[name][:2])]
