"""Which mistake somebody has made: of the catalogue, or of the rungs that it has no function for."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

import numpy as np

from compare.bugs.catalogue import BUGS, Bug
from compare.equations import COMPOSED, KNOWN
from compare.exercise.mistakes import MISTAKES, Mistake
from compare.exercise.trials import Trial, alike, as_results, is_nothing
from compare.exercise.trials import trials as trials_of


class Named(NamedTuple):
    """A mistake by its name, what one believes who makes it, and what to think of instead. bug: in the catalogue."""

    name: str
    belief: str
    lesson: str
    bug: str = ""

    @classmethod
    def of(cls, known: Bug | Mistake) -> "Named":
        """A mistake of the catalogue, or one of a rung."""
        if isinstance(known, Mistake):
            return cls(known.name, known.belief, known.lesson, known.bug)
        return cls(known.title, known.belief, known.lesson, known.name)

    def __str__(self) -> str:
        where = f" (python -m compare bugs {self.bug})" if self.bug else ""
        return f'This is the mistake "{self.name}". Behind it is often the thought "{self.belief}"{where}'


def named(name: str, trials: list[Trial]) -> Named | None:
    """The mistake that makes the same of all trials, if one is known; none if all is right."""
    ours = [np.asarray(part) for trial in trials for part in trial.ours]
    # nothing but nan, or but zeros, has many causes
    if all(trial.is_right() for trial in trials) or not any(np.any(part[np.isfinite(part)]) for part in ours):
        return None
    for known, function in _candidates(name):
        # one that cannot take these inputs has not made the results
        with np.errstate(all="ignore"), suppress(ValueError, IndexError, FloatingPointError):
            if _fits(function, trials) or _cancels(function, trials):
                return Named.of(known)
    return None


def _candidates(name: str) -> Iterator[tuple[Bug | Mistake, Callable]]:
    for mistake in MISTAKES:
        if mistake.rung == name:
            yield mistake, mistake.function
    whole = next((one for one, parts in COMPOSED.items() if name in parts), name)
    for bug in BUGS.values():
        if bug.function == whole:
            for chosen in itertools.product(*bug.choices.values()):
                made = bug.make(**dict(zip(bug.choices, chosen, strict=True)))
                yield bug, made if whole == name else _part(name, whole, made)


def _part(name: str, whole: str, function: Callable) -> Callable:
    """One of the results of a function, as the rung that makes it."""
    at = COMPOSED[whole].index(name)
    missing = {p: n for n, p in enumerate(KNOWN[whole].parameters) if p not in KNOWN[name].parameters}

    def call(*inputs: np.ndarray) -> np.ndarray:
        # the bias needs no images: any will do
        given = [*inputs]
        for n in missing.values():
            given.insert(n, np.ones((len(inputs[0]), 1), inputs[0].dtype))
        return np.asarray(function(*given)[at])

    return call


def _cancels(function: Callable, trials: list[Trial]) -> bool:
    """Whether numbers cancel in both everywhere: what rounding leaves of them differs. One that is exactly 0 is not."""
    if any(trial.is_right() or not is_nothing(trial.ours[0], trial.right[0]) for trial in trials):
        return False
    made = [*trials_of(trials[0].name, function)]
    both = [[np.asarray(one.ours[0]) for one in every] for every in (trials, made)]
    return all(any(part.any() for part in one) for one in both) and all(
        part.shape == trial.right[0].shape and is_nothing(part, trial.right[0])
        for part, trial in zip(both[1], trials, strict=True)
    )


def _fits(function: Callable, trials: list[Trial]) -> bool:
    """Whether a function makes what was made, and it is not right everywhere."""
    return all(
        len(found := as_results(function(*(np.copy(v) if np.ndim(v) else v for v in trial.inputs)))) == len(trial.ours)
        and all(map(alike, found, trial.ours))
        for trial in trials
    )
