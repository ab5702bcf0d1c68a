"""What a command writes at its end: one output that fails keeps no other from being written."""

from collections.abc import Iterator
from contextlib import contextmanager

from compare.errors import InputError


class Outputs:
    """Writes each output in `one`, and tells in `check` what failed."""

    def __init__(self) -> None:
        self.faults: list[Exception] = []

    @contextmanager
    def one(self, kinds: tuple[type[Exception], ...] = (InputError, OSError)) -> Iterator[None]:
        """Write one output; that it fails, by an error of these kinds, is kept for `check`."""
        try:
            yield
        except kinds as error:
            self.faults.append(error)

    def check(self) -> None:
        """Raise what failed: InputError if it was a file, OSError if it was stdout."""
        files = [error for error in self.faults if isinstance(error, InputError)]
        if files:
            raise InputError("; ".join(map(str, files)))
        for error in self.faults:
            raise error
