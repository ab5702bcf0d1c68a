"""Each identity holds of both sides, and a mistake breaks it."""

import pytest

from compare.backends.by_name import SCRATCH, backend
from compare.bugs.catalogue import BUGS
from compare.problem import Problem
from compare.proof.identities import IDENTITIES, broken_identities

# For each identity a mistake that breaks it.
BREAKS = {
    "rows of P sum to 1 (E2)": "sum-forgotten",
    "log P keeps the differences of logits (E2)": "base-2-logarithm",
    "L is the mean of -log P at the labels (E3)": "summed-loss",
    "rows of dZ sum to 0 (E4)": "labels-forgotten",
    "dZ is negative at the label only (E4)": "wrong-sign",
    "N dZ at the label is P - 1 (E4)": "divided-by-n-minus-1",
    "dW and db sum to 0 over the classes (E5)": "one-class-lost",
    "db is the sum of dZ (E5)": "mean-for-the-bias",
    "dW W + db b is dZ Z (E1, E5)": "transposed-gradient",
    "W moves by -lr dW (E6)": "lr-off-by-1e-3",
    "gradients of a batch again": "stale-gradient",
    "gradients of a batch doubled": "summed-gradient",
    "gradients of a batch reversed": "last-row-dropped",
}


def test_every_identity_has_its_mistake():
    assert set(IDENTITIES) <= set(BREAKS)


@pytest.mark.parametrize("identity", BREAKS)
def test_each_identity_can_break(digits: Problem, identity: str, dtype: str):
    assert identity in broken_identities(digits, BUGS[BREAKS[identity]].backend(), dtype)


def test_both_sides_keep_all_of_them(digits: Problem, dtype: str):
    assert broken_identities(digits, SCRATCH, dtype) == []
    assert broken_identities(digits, backend("torch"), dtype) == []
