"""Signals as a program in a terminal has them."""

import signal
from collections.abc import Iterator

from compare.signals import SIGNALS


def none_ignored() -> Iterator[None]:
    """While it is iterated no signal is ignored; then all is as before."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in [number for number in SIGNALS if before[number] is signal.SIG_IGN]:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
