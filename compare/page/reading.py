"""The recorded run of a page read back, as recording.js reads it, and whether the page can match it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import scratch
from compare.errors import InputError
from compare.page.content import Arrays, Content, sequential_gradients, sequential_logits
from compare.page.packing import PIXELS, from_distance, unpack_images
from compare.page.recording import DTYPE


class Read(NamedTuple):
    """All quantities of one step by field: its number in the whole run from 1, and the values of each side."""

    number: int
    ours: dict[str, NDArray]
    theirs: dict[str, NDArray]


def check(content: Content) -> None:
    """Raise InputError if both sides of the run differ by more than the budget, or the content is damaged."""
    try:
        over = _first_over_budget(content)
    except (ArithmeticError, LookupError, MemoryError, TypeError, ValueError) as error:
        # what facts or arrays that do not fit make their readers raise
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"the recording is damaged: {type(error).__name__}: {reason}") from None
    if over:
        number, field = over
        raise InputError(
            f"with --lr {content.facts['lr']:g} NumPy and PyTorch differ by more than the budget, first in {field} at "
            f"step {number}: the page could not match both; make it with a smaller --lr"
        )


def moments(content: Content) -> Iterator[Read]:
    """The steps of which all was recorded. Raises what facts or arrays that do not fit make NumPy raise."""
    facts, arrays = content
    W, b, images = arrays["W0"], arrays["b0"], _images(facts, arrays)
    for number in facts["moments"]:
        own = {name.partition("/")[2]: array for name, array in arrays.items() if name.startswith(f"{number}/")}
        if "before/W" in own:
            W, b = (from_distance(arrays[f"{name}0"], own[f"before/{name}"]) for name in "Wb")
        X, _ = scratch.batch(images, arrays["labels"], _batch(facts, arrays["order"], number), np.dtype(DTYPE))
        ours = {"Z": from_distance(sequential_logits(X, W, b), own["Z"]), "logP": own["logP"]}
        ours |= {"L": arrays["loss"][0, number - 1], "dZ": own["dZ"]}
        near = zip(("dW", "db"), sequential_gradients(X, own["dZ"]), strict=True)
        ours |= {name: from_distance(value, own[name]) for name, value in near}
        steps = (("W", W), ("b", b))
        W, b = (from_distance(old - facts["lr"] * ours[f"d{name}"], own[name]) for name, old in steps)
        ours |= {"W": W, "b": b}
        theirs = {
            name: from_distance(np.ravel(value), own[f"torch/{name}"]).reshape(np.shape(value))
            for name, value in ours.items()
        }
        yield Read(number, ours, theirs)


def _first_over_budget(content: Content) -> tuple[int, str] | None:
    """The first step in which both sides differ by more than the budget, and the field; None if they never do."""
    facts, arrays = content
    over = [
        (read.number, field)
        for read in moments(content)
        for field, limit in zip(facts["fields"], arrays[f"{read.number}/limits"], strict=True)
        if np.any(_is_over(read.ours[field], read.theirs[field], limit))
    ]
    over += [
        (int(step) + 1, "L")
        for step in np.flatnonzero(_is_over(arrays["loss"][0], arrays["loss"][1], arrays["limits"]))[:1]
    ]
    return min(over, key=lambda one: one[0], default=None)


def _is_over(ours: NDArray, theirs: NDArray, limit: NDArray) -> NDArray:
    # nan is over every budget
    return ~(np.abs(ours - theirs) <= limit)


def _images(facts: dict[str, Any], arrays: Arrays) -> NDArray:
    shape = len(arrays["labels"]), facts["features"]
    # before room is made for it
    if -(-shape[0] * shape[1] // 8) != len(arrays["lit"]):
        raise ValueError(f"it has not the pixels of {shape[0]} images of {shape[1]}")
    return unpack_images(arrays["lit"], arrays[PIXELS], shape)


def _batch(facts: dict[str, Any], order: NDArray, number: int) -> NDArray:
    """The images of a step, by their number; the last batch of an epoch may be short."""
    epoch, n = divmod(number - 1, facts["steps_per_epoch"])
    own = order.reshape(-1, facts["train"])[epoch]
    return own[n * facts["batch_size"] :][: facts["batch_size"]].astype(np.int64)
