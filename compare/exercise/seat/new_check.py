"""A first test, copied to a file of one's own."""

from importlib.resources import files
from pathlib import Path

from compare.exercise.new import write_new

COMMAND = "python -m compare exercise --check"


def new_check(path: Path) -> str:
    """Write a first test to a file that does not exist yet, and return the command that scores it.

    Raises InputError if the file exists, or cannot be written.
    """
    template = files("compare.exercise.seat").joinpath("first_check.py").read_text(encoding="utf-8")
    return write_new(path, COMMAND, lambda command: template.replace(f"{COMMAND} FILE", command))
