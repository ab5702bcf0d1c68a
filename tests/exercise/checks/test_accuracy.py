"""The accuracy as a check: what it sees, and what it does not."""

import pytest

from compare.bugs.catalogue import BUGS
from compare.exercise.checks.accuracy import check
from scratch import EQUATIONS


def test_right_functions_pass():
    check(EQUATIONS)


@pytest.mark.parametrize("name", ["wrong-sign", "labels-off-by-one"])
def test_what_does_not_learn_is_seen(name: str):
    with pytest.raises(AssertionError):
        check(BUGS[name].equations())


@pytest.mark.parametrize("name", ["bias-forgotten-in-the-update", "no-maximum-shift", "hidden-weight-decay"])
def test_what_learns_as_well_is_not(name: str):
    check(BUGS[name].equations())
