"""How long a command takes: said before it starts, and while it works."""

import itertools
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from compare.report.tables import plain_console
from compare.words import per_cent

# From so many seconds on a command says how long it takes before it starts.
ANNOUNCED_SECONDS = 10.0


def announce(seconds: float, quiet: bool) -> None:
    """Say how long it takes, before it starts, if it takes long."""
    if not quiet and seconds >= ANNOUNCED_SECONDS:
        say(f"this takes about {duration(seconds)}")


def duration(seconds: float) -> str:
    """A time as people say it.

    >>> duration(0.8), duration(48), duration(400), duration(9000)
    ('1 second', '50 seconds', '7 minutes', '2.5 hours')
    """
    if seconds >= 5400:
        return f"{seconds / 3600:.1f} hours"
    if seconds >= 90:
        return f"{seconds / 60:.0f} minutes"
    whole = max(1, round(seconds, -1 if seconds > 20 else None))
    return f"{whole:.0f} second" + ("s" if whole > 1 else "")


def say(text: str) -> None:
    """A line on stderr while a command works. Raises BrokenPipeError if nobody reads it; a full disk is passed over."""
    try:
        print(text, file=sys.stderr, flush=True)
    except BrokenPipeError:
        raise
    except OSError:
        pass


def tell(text: str) -> None:
    """A last line on stderr: it changes nothing that nobody reads it."""
    with suppress(BrokenPipeError):
        say(text)


@contextmanager
def progress(steps: int, quiet: bool, plain: bool = True, after: float = 0.0) -> Iterator[Callable[[str], None]]:
    """Yield a function to call after each step: a bar on a terminal, else (if `plain`) a line at each quarter.

    after: seconds before which no line is worth printing.
    """
    console = plain_console(stderr=True)
    if quiet or not (console.is_terminal or plain):
        yield lambda _: None
    elif not console.is_terminal:
        yield _lines(steps, after)
    else:
        # most commands need no bar
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        share = TextColumn("[progress.percentage]{task.percentage:>3.0f} %")
        columns = TextColumn("{task.description}", markup=False), BarColumn(), share, TimeRemainingColumn()
        # where stdout is a file, its lines belong there and not above the bar
        bar = Progress(*columns, console=console, transient=True, redirect_stdout=sys.stdout.isatty())
        task = bar.add_task("", total=steps)
        bar.start()
        try:
            yield lambda what: bar.update(task, advance=1, description=what)
        finally:
            # a terminal that was closed must not hide why the work ended
            with suppress(OSError):
                bar.stop()


def _lines(steps: int, after: float) -> Callable[[str], None]:
    done, began = itertools.count(1), time.perf_counter()

    def line(what: str) -> None:
        quarters, rest = divmod(4 * next(done), steps)
        if rest < 4 and 0 < quarters < 4:
            spent = time.perf_counter() - began
            if spent >= after:
                say(f"{per_cent(quarters / 4)}: {what}, about {duration(spent * (4 - quarters) / quarters)} left")

    return line
