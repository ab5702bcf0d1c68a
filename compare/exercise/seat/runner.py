"""A learner's test in a process of its own: what it ends, prints, breaks or never finishes is one clear line."""

import itertools
import os
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from compare.backends.channel import ChannelError
from compare.backends.process import STARTING, Process
from compare.backends.side_by_side import cores
from compare.errors import InputError
from compare.exercise.opened import TEST_TIME_LIMIT
from compare.exercise.seat.cases import RIGHT, cases
from compare.exercise.seat.check_file import FAILED, Outcome
from compare.files import short_path

PROGRAM = "compare.exercise.seat.process"
# Windows makes no copies of a process.
COPIES = hasattr(os, "fork")


class Runner:
    """The test in the file at `path`, for cases of these kinds.

    time_limit: seconds for one set of functions, and for loading the file.
    Raises InputError, naming the file, if it cannot be used, or gives no verdict on a case.
    """

    def __init__(self, path: Path, kinds: Sequence[str], time_limit: float = TEST_TIME_LIMIT):
        self.path, self.kinds, self.time_limit, self._shown = path, tuple(kinds), time_limit, short_path(path)
        self._requests = itertools.count(1)
        self._process = self._started()

    def right(self) -> Outcome:
        """What the test says of the right functions; what it prints is shown."""
        (name,) = cases(RIGHT)
        return next(self.outcomes([name], shown=True))[1]

    def outcomes(self, names: Sequence[str], *, shown: bool = False) -> Iterator[tuple[str, Outcome]]:
        """Each of these cases, and what the test says of it."""
        size = 2 * cores() if COPIES else 1
        for first in range(0, len(names), size):
            part = list(names[first : first + size])
            for name, outcome in zip(part, self._run(part, shown), strict=True):
                if outcome.state == FAILED:
                    raise InputError(f"{self._shown}: check {outcome.text}, {_where([name])}")
                yield name, outcome

    def end(self) -> None:
        """End the process."""
        self._process.end()

    def _started(self) -> Process:
        try:
            process = Process(self.time_limit, PROGRAM)
        except OSError as error:
            raise InputError(f"{self._shown}: its process cannot be started: {error.strerror}") from None
        weakref.finalize(self, process.end)
        self._ask(process, "load", {"path": str(self.path), "kinds": self.kinds}, "{}, while it is loaded")
        if COPIES:
            # copies are ended over there, if that process is still in order
            process.time_limit += STARTING
        return process

    def _run(self, names: list[str], shown: bool) -> list[Outcome]:
        if COPIES:
            values = {"names": names, "limit": self.time_limit, "shown": shown}
            found = self._ask(self._process, "run", values, f"check {{}}, {_where(names)}")
        else:
            found = self._run_anew(names[0], shown)
        return [Outcome(*map(str, one)) for one in found["outcomes"]]

    def _run_anew(self, name: str, shown: bool) -> dict[str, Any]:
        process = self._started()
        try:
            return self._ask(process, "run_here", {"name": name, "shown": shown}, f"check {{}}, {_where([name])}")
        finally:
            process.end()

    def _ask(self, process: Process, kind: str, values: dict[str, Any], what: str) -> dict[str, Any]:
        process.awaited = next(self._requests)
        try:
            process.channel.send(kind, values)
            answer = process.channel.receive()
        except (OSError, EOFError, ValueError, ChannelError):
            process.stop("")
            # it adds that the file was loaded, for no function of a backend is at work
            why, _, _ = process.why_ended().rpartition(", ")
            raise InputError(f"{self._shown}: {what.format(why)}") from None
        finally:
            process.awaited = 0
        text = str(answer.values.get("text"))
        if answer.kind == "refused":
            raise InputError(text)
        if answer.kind != "done":
            raise InputError(f"{self._shown}: {what.format(text)}; it must not change Python or NumPy")
        return answer.values


def _where(names: Sequence[str]) -> str:
    first, *_, last = [*names, names[-1]]
    return f"on {first}" if first == last else f"on one of {first} to {last}"
