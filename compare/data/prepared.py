"""How pictures of any size and mode are made alike."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from compare.errors import InputError

# Pixels: no side is kept longer. A digit in a corner of such a page still has more of them than MNIST's.
SIDE = 1024
# Given the number of steps, a context in which a function is called after each, with a word on what is done.
Watch = Callable[[int], AbstractContextManager[Callable[[str], None]]]
# How the modes of Pillow begin that have no colour.
GREY_MODES = "1", "L", "LA", "I", "F"


def unwatched(_: int) -> AbstractContextManager[Callable[[str], None]]:
    """A Watch that shows nothing."""
    return nullcontext(lambda _: None)


@dataclass(frozen=True)
class Prepared:
    """size: pixels of each side, or None to take pictures as large as they are; grey: without colour.

    Raises InputError for a size that no picture has.
    """

    size: int | None = None
    grey: bool = False

    def __post_init__(self) -> None:
        if self.size is not None and not 1 <= self.size <= SIDE:
            raise InputError(f"--size must lie in 1 ... {SIDE:,}, not {self.size}")

    @property
    def asked(self) -> bool:
        """True if anything is asked for."""
        return self.size is not None or self.grey
