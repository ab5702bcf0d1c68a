"""Wrong functions that were written without having read the diagnosis: which of them it names, and rightly.

They stand in `unseen/*.toml`, as beginners write them. They were written before the catalogue was extended, by the one
who extended it, and were not changed since. `looks_like` was entered afterwards: the mistake of the catalogue that the
diagnosis should name first, empty where the catalogue has none.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compare.backends.by_name import SCRATCH, equations_backend
from compare.bugs import guesses
from compare.bugs.catalogue import BUGS
from compare.bugs.diagnosis import Diagnostician
from compare.equations import FUNCTIONS
from compare.problem import Problem
from scratch import EQUATIONS

Unseen = dict[str, dict[str, str]]


def with_a_name(unseen: Unseen) -> dict[str, str]:
    """What those look like that look like a mistake of the catalogue."""
    return {name: one["looks_like"] for name, one in unseen.items() if one["looks_like"]}


def functions(code: str) -> dict[str, Callable]:
    defined: dict[str, Any] = {"np": np}
    exec(code, defined)
    return {name: defined[name] for name in FUNCTIONS if name in defined}


def test_the_functions_are_many_and_their_names_are_in_the_catalogue(unseen: Unseen):
    assert len(unseen) == 125
    assert len(with_a_name(unseen)) == 106
    assert set(with_a_name(unseen).values()) <= set(BUGS)
    assert all(functions(one["code"]) for one in unseen.values())


def test_there_is_a_file_for_each_function(root: Path):
    found = {file.stem for file in Path(root, "tests/bugs/unseen").iterdir()}
    assert found == {*FUNCTIONS, "several_functions"}


@pytest.fixture(scope="module")
def named(digits: Problem, unseen: Unseen) -> dict[str, list[tuple[str, float]]]:
    """By wrong function what explains at least half of it, with how much, the best first."""
    diagnostician = Diagnostician(digits, SCRATCH)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(guesses, "ALIKE", 0.5)
        found = {}
        for name, one in unseen.items():
            code = one["code"]
            wrong = equations_backend(name, lambda code=code: EQUATIONS._replace(**functions(code)))
            known = diagnostician.diagnose(wrong, functions(code)).guesses
            found[name] = [(guess.bug.name, guess.likeness) for guess in known]
        return found


# Each is the other but for rounding: the sum of all of dZ is 0.
TWINS = {"bias-forgotten-in-the-gradient", "one-sum-for-the-bias"}


@pytest.mark.heavy
def test_each_with_a_counterpart_gets_its_name_first(named: dict, unseen: Unseen):
    expected = with_a_name(unseen)
    first = {name: named[name][0] if named[name] else ("", 0.0) for name in expected}
    assert {name: found[0] for name, found in first.items()} == expected
    assert min(likeness for _, likeness in first.values()) > 0.99


@pytest.mark.heavy
def test_none_without_a_counterpart_gets_a_name(named: dict, unseen: Unseen):
    without = set(unseen) - set(with_a_name(unseen))
    assert [name for name in without if any(found[1] >= 0.9 for found in named[name])] == []


@pytest.mark.heavy
def test_a_mistake_that_is_not_in_a_function_explains_too_little_to_be_named(named: dict, unseen: Unseen):
    """The limit that is shown, `ALIKE`, lies far above it; it is what a function without its counterpart would get."""
    wrong = []
    for name, found in named.items():
        looks_like = unseen[name]["looks_like"]
        right = TWINS if looks_like in TWINS else {looks_like}
        wrong += [(likeness, name, bug) for bug, likeness in found if bug not in right]
    assert 0.5 < max(wrong)[0] < 0.87, max(wrong)
    assert guesses.ALIKE == 0.9
