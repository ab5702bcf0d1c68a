"""Values of options that Typer lets pass: an empty one, a number of any length, one file for two purposes."""

import os
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from compare.backends.by_name import is_path
from compare.errors import InputError

# A seed may have 128 bits, which are 39 digits; nothing else comes near.
MOST_DIGITS = 39
# The parameters that name a file to be written, and those that may name one to be read.
WRITTEN = "save", "json", "picture", "out"
READ = "resume", "checkpoint", "image", "path", "again", "backend", "backend_name", "against"
# A training may go on in its own file, and a page be made again in its own.
MAY_SHARE = {("save", "resume"), ("out", "again")}


def check_values(args: Iterable[str]) -> None:
    """Raise InputError for what is typed, and cannot be meant, whatever it is for."""
    for name, value in _pairs(args):
        if "\0" in value:
            raise InputError(f"{name or 'an argument'} has a NUL in it, which no name has")
        if not value:
            raise InputError(f"{name or 'an argument'} is empty; give it a value, or omit it")
        digits = value.strip().lstrip("+-").replace("_", "")
        # a file may have such a name, but not of so many letters
        if digits.isdigit() and len(digits) > 255:
            raise InputError(f"{name or 'an argument'} has {len(digits):,} digits; a number has {MOST_DIGITS} at most")


def check_numbers(given: dict[str, Any]) -> None:
    """Raise InputError for a whole number that is too long to compute with."""
    for name, value in given.items():
        if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
            raise InputError(f"{_option(name)} has {len(str(abs(value))):,} digits; a number has {MOST_DIGITS} at most")


def check_files(given: dict[str, Any]) -> None:
    """Raise InputError if a file is to be written that something else of the command is in, or goes to."""
    used = [(name, str(given[name])) for name in (*WRITTEN, *READ) if given.get(name) is not None]
    files = [(name, value) for name, value in used if _is_file(name, value)]
    for (name, value), (other, its) in combinations(files, 2):
        if name in WRITTEN and (name, other) not in MAY_SHARE and os.path.realpath(value) == os.path.realpath(its):
            raise InputError(f"{_option(name)} {value}: is the file of {_option(other)} too; choose another name")


def _is_file(name: str, value: str) -> bool:
    """True unless this is stdout, the name of a side, a pipe or a terminal."""
    by_name = value == "-" or (name in ("backend", "backend_name", "against") and not is_path(value))
    return not by_name and (os.path.isfile(value) or not os.path.exists(value))


def _pairs(args: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each value, and the option before it."""
    before = ""
    for arg in args:
        name, equals, value = arg.partition("=")
        if arg.startswith("--"):
            if equals:
                yield name, value
            before = "" if equals else arg
        else:
            yield before, arg
            before = ""


def _option(name: str) -> str:
    """The option of a parameter, as it is typed."""
    known = {"checkpoint": "CHECKPOINT", "path": "FILE", "backend_name": "--backend", "run_name": "--run"}
    return known.get(name, f"--{name.replace('_', '-')}")
