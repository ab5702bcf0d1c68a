"""What runs a learner's test: one process that loads it, and a copy of that process for each set of functions.

    python -P -m compare.exercise.seat.process FOLDER

Each copy begins with the state that the file had when it was loaded, so nothing that the test changes reaches the next
set of functions. Windows makes no copies: there a new process is started for each set.
"""

import gc
import json
import mmap
import os
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.testing  # else it would be imported in each copy, when it is used

from compare.backends.channel import MARK, Channel, Message
from compare.backends.process import how
from compare.backends.shared_memory import ANSWERS, REQUESTS, map_file
from compare.backends.threads import threads
from compare.backends.user_file import LOADING
from compare.errors import InputError
from compare.exercise.seat.cases import VARIANTS, alone, cases
from compare.exercise.seat.check_file import FAILED, CheckFile, Outcome
from scratch import Equations

# Seconds between two looks at whether the other process is still there, and the bytes of a verdict that are read.
LOOK, LONGEST = 1.0, 4096
LONGEST_TEXT = 600
NOT_ENDED = "ended its process ({})"


class Copy(NamedTuple):
    """A copy of the process at work: its number, where its verdict arrives, and when its time is over."""

    name: str
    process: int
    verdict: int
    until: float


def nameless(equations: Equations) -> Equations:
    """The same functions, all of one name and module: a test shall look at what they compute."""

    def hidden(function: Callable) -> Callable:
        def f(*inputs: Any, **named: Any) -> Any:
            return function(*inputs, **named)

        return f

    return Equations(*(hidden(function) for function in equations))


class Service:
    """Answers requests. Each method is one kind: its values are those of the message."""

    def __init__(self, outbox: mmap.mmap):
        self._outbox = outbox

    def load(self, path: str, kinds: list[str]) -> dict[str, Any]:
        """Make all cases of these kinds, then run the file. Raises InputError as CheckFile does."""
        found = [case for kind in kinds for case in cases(kind).values()]
        if VARIANTS in kinds:
            found += [case for group in cases(VARIANTS) for case in alone(group).values()]
        # made now, for the file may change what they are made of
        self._equations = {case.name: nameless(case.make()) for case in found}
        MARK.pack_into(self._outbox, 0, LOADING, 0)
        self._file = CheckFile(Path(path))
        # libraries that the file has brought along
        threads(1)
        # else the first collection in each copy would copy all that is in memory
        gc.collect()
        gc.freeze()
        return {}

    def run(self, names: list[str], limit: float, shown: bool) -> dict[str, Any]:
        """The outcome of each of these cases, all at the same time. limit: seconds for each. shown: what it prints."""
        copies = [self._copy(name, limit, shown) for name in names]
        found = _verdicts(copies, limit)
        return {"outcomes": [found[name] for name in names]}

    def run_here(self, name: str, shown: bool) -> dict[str, Any]:
        """The outcome of one case, in this process, which is not to be used again."""
        # from here on the time is that of a call, not that of loading
        MARK.pack_into(self._outbox, 0, LOADING, 1)
        return {"outcomes": [self._judged(name, shown)]}

    def _judged(self, name: str, shown: bool) -> Outcome:
        if not shown:
            _silence()
        own = os.getpid()
        outcome = self._file.judge(self._equations[name])
        if os.getpid() != own:
            # a copy that the test has made of itself has no verdict of its own
            os._exit(0)
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):  # the file may have put anything there
                stream.flush()
        return outcome._replace(text=outcome.text[:LONGEST_TEXT])

    def _copy(self, name: str, limit: float, shown: bool) -> Copy:
        read, write = os.pipe()
        process = os.fork()
        if process:
            os.close(write)
            return Copy(name, process, read, time.monotonic() + limit)
        try:
            os.close(read)
            os.write(write, json.dumps(self._judged(name, shown)).encode())
        finally:
            # neither the loop of this process nor what the file does at exit is for a copy
            os._exit(0)


def _verdicts(copies: list[Copy], limit: float) -> dict[str, Outcome]:
    found, waiting = {}, {copy.verdict: copy for copy in copies}
    while waiting:
        _end_without_parent()
        left = min(copy.until for copy in waiting.values()) - time.monotonic()
        ready, _, _ = select.select(list(waiting), [], [], max(0.0, min(LOOK, left)))
        late = [verdict for verdict, copy in waiting.items() if copy.until <= time.monotonic()]
        for verdict in dict.fromkeys([*ready, *late]):
            copy = waiting.pop(verdict)
            found[copy.name] = _verdict(copy, verdict in ready, limit)
    return found


def _verdict(copy: Copy, ready: bool, limit: float) -> Outcome:
    """What a copy says; it ends here."""
    text = os.read(copy.verdict, LONGEST) if ready else b""
    os.close(copy.verdict)
    if not ready or text:
        os.kill(copy.process, signal.SIGKILL)
    _, status = os.waitpid(copy.process, 0)
    if not ready:
        return Outcome(FAILED, f"takes over {limit:g} s (see --time-limit)")
    if not text:
        return Outcome(FAILED, NOT_ENDED.format(how(os.waitstatus_to_exitcode(status))))
    return Outcome(*json.loads(text))


def _end_without_parent() -> None:
    """A test that does not return must not stay when nobody waits for it any more."""
    if os.getppid() != PARENT:
        os.killpg(0, signal.SIGKILL)


def _silence() -> None:
    """What a test prints is shown once, and not for each set of functions."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _answer(service: Service, asked: Message) -> tuple[str, dict[str, Any]]:
    try:
        return "done", getattr(service, asked.kind)(**asked.values)
    except InputError as error:
        return "refused", {"text": str(error)}
    except BaseException as error:
        return "broken", {"text": f"{type(error).__name__}: {error}"[:200]}


def main() -> None:
    """Serve on stdin and stdout, and send what others write there to stderr."""
    folder = Path(sys.argv[1])
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    inbox, outbox = map_file(folder / REQUESTS, mmap.ACCESS_READ), map_file(folder / ANSWERS, mmap.ACCESS_WRITE)
    channel, service = Channel(incoming, outgoing, inbox, outbox), Service(outbox)
    with threads(1), np.errstate(all="ignore"), suppress(EOFError):
        while True:
            channel.send(*_answer(service, channel.receive()))
    os._exit(0)


PARENT = os.getppid()

if __name__ == "__main__":
    main()
