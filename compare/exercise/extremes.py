"""Inputs that are very small or very large, in which a clipped value is seen, or have equal sizes, as N = K."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.user_file import UserFileError
from compare.equations import KNOWN
from compare.exercise.right import RIGHT
from compare.exercise.seen import Seen, apart, example_text, value
from compare.exercise.trials import (
    BATCH,
    EPOCH,
    INCOMING,
    STEPS,
    Trial,
    as_results,
    drawn_inputs,
    sizes_text,
    small_inputs,
)

# So small a probability is met with confident weights; what is added against 0, as 1e-30, is no mistake.
SMALL_P = 1e-4, 1e-6, 1e-8, 1e-12, 1e-15
# So far P - Y may be from 0 at the label: of less than that, rounding leaves too little.
CONFIDENT = 1e-4, 1e-6
# So many times as small or as large as usual a gradient may come in: all of these functions are linear in it.
TIMES = 1e-6, 1e-9, 1e3, 1e9
# All are made of one of the small inputs, in which no incoming gradient is 0.
CHOSEN = 1 + STEPS
Sizes = tuple[tuple[int, int, int], ...]
# N, D and K, of which some are equal: a function that chooses an axis by its length is right on all other sizes.
EQUAL: Sizes = (4, 4, 3), (3, 4, 4), (4, 3, 4), (3, 3, 3)
OF_EQUAL = (
    "Some sizes are equal there: which line of yours chooses an axis, or whether to transpose, by a size or by an "
    "error?",
    "An axis is known by its place, not by its length: of (N, K) axis 0 is the images and axis 1 the classes, also "
    "where N = K. No if and no try is needed for it.",
)
# All larger than in the small inputs: a number that is fixed in a function may be enough for those.
LARGER: Sizes = ((12, 20, 11),)
# What a size changes is no matter of rounding.
LEAST = 1e-3
OF_LARGER = (
    "Which number or range in your code is fixed that should come from the shape of an input?",
    "N, D and K may have any size: take them from the shapes of what comes in, as len(A) and A.shape[1].",
)
OF_SMALL_P = {
    "probabilities_gradient": "How steep is the logarithm there, and what does your code do with a small P?",
    "softmax_backward": "Which step of yours treats a small P, or a large dP, in another way?",
}


class Extreme(NamedTuple):
    """Inputs, where they are extreme in words, what to ask, and what to say on request.

    least: as a share of the largest value, what a result must be off.
    """

    inputs: tuple[Any, ...]
    where: str
    asks: str
    says: str
    least: float = 0.0


def wrong_at_extremes(name: str, call: Callable) -> tuple[str, str] | None:
    """What to ask and to say about a function that is right but for very small or large inputs; None if it is right."""
    for extreme in extremes(name):
        try:
            trial = Trial(
                name, extreme.inputs, as_results(call(*extreme.inputs)), as_results(RIGHT[name](*extreme.inputs))
            )
        except UserFileError as error:
            raise error.at(extreme.where) from None
        for result in range(len(trial.right)):
            seen = Seen(name, [trial], result)
            if not trial.is_right(result) and _off(*seen.pair(trial)) >= extreme.least:
                return _told(extreme, seen)
    return None


def _off(ours: NDArray, right: NDArray) -> float:
    """How far the result is off, as a share of its largest value."""
    return float(np.nan_to_num(np.abs(ours - right), nan=np.inf).max() / np.abs(right).max())


def _told(extreme: Extreme, seen: Seen) -> tuple[str, str]:
    ours, right = apart(*(part[seen.place] for part in seen.pair(seen.first)))
    at = ", ".join(map(str, seen.place))
    letters = KNOWN[seen.name].results[seen.symbol]
    given = [(n, v) for n, v in seen.first.given.items() if KNOWN[seen.name].parameters[n] == letters]
    there = "".join(f"{n}[{at}] is {value(v[seen.place])}, " for n, v in given)
    return (
        f"right in {example_text(seen.name)}, but not {extreme.where}: there {there}your {seen.at()} is {ours}, and "
        f"should be {right}. {extreme.asks}",
        extreme.says,
    )


def extremes(name: str) -> Iterator[Extreme]:
    """What a function is to be right on."""
    yield from _of_sizes(name, EQUAL, OF_EQUAL)
    yield from _of_values(name)
    yield from _of_sizes(name, LARGER, OF_LARGER, LEAST)


def _of_sizes(name: str, several: Sizes, texts: tuple[str, str], least: float = 0.0) -> Iterator[Extreme]:
    for sizes in several if name != EPOCH else ():
        inputs = drawn_inputs(name, sizes)
        yield Extreme(inputs, f"{BATCH} {sizes_text(Trial(name, inputs, (), ()))}", *texts, least)


def _of_values(name: str) -> Iterator[Extreme]:
    parameters = [*KNOWN[name].parameters]
    inputs = dict(zip(parameters, small_inputs(name)[CHOSEN], strict=True))
    came = [one for one in INCOMING if one in inputs]
    for small in SMALL_P if "P" in inputs else ():
        P = _with_small(inputs["P"], small)
        # P times dP stays as it is: else all that is left is what rounding leaves
        incoming = {"dP": inputs["dP"] / P} if "dP" in inputs else {}
        yield Extreme(
            tuple((inputs | {"P": P} | incoming).values()),
            f"where some P are {small:g}",
            OF_SMALL_P[name],
            "P may be small, but is not 0 here: nothing is cut off, clipped or added, however small it is.",
        )
    for small in CONFIDENT if name == "logits_gradient" else ():
        P = _with_small(np.exp(inputs["logP"]), small)
        yield Extreme(
            (np.log(P), P.argmax(axis=1)),
            f"where P is {small:g} at all places but the labels",
            "Which step of yours treats small values in another way?",
            "An entry of dZ may be small: nothing is cut off, clipped, rounded or added.",
        )
    for times in TIMES if came else ():
        scaled = {one: inputs[one] * times for one in came} | {
            one: inputs[one] * 0 for one in ("W", "b") if one in inputs
        }
        size = "small" if times < 1 else "large"
        yield Extreme(
            tuple((inputs | scaled).values()),
            f"where {' and '.join(came)} {'are' if len(came) > 1 else 'is'} {times:g} times as large as usual",
            f"Which step of yours treats {size} values in another way?",
            "A gradient may have any size: nothing is cut off, clipped, rounded or added.",
        )


def _with_small(P: NDArray, small: float) -> NDArray:
    """Rows of probabilities in which every entry but one is small, in another place in each row."""
    N, K = P.shape
    made = np.full(P.shape, small)
    made[np.arange(N), np.arange(N) % K] = 1 - (K - 1) * small
    return made
