"""What a command writes at its end: one output that fails keeps no other from being written, and each is named."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from compare.errors import InputError


class Outputs:
    """Writes each output in `write` or `one`; around the printing of the result, `named` tells what came of it."""

    def __init__(self) -> None:
        self.faults: list[Exception] = []
        self._written: list[str] = []

    def write(self, what: str, path: Path | None, write: Callable[[Path], object]) -> None:
        """Write one output if there is a path for it; `what` says in a word what is there then."""
        if path:
            with self.one():
                write(path)
                self.wrote(what, path)

    def wrote(self, what: str, path: Path) -> None:
        """Let `named` name an output."""
        self._written.append(f"{what}: {path}")

    @contextmanager
    def named(self, quiet: bool = False) -> Iterator[None]:
        """Print the result inside; below it stands each output by its path. Then raise what failed; see `check`."""
        try:
            yield
            for line in [] if quiet else self._written:
                print(line)
        finally:
            self.check()

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
