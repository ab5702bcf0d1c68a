"""Rows of logits by which one sees by hand what goes wrong in log_softmax where logits are far apart, or far from 0."""

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import numpy as np

import scratch
from compare.backends.user_file import UserFileError
from compare.exercise.rungs import shown
from compare.exercise.trials import same

ROWS = (
    ((1000, 0, -1000),),
    ((-1000, -1001, -1002),),
    ((100, 0, -100),),
    ((1000, 999, 998), (-1000, -1001, -1002)),
)
CUT = "The difference between two logits of a row stays in logP, however large it is: which step changes it?"
CUT_SAYS = "Look for a step that cuts values off, as clip, maximum and minimum do, or adds a small number."
SHIFT_SAYS = "Print what your code takes exp of there: the largest of each row should be 0."


class FarRow(NamedTuple):
    """What is seen of one of the rows. asks: another question than that of the batch, if it is not about the shift."""

    says: str
    asks: str = ""


def far_row(call: Callable, dtype: str) -> FarRow | None:
    """The first of the rows of which log_softmax is wrong; None if there is none."""
    for rows in ROWS:
        Z = np.array(rows, dtype)
        right = scratch.log_softmax(Z)
        # one that raises is told elsewhere
        with suppress(UserFileError):
            ours = np.asarray(call(Z))
            if not same(ours, right):
                seen = f"Of Z = {shown(Z)} in {dtype} your logP is {shown(ours)}, and should be {shown(right)}."
                cut = bool(np.isfinite(ours).all())
                return FarRow(f"{seen} {CUT_SAYS if cut else SHIFT_SAYS}", CUT if cut else "")
    return None
