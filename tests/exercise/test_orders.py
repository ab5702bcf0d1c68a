"""Rows that are all the same: all of their columns."""

import numpy as np
import pytest

from compare.exercise.orders import equal_rows
from compare.exercise.right import RIGHT
from compare.exercise.seen import Seen
from compare.exercise.trials import trials

SAID = "All rows of your dP are the same: what in your code should change from row to row?"


@pytest.mark.parametrize(("columns", "said"), [(1, ""), (None, SAID)])
def test_rows_are_the_same_if_all_columns_are(columns: int | None, said: str):
    def wrong(P, dlogP):
        dP = RIGHT["probabilities_gradient"](P, dlogP)
        dP[:, :columns] = np.arange(1.0, P.shape[1] + 1)[:columns]
        return dP

    assert equal_rows(Seen("probabilities_gradient", [*trials("probabilities_gradient", wrong)], 0)) == said
