"""What only a batch shows of a function that is right on the small inputs."""

from typing import NamedTuple

import numpy as np

from compare.backends.by_name import SCRATCH
from compare.backends.protocol import Backend
from compare.exercise.seen import apart, value
from compare.exercise.trials import same
from compare.proof.single_steps import SingleSteps

# In these batches many P are 0 or 1, or nearly so.
OF_P = (
    *("logits of ±1000", "logits of ±100,000", "rows of mixed scale", "logits far below 0"),
    *("confident and right", "confident and wrong"),
)


class Late(NamedTuple):
    """What only a batch shows: the quantity that is wrong in it, more about it, and a precision in which it is wrong.

    how, asks: what is wrong with the quantity, and what to ask about it, as far as it is known. other: the precision
    in which it is right, if there is one.
    """

    quantity: str
    batch: str
    about: str
    dtype: str
    how: str = ""
    asks: str = ""
    other: str = ""

    def __str__(self) -> str:
        about = self.about + (f", in {self.dtype} (right there in {self.other})" if self.other else "")
        return f'right in the worked example, but not in the batch "{self.batch}"{about}: {self.quantity}'


def seen_there(steps: SingleSteps, alone: Backend, late: Late, name: str) -> Late:
    """With what is seen in this batch: nan or inf, which is never right, or the entry of dZ that is off most."""
    for (case, step), (_, right) in zip(steps.steps(alone, late.dtype), steps.steps(SCRATCH, late.dtype), strict=False):
        if case.name != late.batch:
            continue
        # of W - W0, the way of W so far, it is W
        part = np.ravel(getattr(step, late.quantity.partition(" ")[0]))
        if (bad := part[~np.isfinite(part)]).size:
            return late._replace(how=f"has {bad[0]} there")
        if name == "logits_gradient" and late.batch in OF_P and not same(step.dZ, right.dZ):
            n, k = np.unravel_index(np.abs(step.dZ - right.dZ).argmax(), right.dZ.shape)
            ours, wanted = apart(step.dZ[n, k], right.dZ[n, k])
            P = value(np.exp(right.logP[n, k]))
            label = "the label" if right.y[n] == k else "not the label"
            return late._replace(
                how=f"is wrong there: dZ[{n}, {k}] is {ours} and should be {wanted}. P[{n}, {k}] is {P}, and class {k} "
                f"is {label} of image {n}",
                asks="What does your code do with such a P that it does not do with others?",
            )
    return late


def first_of(places: dict[str, str], batches: list[str], about: str = "") -> Late:
    """What is wrong in the first of these batches in which anything is; the precision only if the other one passes.

    places: by precision quantity and batch, as `dW, a single image`; empty where nothing is wrong.
    """
    order = {dtype: batches.index(place.partition(", ")[2]) for dtype, place in places.items() if place}
    first = min(order.values())
    dtype, *both = [dtype for dtype, number in order.items() if number == first]
    quantity, _, batch = places[dtype].partition(", ")
    other = "" if both else next(one for one in places if one != dtype)
    return Late(quantity, batch, about, dtype, other=other)
