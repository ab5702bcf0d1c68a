"""The score of a learner's test: what it accuses, what it catches, and what published checks catch."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path

from compare.backends.protocol import TIME_LIMIT as USUAL_TIME_LIMIT
from compare.backends.side_by_side import cores
from compare.exercise.opened import TEST_TIME_LIMIT
from compare.exercise.seat.cases import CLASSIC, GENERATED, MISTAKES, ORIGINAL, RIGHT, VARIANTS, Case, alone, cases
from compare.exercise.seat.check_file import ACCUSED
from compare.exercise.seat.nudges import nudge
from compare.exercise.seat.runner import Runner

# The published checks that a test is held against, and ours: what they are called, and their files.
BARS = {
    "accuracy": "accuracy.py",
    "CS336": "cs336.py",
    "CS231n": "cs231n.py",
    "CMU 10-714": "cmu_softmax.py",
    "ours": "ours.py",
}
# About how long all bars take on two cores: of the classic mistakes, and of the generated ones.
BAR_SECONDS = {CLASSIC: 8.0, GENERATED: 16.0}


@dataclass(frozen=True)
class Missed:
    """A mistake that got away: its set, its name, its equation, and what to try."""

    kind: str
    name: str
    tag: str
    nudge: str


@dataclass(frozen=True)
class Score:
    """accused: by name the right functions that the test calls wrong, each with the reason; nothing else is run then.

    mistakes: how many each set has. missed: those that got away. bars: by name how many of each set it catches.
    """

    accused: dict[str, str] = field(default_factory=dict)
    mistakes: dict[str, int] = field(default_factory=dict)
    missed: list[Missed] = field(default_factory=list)
    bars: dict[str, dict[str, int]] = field(default_factory=dict)

    def caught(self, kind: str) -> int:
        """How many of a set it catches; none if it accuses right functions."""
        return 0 if self.accused else self.mistakes[kind] - sum(one.kind == kind for one in self.missed)

    @property
    def passed(self) -> bool:
        """True if it catches all, and accuses none."""
        return not self.accused and not self.missed


class Scoring:
    """A test that is to be scored. time_limit: seconds that it may take for one set of functions.

    everything: whether the bars are measured on the generated mistakes too. Raises InputError as Runner does.
    """

    def __init__(self, path: Path, time_limit: float = TEST_TIME_LIMIT, *, everything: bool = False):
        self.runner = Runner(path, (RIGHT, VARIANTS, *MISTAKES), time_limit)
        self.bar_kinds = MISTAKES if everything else (CLASSIC,)
        self.every: dict[str, dict[str, Case]] = {kind: cases(kind) for kind in (VARIANTS, *MISTAKES)}
        began = time.monotonic()
        right = self.runner.right()
        self.seconds = time.monotonic() - began
        self.right = {ORIGINAL: right.text} if right.state == ACCUSED else {}

    @property
    def expected_seconds(self) -> float:
        """About how long `score` takes, as the right functions took; a wrong one is usually found sooner."""
        runs = sum(map(len, self.every.values()))
        return 0 if self.right else runs * self.seconds / cores() + sum(BAR_SECONDS[kind] for kind in self.bar_kinds)

    @property
    def reports(self) -> int:
        """How often `score` reports if no right function is accused."""
        bars = len(BARS) * sum(len(self.every[kind]) for kind in self.bar_kinds)
        return sum(map(len, self.every.values())) + bars

    def score(self, report: Callable[[str], None] = lambda _: None) -> Score:
        """Run the test, and the bars beside it. Raises InputError if it gives no verdict on some functions."""
        try:
            if accused := self.right or self._accused(report):
                return Score(accused)
            missed = [one for kind in MISTAKES for one in self._missed(kind, report)]
        finally:
            self.runner.end()
        counts = {kind: len(self.every[kind]) for kind in MISTAKES}
        return Score({}, counts, missed, {name: self._bar(name, report) for name in BARS})

    def _accused(self, report: Callable[[str], None]) -> dict[str, str]:
        """The right variants that it calls wrong, each alone; or those six together that it calls wrong."""
        found: dict[str, str] = {}
        for group, reason in _accused_of(self.runner, self.every[VARIANTS], report, "right variants").items():
            found |= _accused_of(self.runner, alone(group), lambda _: None, "") or {group: reason}
        return found

    def _missed(self, kind: str, report: Callable[[str], None]) -> list[Missed]:
        every = self.every[kind]
        caught = _accused_of(self.runner, every, report, f"{kind} mistakes")
        return [Missed(kind, name, case.tag, nudge(case)) for name, case in every.items() if name not in caught]

    def _bar(self, name: str, report: Callable[[str], None]) -> dict[str, int]:
        with as_file(files("compare.exercise.checks").joinpath(BARS[name])) as path:
            runner = Runner(path, self.bar_kinds, USUAL_TIME_LIMIT)
            try:
                return {kind: len(_accused_of(runner, self.every[kind], report, name)) for kind in self.bar_kinds}
            finally:
                runner.end()


def _accused_of(runner: Runner, names: Iterable[str], report: Callable[[str], None], what: str) -> dict[str, str]:
    """By name those that it calls wrong, each with the reason; report(what) is called for each of all."""
    found = {}
    for name, outcome in runner.outcomes(list(names)):
        report(what)
        if outcome.state == ACCUSED:
            found[name] = outcome.text
    return found
