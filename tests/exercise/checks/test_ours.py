"""Our checks as a check: right functions pass, and the reason is told with its precision."""

import pytest

from compare.bugs.catalogue import BUGS
from compare.exercise.checks.ours import check
from scratch import EQUATIONS

REASONS = {
    "summed-loss": r"^float32, exact_arithmetic: ",
    "clipped-gradient": r"^float32, ",
    "tiny-weight-decay": r"^float\d\d, ",
}


def test_right_functions_pass():
    check(EQUATIONS)


@pytest.mark.parametrize("name", REASONS)
def test_a_mistake_is_told(name: str):
    with pytest.raises(AssertionError, match=REASONS[name]):
        check(BUGS[name].equations())
