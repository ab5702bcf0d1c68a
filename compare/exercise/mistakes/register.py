"""What a mistake in a rung is, and the register of them all."""

from collections.abc import Callable
from typing import NamedTuple


class Mistake(NamedTuple):
    """A mistake: its name in words, its rung, what one believes, what to think of instead, and the wrong function.

    bug: its name in the catalogue, if it is there too.
    """

    name: str
    rung: str
    belief: str
    lesson: str
    function: Callable
    bug: str = ""


MISTAKES: list[Mistake] = []


def mistake(rung: str, belief: str, lesson: str, bug: str = "") -> Callable:
    """Register the decorated function as a mistake in a rung."""

    def register(written: Callable) -> Callable:
        MISTAKES.append(Mistake(written.__name__.replace("_", " "), rung, belief, lesson, written, bug))
        return written

    return register
