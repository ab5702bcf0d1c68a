"""What a learner's function made of the trials, and the questions that hold for every function."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.equations import KNOWN
from compare.exercise.rungs import MORE, shown
from compare.exercise.trials import NOTHING, STEPS, Trial, alike, is_nothing, same, sizes_text

# What every ratio may be off, and from which share of the largest value on it is read.
SPREAD, LARGE = 1e-6, 1e-3
# What is asked where numbers cancel.
CANCEL = {
    "softmax_backward": "Each row and each column of J sums to 0: which index do dP and J share, and over which one "
    "do you sum?",
}


class Seen(NamedTuple):
    """A function that is wrong on some trials. result: which of its results is the first that is wrong."""

    name: str
    trials: list[Trial]
    result: int

    @property
    def symbol(self) -> str:
        """What the result is called."""
        return list(KNOWN[self.name].results)[self.result]

    @property
    def mine(self) -> str:
        """The learner's result in a sentence, as `your dZ`."""
        return f"your {'new ' * (self.name == 'sgd_step')}{self.symbol}"

    @property
    def wrong(self) -> list[Trial]:
        """The trials in which this result is wrong."""
        return [trial for trial in self.trials if not trial.is_right(self.result)]

    @property
    def first(self) -> Trial:
        """The first of them: the worked example, if that is wrong."""
        return self.wrong[0]

    def pair(self, trial: Trial) -> tuple[NDArray, NDArray]:
        """Ours and the right one."""
        return trial.ours[self.result], trial.right[self.result]

    @property
    def of_steps(self) -> list[Trial]:
        """Those of the wrong trials whose inputs are as a step has them: no other has labels behind its gradient."""
        return [trial for trial in self.trials[: 1 + STEPS] if not trial.is_right(self.result)]

    @property
    def batch(self) -> str:
        """Which trial is spoken of."""
        return "in the worked example" if self.first is self.trials[0] else f"in a batch with {sizes_text(self.first)}"

    @property
    def where(self) -> str:
        """Which trial is spoken of, and where the function is right."""
        if self.first is self.trials[0]:
            return self.batch
        right = "right" if self.trials[0].is_right() else f"{self.symbol} is right"
        return f"{right} in {example_text(self.name)}, but not {self.batch}: there"

    @property
    def place(self) -> tuple[int, ...]:
        """Where the first wrong trial is off most."""
        return largest_gap(*self.pair(self.first))

    def at(self, place: tuple[int, ...] | None = None) -> str:
        """The name of an entry, as `dZ[0, 1]`."""
        place = self.place if place is None else place
        return f"{self.symbol}[{', '.join(map(str, place))}]" if place else self.symbol

    def all_wrong(self, test: Callable[[NDArray, NDArray, Trial], Any]) -> bool:
        """Whether a test holds in all trials that are wrong."""
        return all(bool(test(*self.pair(trial), trial)) for trial in self.wrong)


Question = Callable[[Seen], str]


def largest_gap(ours: NDArray, right: NDArray) -> tuple[int, ...]:
    """Where two arrays are apart most, or the first place that is nan in one.

    >>> largest_gap(np.array([1, np.nan, 9]), np.array([1, 2, 3]))
    (1,)
    """
    gaps = np.abs(np.subtract(ours, right))
    return tuple(map(int, np.unravel_index(np.argmax(np.where(np.isnan(gaps), np.inf, gaps)), gaps.shape)))


def example_text(name: str) -> str:
    """What the first trial of a function is called: some have two examples in the file."""
    return "the first example" if name in MORE else "the worked example"


def ratio(ours: NDArray, right: NDArray) -> float | None:
    """What every value is, divided by what it should be, if it is one number."""
    large = np.abs(right) > LARGE * np.abs(right).max(initial=0)
    if not large.any() or not np.isfinite(ours).all():
        return None
    if is_nothing(ours, right):
        return 0.0
    middle = float(np.median(ours[large] / right[large]))
    off = np.abs(ours - middle * right).max()
    return middle if off <= SPREAD * max(abs(middle), 1e-12) * np.abs(right).max() else None


def prints_as_one(*ratios: float | None) -> bool:
    """Whether one of these is 1 as it is printed: then it is no factor that one could look for."""
    return any(r is not None and f"{r:.4g}" == "1" for r in ratios)


def not_finite(seen: Seen) -> str:
    """Ours has nan or inf where the right one has none."""
    ours, right = seen.pair(seen.first)
    bad = ours[~np.isfinite(ours) & np.isfinite(right)]
    if not bad.size:
        return ""
    has = "is" if ours.ndim == 0 else "has"
    gives = (
        "the logarithm or the root of a number below 0, 0/0, 0 times inf, or inf - inf"
        if np.isnan(bad.flat[0])
        else "exp of a large number, the logarithm of 0, or a division by 0"
    )
    return f"{seen.where} your {seen.symbol} {has} {bad.flat[0]}. Which operation of yours gives that: {gives}?"


def all_zero(seen: Seen) -> str:
    """Ours is 0 everywhere, exactly or because numbers cancel."""
    if not seen.all_wrong(lambda ours, right, _: is_nothing(ours, right) and right.any()):
        return ""
    if any(trial.ours[seen.result].any() for trial in seen.wrong):
        asks = CANCEL.get(seen.name, "Which numbers of yours cancel?")
        return f"your {seen.symbol} is 0 everywhere, up to rounding. {asks}"
    right = [trial for trial in seen.trials if trial.is_right(seen.result)]
    if right and all((trial.sizes.get("N") == 1) == any(trial is one for one in right) for trial in seen.trials):
        return (
            f"your {seen.symbol} is 0 in every batch of more than one image, and right with N = 1. Which number of "
            "yours becomes 0 there: by //, int or round?"
        )
    if right:
        return f"{seen.where} your {seen.symbol} is 0. What makes it 0 there?"
    if not seen.first.ours[seen.result].ndim:
        return one_number(seen)
    return f"your {seen.symbol} is 0 everywhere. Where in your code should it get its values, and are they returned?"


def is_an_input(seen: Seen) -> str:
    """Ours is one of the inputs, unchanged."""
    names = [name for name in seen.first.given if all(_is_given(seen, trial, name) for trial in seen.wrong)]
    if names and names[0] == seen.symbol:
        return (
            f"your new {seen.symbol} is the {seen.symbol} that came in, unchanged. Which line should change it, and is "
            "its result what you return?"
        )
    return f"your {seen.symbol} is {names[0]} itself, unchanged. What should happen to it?" if names else ""


def _is_given(seen: Seen, trial: Trial, name: str) -> bool:
    return alike(seen.pair(trial)[0], trial.given[name])


def one_number(seen: Seen) -> str:
    """Ours is the same number in all places of all batches."""
    first = seen.trials[0].ours[seen.result]
    if not all((trial.ours[seen.result] == first.flat[0]).all() for trial in seen.trials):
        return ""
    places = "in every place and in every batch" if first.ndim else "in every batch"
    return (
        f"your {seen.symbol} is {value(first.flat[0])} {places}. Where does your code use "
        f"{' and '.join(seen.first.given)}?"
    )


def transposed(seen: Seen) -> str:
    """Ours has the right numbers in another order."""
    if not seen.all_wrong(
        lambda ours, right, _: ours.size > 2 and same(np.sort(ours, axis=None), np.sort(right, axis=None))
    ):
        return ""
    order = "rows and columns" if seen.first.ours[seen.result].ndim > 1 else "the classes"
    return f"your {seen.symbol} has the right numbers in the wrong places. In which order do {order} come?"


def by_value(seen: Seen) -> str:
    """The entry that is off most, if nothing else is known."""
    ours, right = seen.pair(seen.first)
    if ours.size == 1:
        got, wanted = apart(ours, right)
        return f"{seen.where} your {seen.symbol} is {got}, and should be {wanted}. What makes the difference?"
    got, wanted = apart(ours[seen.place], right[seen.place])
    return (
        f"{seen.where} your {seen.at()} is {got}, and should be {wanted}. "
        "Compute this one entry by hand: which numbers take part?"
    )


def value(number: Any) -> str:
    """A number with as many digits as one needs."""
    small = 0 < abs(float(number)) < 1e-3 or abs(float(number)) >= 1e5
    return f"{float(number):.3g}" if small else shown(number)


def apart(one: Any, other: Any) -> tuple[str, str]:
    """Two numbers that differ, with digits enough to show it.

    >>> apart(-2.0, -1.99999999), apart(0.5, 1)
    (('-2', '-1.99999999'), ('0.5', '1'))
    """
    one, other = (0.0 if abs(a) <= NOTHING * abs(b) < math.inf else a for a, b in ((one, other), (other, one)))
    texts = value(one), value(other)
    digits = (f"{float(number):.4f}" for number in (one, other))
    if float(one) == float(other) or (len({*digits}) > 1 and len({*texts}) > 1):
        return texts
    return next(
        pair
        for precision in range(5, 18)
        if len({*(pair := (f"{float(one):.{precision}g}", f"{float(other):.{precision}g}"))}) > 1
    )


ALWAYS: tuple[Question, ...] = (not_finite, all_zero, is_an_input, one_number)
