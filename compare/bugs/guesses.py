"""Which mistakes of the catalogue explain what a side makes of the inputs, and in which strength."""

import itertools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from compare.bugs.catalogue import BUGS, Bug
from compare.bugs.evidence import Evidence, Likeness
from compare.bugs.traces import MAKES, Observed

# A mistake is a guess if it explains so much, on average over the cases. A mistake that is not in a file explains 0.87
# of it at most, of 125 wrong files: see tests/bugs/test_unseen.py.

ALIKE = 0.9
GUESSES = 3
# A mistake is not made of more images than this: one of the catalogue takes memory that grows with their square.
MOST_IMAGES = 4096
# A strength is refined if it explains so much unrefined.
WORTH = 0.2
# Each halves the range of a strength, or nearly.
REFINED = 24
GOLDEN = 0.6180339887498949

Chosen = Mapping[str, Any]


class Guess(NamedTuple):
    """A mistake, and how much of the difference it explains: 1 is all of it. chosen: its strength, if it has one."""

    bug: Bug
    likeness: float
    chosen: Chosen = MappingProxyType({})


def guesses(observed: list[Observed], function: str) -> list[Guess]:
    """The mistakes of this function that explain all that it made, at most three, the likeliest first.

    If none does, those that explain all that is finite: a wrong formula often overflows where the catalogue's does not.
    """
    observed = [seen for seen in observed if len(seen.case.index) <= MOST_IMAGES]
    finite = [seen for seen in observed if all(np.isfinite(seen.pair(field)[0]).all() for field in MAKES[function])]
    return _guesses(observed, function) or (_guesses(finite, function) if len(finite) < len(observed) else [])


def _guesses(observed: list[Observed], function: str) -> list[Guess]:
    candidates = [bug for bug in BUGS.values() if bug.function == function]
    # on a few inputs first, which is fast; where they show nothing, as they were written
    small = Evidence([seen for seen in observed if seen.kind in ("small", "unusual")], function)
    tried = [_best(bug, small) for bug in candidates]
    likely = [guess for guess in tried if guess.likeness >= ALIKE] or [guess for guess in tried if not guess.likeness]
    return _confirmed(likely, Evidence(observed, function))


def _confirmed(candidates: list[Guess], evidence: Evidence) -> list[Guess]:
    """Those that explain what was made of all inputs."""
    every = [(guess, _alike(guess, evidence)) for guess in candidates]
    # of those that explain as much, the one of which more values are equal to the bit
    every.sort(key=lambda pair: (round(pair[1].explained, 6), pair[1].equal), reverse=True)
    best = [guess._replace(likeness=alike.explained) for guess, alike in every[:GUESSES]]
    return [guess for guess in best if guess.likeness >= ALIKE]


def _alike(guess: Guess, evidence: Evidence) -> Likeness:
    return evidence.likeness(lambda: guess.bug.make(**guess.chosen))


def _best(bug: Bug, evidence: Evidence) -> Guess:
    """The mistake as it was written that explains most."""
    ways = [dict(zip(bug.choices, values, strict=True)) for values in itertools.product(*bug.choices.values())]
    best = max((_with(Guess(bug, 0.0, way), evidence) for way in ways), key=lambda guess: guess.likeness)
    for name, values in bug.choices.items():
        if all(isinstance(value, float) for value in values) and WORTH <= best.likeness < 1 - 1e-6:
            best = max(best, _refined(best, name, values, evidence), key=lambda guess: guess.likeness)
    return best


def _with(guess: Guess, evidence: Evidence, **chosen: Any) -> Guess:
    """The guess in another strength, with its likeness."""
    other = guess._replace(chosen={**guess.chosen, **chosen})
    return other._replace(likeness=_alike(other, evidence).explained)


def _refined(guess: Guess, name: str, values: tuple[float, ...], evidence: Evidence) -> Guess:
    """The strength between the neighbours of the best one."""
    at = values.index(guess.chosen[name])
    low, high = values[max(at - 1, 0)], values[min(at + 1, len(values) - 1)]
    strength = _maximum(lambda value: _with(guess, evidence, **{name: value}).likeness, low, high)
    return _with(guess, evidence, **{name: strength})


def _maximum(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one maximum between two positive numbers has it: golden sections of the ratio."""
    left, right = (low * (high / low) ** share for share in (1 - GOLDEN, GOLDEN))
    at_left, at_right = function(left), function(right)
    for _ in range(REFINED):
        if at_left > at_right:
            high, right, at_right = right, left, at_left
            left = low * (high / low) ** (1 - GOLDEN)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low * (high / low) ** GOLDEN
            at_right = function(right)
    return (low * high) ** 0.5
