"""A first test, copied to a file of one's own."""

import shlex
from importlib.resources import files
from pathlib import Path

from compare.errors import InputError
from compare.files import whole_file

COMMAND = "python -m compare exercise --check"


def new_check(path: Path) -> str:
    """Write a first test to a file that does not exist yet, and return the command that scores it.

    Raises InputError if the file exists, or cannot be written.
    """
    command = f"{COMMAND} {shlex.quote(str(path))}"
    template = files("compare.exercise.seat").joinpath("first_check.py").read_text(encoding="utf-8")
    # the command stands in a docstring, which some file names would end or change
    if command.isprintable() and not {'"', "\\"} & {*command}:
        template = template.replace(f"{COMMAND} FILE", command)
    if path.exists() or path.is_symlink():
        raise InputError(f"--new {path}: exists already; choose another name")
    try:
        with whole_file(path) as stream:
            stream.write(template.encode())
    except OSError as error:
        raise InputError(f"--new {path}: cannot be written: {error.strerror}") from None
    return command
