"""The text of a user's file as code, and what is said of an error that it raises: its line, its kind, its words."""

import re
import traceback
import types
from collections.abc import Collection
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np

from compare.data.regular_files import read_bytes
from compare.errors import InputError
from compare.files import short_path
from compare.words import printable

# How the name of the module begins that a file is run as.
MODULE = "user_file_"
# Characters of an error of Python that are shown: of a longer one so many from its end.
LONGEST, END = 90, 36


def compiled(path: Path) -> types.CodeType:
    """The code of a file. Raises InputError, naming file and line, if it cannot be read or is not valid Python."""
    shown = short_path(path)
    try:
        # bytes: Python itself sees to the encoding that the file names
        return compile(read_bytes(path), str(path), "exec")
    except OSError as error:
        raise InputError(f"{shown}: cannot be read: {error.strerror}") from None
    except SyntaxError as error:
        where = f", line {error.lineno}" if error.lineno else ""
        raise InputError(f"{shown}{where}: is not valid Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"{shown}: is not valid Python: {_first_line(error)}") from None


def raised(error: BaseException) -> str:
    """An error in words, as `raises ValueError: ...`."""
    return f"raises {_name_of(error) or 'an error'}: {_first_line(error)}".rstrip(": ")


def said(error: BaseException) -> str:
    """All that an error says, as plain text, whatever its class does when it is asked."""
    try:
        # what it returns may be of a class of its own too
        return str.__str__(str(error))
    except BaseException:
        return "an error that cannot be printed"


def _first_line(error: BaseException) -> str:
    line = said(error).strip().partition("\n")[0].rstrip(".")
    line = re.sub(r"Input operand \d has a mismatch .* \((size \d+ is different from \d+)\)$", r"\1", line)
    line = re.sub(r"Input (operand .*), gufunc core with signature \S+ requires", r"\1, and needs", line)
    return printable(line if len(line) <= LONGEST else _without_its_middle(line))


def _without_its_middle(line: str) -> str:
    """The beginning and the end of a long line, in whole words as far as there are any."""
    first, last = line[: LONGEST - END], line[-END:]
    return f"{first.rpartition(' ')[0] or first} … {last.partition(' ')[2] or last}"


def line_of(error: BaseException, path: Path, others: Collection[str] = ()) -> str:
    """`, line N` for the last line of this file that the error passed; empty if there is none.

    others: functions whose lines are not looked at, because one is told where they are called.
    """
    # not what its class gives, and without a look at the files, whose names may be any text
    steps = traceback.walk_tb(BaseException.__dict__["__traceback__"].__get__(error))
    here = [(frame, number) for frame, number in steps if str.__eq__(frame.f_code.co_filename, str(path)) is True]
    own = list(takewhile(lambda step: step[0].f_code.co_name not in others, here))
    return f", line {own[-1][1]}" if own else ""


def kind_of(value: Any) -> str:
    """The type of a value with its article, as `a list`."""
    if value is None:
        return "None"
    if type(value) is np.ndarray:
        return "an array"
    name = _name_of(value) or "object of a class without a name"
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def _name_of(value: Any) -> str:
    """The name of its class as it is, whatever that class gives as its name."""
    return printable(type.__dict__["__name__"].__get__(type(value)))
