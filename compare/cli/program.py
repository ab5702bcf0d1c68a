"""How this program was called, for commands that one copies."""

import shlex
import sys
from pathlib import Path

SCRIPT, MODULE = "softmax-twice", "python -m compare"


def program() -> str:
    """The script, where that was called; else the module, which a folder without this package may not find."""
    return SCRIPT if Path(sys.argv[0]).stem == SCRIPT else MODULE


def again(*more: str, without: tuple[str, ...] = ()) -> str:
    """The command that was called, with these arguments more, and without these options and their values."""
    kept: list[str] = []
    arguments = iter(sys.argv[1:])
    for argument in arguments:
        if argument in without:
            next(arguments, None)
        elif argument.partition("=")[0] not in without:
            kept.append(argument)
    return f"{program()} {shlex.join([*kept, *more])}"
