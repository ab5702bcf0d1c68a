"""The functions in the folders right and wrong: none of the 191 right ones is accused, and the 117 wrong are found."""

import re
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from compare.backends.by_name import SCRATCH, backend
from compare.backends.protocol import Backend
from compare.backends.worker import Worker
from compare.equations import FUNCTIONS
from compare.exercise.ladder import survey
from compare.problem import Problem
from compare.proof.exact_arithmetic import first_unequal
from compare.proof.gradient_check import check_gradients
from compare.proof.hard_batches import all_hard_batches, first_over_budget
from compare.proof.identities import broken_identities
from compare.proof.prove import prove

# What float32 does not show; it makes no difference there, or one that rounding can explain.
ONLY_IN_FLOAT64 = {
    "equal_logits_share_one", "half_precision_above_a_thousand_images", "perfect_loss_is_not_negative_zero",
    "no_gradient_for_a_tiny_loss", "rate_in_single_precision", "no_update_for_norms_below_1e_9",
    "decay_of_a_billionth",
}  # fmt: skip


@pytest.fixture
def objections(digits: Problem) -> Callable[[Backend, str], str]:
    """What the first of the checks that needs no training objects to; empty if none does."""

    def find(ours: Backend, dtype: str) -> str:
        theirs = backend("torch")
        with np.errstate(all="ignore"):
            hard = (first_over_budget(steps, ours, theirs, dtype) for steps in all_hard_batches(digits, dtype))
            exact = (first_unequal(digits, dtype, ours, theirs) for _ in range(1))
            gradients = (check.problem for check in check_gradients(digits, ours) if not check.passed)
            return next(filter(None, chain(hard, exact, gradients, broken_identities(digits, ours, dtype))), "")

    return find


def groups(found: dict[str, dict[str, str]]) -> list[str]:
    """Texts of files with six variants each, one of each function, until each variant was in one."""
    texts = {name: list(variants.values()) for name, variants in found.items()}
    count = max(map(len, texts.values()))
    return ["\n".join(one[n % len(one)] for one in texts.values()) for n in range(count)]


def test_there_are_enough(variants: Callable):
    right, wrong = variants("right"), variants("wrong")
    assert all(len(right[name]) >= 30 for name in FUNCTIONS)
    assert sum(map(len, right.values())) == 192
    assert sum(map(len, wrong.values())) == 117


# One group of six for every day; the heavy test has them all.
@pytest.mark.parametrize(("dtype", "group"), [("float32", 3), pytest.param("float64", 26, marks=pytest.mark.heavy)])
def test_some_right_functions_are_not_accused(
    variants: Callable, user_file: Callable, objections: Callable, dtype: str, group: int
):
    assert objections(backend(user_file(groups(variants("right"))[group])), dtype) == ""


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_right_functions_match(variants: Callable, user_file: Callable, make_small: Callable, dtype: str):
    problem = make_small(epochs=1)
    for number, text in enumerate(groups(variants("right"))):
        run = prove(problem, dtype, ours=backend(user_file(text)))
        assert run.verdict == "match", (number, run.checks)
        assert broken_identities(problem, backend(user_file(text)), dtype) == [], number


@pytest.mark.heavy
@pytest.mark.parametrize("part", range(4))
def test_right_functions_are_right_in_the_exercise(variants: Callable, user_file: Callable, small: Problem, part: int):
    for text in groups(variants("right"))[part::4]:
        found = survey(Worker(Path(user_file(text))), small)
        # what comes from SciPy or PyTorch is right, but nobody's work
        ready_made = re.findall(r"^(\w+) = (?:scipy|torch)_\w+$", text, re.M)
        assert {one.name for one in found if one.state == "foreign"} == {*ready_made}
        assert [one.name for one in found if one.state not in ("right", "foreign")] == []


@pytest.mark.heavy
@pytest.mark.parametrize("name", FUNCTIONS)
def test_wrong_functions_are_found(variants: Callable, user_file: Callable, objections: Callable, name: str):
    for variant, text in variants("wrong")[name].items():
        ours = backend(user_file(text))._replace(name=variant)
        assert bool(objections(ours, "float32")) == (variant not in ONLY_IN_FLOAT64), variant
        assert variant not in ONLY_IN_FLOAT64 or objections(ours, "float64"), variant


def test_objections_are_none_where_there_is_nothing_wrong(objections: Callable, dtype: str):
    assert objections(SCRATCH, dtype) == ""
