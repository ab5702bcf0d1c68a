"""Wrong functions that were written without having read the diagnosis: which of them it names, and rightly.

They were written before the catalogue was extended, by the one who extended it.
"""

import tomllib
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

UNSEEN = tomllib.loads((Path(__file__).parent / "unseen.toml").read_text())
WITH_A_NAME = [name for name, one in UNSEEN.items() if one["looks_like"]]


def functions(code: str) -> dict[str, Callable]:
    defined: dict[str, Any] = {"np": np}
    exec(code, defined)
    return {name: defined[name] for name in FUNCTIONS if name in defined}


def test_the_files_are_many_and_their_names_are_in_the_catalogue():
    assert len(UNSEEN) == 125
    assert len(WITH_A_NAME) == 106
    assert {UNSEEN[name]["looks_like"] for name in WITH_A_NAME} <= set(BUGS)
    assert all(functions(one["code"]) for one in UNSEEN.values())


@pytest.fixture(scope="module")
def named(digits: Problem) -> dict[str, list[tuple[str, float]]]:
    """By file what explains at least half of it, with how much, the best first."""
    diagnostician = Diagnostician(digits, SCRATCH)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(guesses, "ALIKE", 0.5)
        found = {}
        for name, one in UNSEEN.items():
            code = one["code"]
            wrong = equations_backend(name, lambda code=code: EQUATIONS._replace(**functions(code)))
            known = diagnostician.diagnose(wrong, functions(code)).guesses
            found[name] = [(guess.bug.name, guess.likeness) for guess in known]
        return found


# Each is the other but for rounding: the sum of all of dZ is 0.
TWINS = {"bias-forgotten-in-the-gradient", "one-sum-for-the-bias"}


@pytest.mark.heavy
def test_every_file_with_a_counterpart_gets_its_name_first(named: dict):
    first = {name: named[name][0] if named[name] else ("", 0.0) for name in WITH_A_NAME}
    assert {name: found[0] for name, found in first.items()} == {n: UNSEEN[n]["looks_like"] for n in WITH_A_NAME}
    assert min(likeness for _, likeness in first.values()) > 0.99


@pytest.mark.heavy
def test_no_file_without_a_counterpart_gets_a_name(named: dict):
    assert [name for name in set(UNSEEN) - set(WITH_A_NAME) if any(found[1] >= 0.9 for found in named[name])] == []


@pytest.mark.heavy
def test_a_mistake_that_is_not_in_a_file_explains_too_little_to_be_named(named: dict):
    """What is shown as the limit, `ALIKE`, lies far above it; it is what a file without its counterpart would get."""
    wrong = []
    for name, found in named.items():
        right = TWINS if UNSEEN[name]["looks_like"] in TWINS else {UNSEEN[name]["looks_like"]}
        wrong += [(likeness, name, bug) for bug, likeness in found if bug not in right]
    assert 0.5 < max(wrong)[0] < 0.87, max(wrong)
    assert guesses.ALIKE == 0.9
