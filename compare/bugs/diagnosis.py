"""What a difference looks like: facts about the tensors, and the mistakes of the catalogue that explain them.

A side is compared with the reference on inputs that differ in N, D, K, lr and weights (inputs.py). The first quantity
that is wrong says which function is. Each mistake of the catalogue in this function is made on the same inputs, and it
is named only if it explains what the side makes of all of them.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import chain, islice, product
from typing import NamedTuple

import numpy as np

from compare.backends.by_name import SCRATCH
from compare.backends.protocol import Backend
from compare.backends.user_file import UserFileError
from compare.bugs.facts import called, facts, keeps, sizes
from compare.bugs.guesses import Guess, guesses
from compare.bugs.inputs import Inputs, inputs, unusual_inputs
from compare.bugs.traces import MAKES, NAMES, Observed, first_wrong, observe_reference
from compare.bugs.worked_example import worked_step
from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.comparison import place_of_largest
from scratch import Step

NOTHING = (
    "nothing differs in the first steps, in hard batches, in exact steps and in evaluation, each from several weights: "
    "what is wrong takes more steps, or other images, to show"
)
# So many cases of a group of unusual batches are taken after the first wrong one: all, but for the group of many sizes.
AFTER = 24
# The sides that are right.
SURELY_RIGHT = "scratch", "torch"
# Half of the last digit that MATHS.md gives of its example.
BY_HAND = 5e-5
# exp of more is not finite in float32, or 0 of less than its opposite.
LARGE = 85
BOTH = "both sides make the same mistake; compared with scratch:"


class Example(NamedTuple):
    """The value that is off most in the first quantity that is wrong: its batch, its place, and both values.

    called: the batch as a sentence names it. sizes: N, D, K, lr of the batch, and how large its logits are.
    """

    quantity: str
    batch: str
    place: list[int]
    ours: float
    theirs: float
    dtype: str = "float64"
    called: str = ""
    sizes: str = ""


class Diagnosis(NamedTuple):
    """Sentences about the tensors, and at most three mistakes, the likeliest first; both may be empty.

    keeps: whether the same call gave another result after others than as the first. by_hand: whether the example in
    MATHS.md shows the mistake. shift: whether log_softmax is wrong only of large logits, and not finite of some.
    with_scratch: whether both sides are wrong alike, so that ours was compared with scratch. replaced: the functions
    that one side has of its own, if that is known: no other can be wrong.
    """

    facts: list[str]
    guesses: list[Guess]
    example: Example | None = None
    keeps: bool = False
    by_hand: bool = False
    shift: bool = False
    with_scratch: bool = False
    replaced: frozenset[str] | None = None


class Diagnostician:
    """Knows what the reference makes of the inputs of the diagnosis of a problem."""

    def __init__(self, problem: Problem, theirs: Backend):
        self.problem, self.theirs = problem, theirs
        self._reference = cache(self._observe_reference)

    def diagnose(
        self, ours: Backend, replaced: Collection[str] | None = None, quantity: str | None = None
    ) -> Diagnosis:
        """Why `ours` differs from the reference; empty if it does not differ on any of these inputs.

        replaced: the functions that `ours` has of its own, if that is known; a mistake in another is no guess.
        quantity: the first that is known to be wrong; without it, or where it is right, the first that is found.
        """
        with np.errstate(all="ignore"):
            for theirs in (self.theirs, *([] if self.theirs.name in SURELY_RIGHT else [SCRATCH])):
                for readings, fields in product((self._readings, self._unusual), _orders(quantity)):
                    for observed in readings(ours, theirs):
                        if found := _explained(ours, observed, fields, replaced):
                            return (
                                found
                                if theirs is self.theirs
                                else found._replace(facts=[BOTH, *found.facts], with_scratch=True)
                            )
        return Diagnosis([], [])

    def _readings(self, ours: Backend, theirs: Backend) -> Iterator[list[Observed]]:
        """In both precisions what may differ by rounding, then what may not differ at all."""
        every = []
        for dtype in ("float64", "float32"):
            every.append(self._observe(ours, theirs, dtype))
            yield every[-1]
        for observed in every:
            yield [seen._replace(limits=dict.fromkeys(seen.limits, 0.0)) for seen in observed if seen.kind == "exact"]

    def _unusual(self, ours: Backend, theirs: Backend) -> Iterator[list[Observed]]:
        """In both precisions what differs only in unusual batches, beside all other inputs, in which nothing does."""
        for dtype in ("float64", "float32"):
            groups = (_around_wrong(given, ours, theirs, dtype) for given in unusual_inputs(self.problem, dtype))
            if wrong := list(chain.from_iterable(groups)):
                yield [*self._observe(ours, theirs, dtype), *wrong]

    def _observe(self, ours: Backend, theirs: Backend, dtype: str) -> list[Observed]:
        """What a side makes of each case, beside the reference."""
        return [seen for given, right in self._reference(theirs, dtype) for seen in _beside(given, right, ours, dtype)]

    def _observe_reference(self, theirs: Backend, dtype: str) -> list[tuple[Inputs, list[Observed]]]:
        return [(given, list(observe_reference(given, theirs, dtype))) for given in inputs(self.problem, dtype)]


def diagnose(
    problem: Problem, ours: Backend, theirs: Backend, replaced: frozenset[str] | None, quantity: str | None
) -> Diagnosis:
    """Why two sides differ; see `Diagnostician.diagnose`. The mistake is looked for in the one that may have it."""
    return _of_both(problem, ours, theirs, replaced, quantity)._replace(replaced=replaced)


def _of_both(
    problem: Problem, ours: Backend, theirs: Backend, replaced: Collection[str] | None, quantity: str | None
) -> Diagnosis:
    if theirs.name in SURELY_RIGHT or ours.name not in SURELY_RIGHT:
        return Diagnostician(problem, theirs).diagnose(ours, replaced, quantity)
    found = Diagnostician(problem, ours).diagnose(theirs, replaced, quantity)
    swapped = found.example and found.example._replace(ours=found.example.theirs, theirs=found.example.ours)
    return found._replace(facts=[f"of {theirs.name}: {fact}" for fact in found.facts], example=swapped)


def _beside(given: Inputs, right: Iterable[Observed], ours: Backend, dtype: str) -> Iterator[Observed]:
    try:
        for seen, (_, step) in zip(right, given.steps.steps(ours, dtype), strict=True):
            yield seen._replace(ours=step)
    except UserFileError:
        # a function may be right for the images of the problem only; the proof tells errors on those
        if given.kind not in ("small", "unusual"):
            raise


def _around_wrong(given: Inputs, ours: Backend, theirs: Backend, dtype: str) -> Iterator[Observed]:
    """The cases to the first that is wrong and some after it; nothing if none is. All of them would take memory."""

    def cases() -> Iterator[Observed]:
        return _beside(given, observe_reference(given, theirs, dtype), ours, dtype)

    first = next((n for n, seen in enumerate(cases()) if first_wrong(seen)), None)
    return iter(()) if first is None else islice(cases(), first + 1 + AFTER)


def _orders(quantity: str | None) -> list[tuple[str, ...]]:
    """What to look for: this quantity first, and images and labels, from which all is made; then anything."""
    return [*([("X", "y", QUANTITIES[quantity].field)] if quantity else []), Step._fields]


def _explained(
    ours: Backend, observed: list[Observed], fields: tuple[str, ...], replaced: Collection[str] | None
) -> Diagnosis | None:
    """What is known of the first of these fields that is wrong in a function that gets the right inputs."""
    for n, seen in enumerate(observed):
        for field in fields:
            function = next(name for name, makes in MAKES.items() if field in makes)
            first = first_wrong(seen)
            if first and seen.differs(field) and seen.reached(function):
                named = field if field in NAMES else first
                known = guesses(observed, function) if replaced is None or function in replaced else []
                kept = keeps(observed, n, ours)
                return Diagnosis(
                    facts(observed, n, function, named, kept),
                    known,
                    _example(seen, named),
                    kept or _differs_again(observed, named),
                    _shows_by_hand(ours, function, named),
                    _needs_the_shift(observed, function),
                )
    return None


def _differs_again(observed: list[Observed], field: str) -> bool:
    """Whether the first step of the training, taken again after others, has another result."""
    training = [seen for seen in observed if seen.kind == "training"]
    if not training:
        return False
    first, last = training[0], training[-1]
    gaps = np.abs(first.pair(field)[0] - last.pair(field)[0])
    return np.array_equal(first.case.index, last.case.index) and bool((gaps > first.limits[field]).any())


def _example(seen: Observed, field: str) -> Example:
    ours, theirs = seen.pair(field)
    index = place_of_largest(np.abs(ours - theirs))
    place = [] if field == "L" else list(index)
    values, dtype = (float(ours[index]), float(theirs[index])), str(seen.theirs.W.dtype)
    return Example(NAMES[field], seen.case.name, place, *values, dtype, called(seen), sizes(seen))


def _shows_by_hand(ours: Backend, function: str, field: str) -> bool:
    """Whether the example in MATHS.md shows that this function makes a quantity wrong, to the digits it gives."""
    given = Inputs("small", worked_step())
    seen = [*_beside(given, observe_reference(given, SCRATCH, "float64"), ours, "float64")]
    return any(one.reached(function) and not (np.abs(np.subtract(*one.pair(field))) <= BY_HAND).all() for one in seen)


def _needs_the_shift(observed: list[Observed], function: str) -> bool:
    """Whether log_softmax is wrong only where exp of a logit is too large or too small, and not finite somewhere."""
    wrong = [seen for seen in observed if function == "log_softmax" and seen.reached(function) and seen.differs("logP")]
    large = all(np.abs(seen.theirs.Z).max() > LARGE for seen in wrong)
    return large and not all(np.isfinite(seen.ours.logP).all() for seen in wrong)
