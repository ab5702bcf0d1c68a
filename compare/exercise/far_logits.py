"""Rows that show by hand what goes wrong in log_softmax or nll_loss where logits are far apart, or far from 0."""

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import scratch
from compare.backends.user_file import UserFileError
from compare.exercise.batch_questions import LOG_OF_NOTHING
from compare.exercise.rungs import shown
from compare.exercise.trials import same
from compare.problem import DTYPES

ROWS = (
    ((1000, 0, -1000),),
    ((-1000, -1001, -1002),),
    ((100, 0, -100),),
    ((1000, 999, 998), (-1000, -1001, -1002)),
)
CUT = "The difference between two logits of a row stays in logP, however large it is: which step changes it?"
CUT_SAYS = (
    "Look for a step that cuts values off, as clip, maximum and minimum do, puts others in their place, as where and "
    "nan_to_num, or adds a small number."
)
# The maximum is right: what is wrong is the logarithm of each P.
NOTHING_SAYS = (
    "P is 0 there, and so is a number that is too small for the dtype, as 1e-300 in float32: no logarithm of P is "
    "needed, only that of the sum of exp."
)
# The loss of a label whose P is 0 for a computer, and whose logP is not.
FAR_LOSS = [[0, -1000]], [1]
LOSS = "logP comes in as a logarithm already, and may be -1000: which step makes something else of it?"
LOSS_SAYS = "exp(-1000) is 0, and its logarithm is -inf: neither exp nor log is needed, L is made of logP itself."
SHIFT_SAYS = "Print what your code takes exp of there: the largest of each row should be 0."


class FarRow(NamedTuple):
    """What is seen of one of the rows. asks: another question than that of the batch, if it is not about the shift."""

    says: str
    asks: str = ""


def far(name: str, call: Callable, dtype: str) -> FarRow | None:
    """What is seen of a function at logits far from each other; None where nothing is wrong."""
    looks = {"log_softmax": far_row, "nll_loss": far_loss}
    return looks[name](call, dtype) if name in looks else None


def far_loss(call: Callable, dtype: str) -> FarRow | None:
    """What nll_loss makes of a label with P = 0, if that is inf or nan."""
    logP, y = np.array(FAR_LOSS[0], dtype), np.array(FAR_LOSS[1])
    # one that raises is told elsewhere
    with suppress(UserFileError):
        ours = float(call(logP, y))
        if not np.isfinite(ours):
            seen = f"Of logP = {shown(logP)} and y = {shown(y)} in {dtype} your L is {ours}, and should be 1000."
            return FarRow(f"{seen} {LOSS_SAYS}", LOSS)
    return None


def far_row(call: Callable, dtype: str) -> FarRow | None:
    """The first of the rows of which log_softmax is wrong; None if there is none."""
    for rows in ROWS:
        found = {one: _wrong(call, np.array(rows, one)) for one in DTYPES}
        if (pair := found[dtype]) is not None:
            says, asks = _looked_at(*pair)
            ours = shown(pair[0])
            only = "" if all(both and shown(both[0]) == ours for both in found.values()) else f" in {dtype}"
            seen = f"Of Z = {shown(np.array(rows))}{only} your logP is {ours}, and should be {shown(pair[1])}."
            return FarRow(f"{seen} {says}", asks)
    return None


def _wrong(call: Callable, Z: NDArray) -> tuple[NDArray, NDArray] | None:
    """What log_softmax makes of a row and what is right, if these differ."""
    right = scratch.log_softmax(Z)
    # one that raises is told elsewhere
    with suppress(UserFileError):
        ours = np.asarray(call(Z))
        return None if same(ours, right) else (ours, right)
    return None


def _looked_at(ours: NDArray, right: NDArray) -> tuple[str, str]:
    """Which step to look for, and what to ask; nothing where the question of the batch is the one to ask."""
    finite = np.isfinite(ours)
    if finite.all():
        return CUT_SAYS, CUT
    if (ours[~finite] == -np.inf).all() and same(ours[finite], right[finite]) and finite.any(axis=1).all():
        return NOTHING_SAYS, LOG_OF_NOTHING
    return SHIFT_SAYS, ""
