"""What a difference looks like: facts about the tensors, and the mistakes of the catalogue that leave such a trace.

The trace of a side is the difference of its tensors from those of the reference, on the same inputs. Each mistake of
the catalogue is made on these inputs too, and the two traces are compared, in direction and in length. The direction
does not depend on how strong a mistake is.
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice
from typing import NamedTuple

import numpy as np

from compare.backends.protocol import Backend, State
from compare.bugs.catalogue import BUGS, Bug
from compare.bugs.facts import facts
from compare.bugs.traces import Observed, Traces, likeness, traces
from compare.problem import Problem
from compare.proof.hard_batches import hard_batches
from compare.proof.single_steps import Case, SingleSteps
from compare.proof.tolerance import allowed, sizes
from scratch import Step, Velocity

REAL_BATCHES = 4
# A mistake is a guess if its trace is at least so alike.
ALIKE = 0.5
# The least likeness of a mistake that a fact suggests.
SUGGESTED = 0.75
GUESSES = 3


class Guess(NamedTuple):
    """A mistake, and how alike its trace is: 1 is the same, 0 has nothing in common."""

    bug: Bug
    likeness: float


class Diagnosis(NamedTuple):
    """Sentences about the tensors, and at most three mistakes, the likeliest first; both may be empty."""

    facts: list[str]
    guesses: list[Guess]


class Diagnostician:
    """Knows what the reference makes of some inputs, and what every mistake of the catalogue makes of them."""

    def __init__(self, problem: Problem, theirs: Backend):
        self.real, self.hard = _first_batches(problem), hard_batches(problem, "float64")
        self.theirs = theirs

    def diagnose(self, ours: Backend) -> Diagnosis:
        """Why `ours` differs from the reference; empty if it does not differ on any of these inputs."""
        with np.errstate(all="ignore"):
            observed = self._observe(ours)
            over = traces(observed)
            if not over:
                return Diagnosis([], [])
            found = facts(observed, over)
            return Diagnosis([fact.text for fact in found], self._guesses(over, {fact.suggests for fact in found}))

    def _guesses(self, over: Traces, suggested: set[str | None]) -> list[Guess]:
        every = [
            Guess(bug, max(likeness(over, self._made[name]), SUGGESTED if name in suggested else 0.0))
            for name, bug in BUGS.items()
        ]
        best = sorted(every, key=lambda guess: -guess.likeness)[:GUESSES]
        return [guess for guess in best if guess.likeness >= ALIKE]

    def _observe(self, backend: Backend) -> list[Observed]:
        """What a backend makes of each case, beside the reference."""
        steps = chain.from_iterable(one.steps(backend, "float64") for one in (self.real, self.hard))
        return [seen._replace(ours=step) for seen, (_, step) in zip(self._right, steps, strict=True)]

    @cached_property
    def _right(self) -> list[Observed]:
        """What the reference makes of each case."""
        return list(chain.from_iterable(map(self._observe_reference, (self.real, self.hard))))

    def _observe_reference(self, single_steps: SingleSteps) -> Iterator[Observed]:
        for case, pair in single_steps.pairs(self.theirs, self.theirs, "float64"):
            step = Step._make(map(np.array, pair.reference))
            scales = sizes(step, pair.start).items()
            limits = {name: allowed(size, terms, 1, step.W.dtype) for name, (size, terms) in scales}
            yield Observed(case, single_steps is self.real, step.y, pair.start, step, step, limits)

    @cached_property
    def _made(self) -> dict[str, Traces]:
        """The traces of every mistake."""
        return {name: traces(self._observe(bug.backend())) for name, bug in BUGS.items()}


def _first_batches(problem: Problem) -> SingleSteps:
    """The first batches of the problem, each from the initial weights."""
    W, b = problem.start("float64")
    batches = islice(chain.from_iterable(problem.batches), REAL_BATCHES)
    v = Velocity(np.zeros_like(W), np.zeros_like(b)) if problem.chosen.momentum else None
    cases = tuple(Case(f"step {n}", State(W, b, v), index) for n, index in enumerate(batches, 1))
    return SingleSteps(problem.train, problem.chosen, cases)
