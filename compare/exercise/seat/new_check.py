"""A first test, copied to a file of one's own."""

from importlib.resources import files
from pathlib import Path

from compare.exercise.new import PROGRAM, write_new

SCORE = "exercise --check"


def new_check(path: Path, program: str = PROGRAM) -> str:
    """Write a first test to a file that does not exist yet, and return the command that scores it.

    program: how this program is called. Raises InputError if the file exists, or cannot be written.
    """
    template = files("compare.exercise.seat").joinpath("first_check.py").read_text(encoding="utf-8")
    written = f"{PROGRAM} {SCORE} FILE"
    return write_new(path, f"{program} {SCORE}", lambda command: template.replace(written, command))
