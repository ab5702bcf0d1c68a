"""Which check detects which generated mistake: single steps first, and a training for what passes them."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from compare.backends.by_name import SCRATCH, backend
from compare.backends.protocol import Backend
from compare.backends.threads import threads
from compare.bugs.detection import checks_without_training, detect
from compare.bugs.generated.mutants import StoppedError, mutants
from compare.bugs.generated.same import reason
from compare.bugs.survey import CLEAN
from compare.problem import DTYPES, Problem

# What is said to have found a mistake that raises, or returns another shape or dtype.
STOPS = "stops"
# In this order they take the least time.
CHECK_ORDER = "exact_arithmetic", "hard_batches", "gradient_checks", "identities"


class FirstDetection(NamedTuple):
    """The check that detected a mistake first, and its reason; both are empty if none did."""

    check: str = ""
    what: str = ""


class GeneratedSurvey(NamedTuple):
    """By precision and name what was found; `scratch` itself is CLEAN."""

    found: dict[str, dict[str, FirstDetection]]

    @property
    def working(self) -> list[str]:
        """The names of those that run, and return arrays of the right shapes."""
        every = (name for name in self.found[DTYPES[0]] if name != CLEAN)
        return [name for name in every if all(found[name].check != STOPS for found in self.found.values())]

    @property
    def survivors(self) -> dict[str, str]:
        """By name those that some precision does not detect, each with the reason why; empty if none is known."""
        alive = (name for name in self.working if not all(found[name].check for found in self.found.values()))
        return {name: reason(mutants()[name]) for name in alive}

    def counts(self, dtype: str) -> Counter[str]:
        """How many of those that work each check detects first."""
        return Counter(self.found[dtype][name].check for name in self.working)

    def detected(self, dtype: str) -> int:
        """How many of those that work are detected."""
        return sum(bool(self.found[dtype][name].check) for name in self.working)

    @property
    def false_alarms(self) -> list[str]:
        """The precisions in which a check fails though nothing was changed."""
        return [dtype for dtype, found in self.found.items() if found[CLEAN].check]

    @property
    def passed(self) -> bool:
        """True if all that is not detected is known to be the same function, without a false alarm."""
        return not self.false_alarms and all(self.survivors.values())


def total_reports() -> int:
    """How often `survey_generated` reports."""
    return len(DTYPES) * (1 + len(mutants()))


def survey_generated(problem: Problem, on_report: Callable[[str], None] = lambda _: None) -> GeneratedSurvey:
    """Run the checks on every generated mistake until one detects it.

    on_report(dtype) is called `total_reports` times. Raises InputError if the reference leaves the finite numbers.
    """
    return GeneratedSurvey({dtype: _survey(problem, dtype, on_report) for dtype in DTYPES})


def _survey(problem: Problem, dtype: str, on_report: Callable[[str], None]) -> dict[str, FirstDetection]:
    candidates = [SCRATCH._replace(name=CLEAN), *(mutant.backend() for mutant in mutants().values())]
    found = {}
    for candidate in candidates:
        found[candidate.name] = first_found(problem, dtype, candidate)
        on_report(dtype)
    left = [candidate for candidate in candidates if not found[candidate.name].check]
    trained = detect(problem, dtype, left)
    return found | {one.name: _first(one.reasons) for one in trained}


def first_found(problem: Problem, dtype: str, candidate: Backend) -> FirstDetection:
    """The first check without training that detects a candidate."""
    with threads(1), np.errstate(all="ignore"):
        checks = checks_without_training(problem, dtype, candidate, backend("torch"))
        try:
            reasons = ((check, checks[check]()) for check in CHECK_ORDER)
            return next((FirstDetection(*both) for both in reasons if both[1]), FirstDetection())
        except StoppedError as error:
            return FirstDetection(STOPS, str(error))


def _first(reasons: dict[str, str]) -> FirstDetection:
    return next((FirstDetection(check, what) for check, what in reasons.items() if what), FirstDetection())
