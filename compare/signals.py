"""Ctrl-C, SIGTERM and SIGHUP: each ends the program by an exception, and waits where that would break something."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# Windows has no SIGHUP, which says that the terminal was closed.
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
# Seconds in which a signal that comes again says nothing new.
REPEAT_SECONDS = 1.0


class Stopped(KeyboardInterrupt):
    """A signal asks the program to end; `code` is its exit code, which a shell takes from the number of the signal."""

    def __init__(self, number: int):
        super().__init__()
        self.code = 128 + number


class Raising:
    """The handler that raises Stopped, but not again while that is on its way up; `code` is that of the last signal."""

    def __init__(self) -> None:
        self.code: int | None = None
        self._raised = -REPEAT_SECONDS

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """Raise Stopped."""
        now = time.monotonic()
        if now - self._raised > REPEAT_SECONDS:
            stopped = Stopped(number)
            self.code, self._raised = stopped.code, now
            raise stopped


@contextmanager
def signals_raised() -> Iterator[Raising]:
    """Raise Stopped at the place that a signal finds the program at; what is ignored, as after nohup, stays so.

    For a whole program: once it was told to end, no signal changes how it ends.
    """
    if not _in_main_thread():
        yield Raising()
        return
    raising, before = Raising(), {number: signal.getsignal(number) for number in SIGNALS}
    taken = [number for number in SIGNALS if before[number] is not signal.SIG_IGN]
    for number in taken:
        signal.signal(number, raising)
    try:
        yield raising
    finally:
        for number in taken:
            signal.signal(number, before[number] if raising.code is None else signal.SIG_IGN)


class Holding:
    """The handler that keeps the first signal; `check` gives it to the handler that was there before."""

    def __init__(self) -> None:
        self.before = {number: signal.getsignal(number) for number in SIGNALS}
        self.kept: int | None = None

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """Keep it."""
        if self.kept is None:
            self.kept = number

    def check(self) -> None:
        """Raise Stopped, or KeyboardInterrupt, if a signal is waiting."""
        if self.kept is None:
            return
        before = self.before[self.kept]
        if callable(before):
            before(self.kept, None)
        raise Stopped(self.kept)


@contextmanager
def signals_held() -> Iterator[Callable[[], None]]:
    """Hold signals back until the next call of what is yielded, so that none falls into a step, a record or a save.

    Ctrl-C is held, unless it is ignored, and what else `signals_raised` takes. One may stand inside another, and is one
    with it.
    """
    if outer := _holding():
        yield outer.check
        return
    if not _in_main_thread():
        yield lambda: None  # only the main thread is given signals
        return
    held = Holding()
    # a shell has the programs that it starts in the background ignore Ctrl-C
    raised = signal.SIGINT if held.before[signal.SIGINT] is not signal.SIG_IGN else None
    taken = [n for n in SIGNALS if n == raised or isinstance(held.before[n], Raising)]
    for number in taken:
        signal.signal(number, held)
    try:
        yield held.check
    finally:
        for number in taken:
            signal.signal(number, held.before[number])


def is_held() -> bool:
    """True if a signal is held back now; in any thread."""
    holding = _holding()
    return holding is not None and holding.kept is not None


def _holding() -> Holding | None:
    handlers = map(signal.getsignal, SIGNALS)
    return next((handler for handler in handlers if isinstance(handler, Holding)), None)


def ignore_signals() -> None:
    """From here on no signal changes how the program ends."""
    for number in SIGNALS if _in_main_thread() else ():
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Start processes that are given none of these signals; on Windows this does nothing.

    A terminal sends them to all processes of a command, but only the first can end it in order.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
