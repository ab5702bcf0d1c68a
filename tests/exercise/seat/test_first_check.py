"""The first test that a learner is given: right, and a beginning."""

import pytest

from compare.bugs.catalogue import BUGS
from compare.exercise.seat.first_check import check
from scratch import EQUATIONS


def test_right_functions_pass():
    check(EQUATIONS)


@pytest.mark.parametrize("name", ["bias-forgotten-forward", "wrong-axis"])
def test_it_catches_some(name: str):
    with pytest.raises(AssertionError):
        check(BUGS[name].equations())


def test_much_gets_away():
    check(BUGS["short-batch-skipped"].equations())
