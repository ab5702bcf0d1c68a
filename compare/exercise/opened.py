"""A learner's file, opened: what ANSWERS has that Python cannot take is told in terms of the answer."""

import re
from pathlib import Path

from compare.backends.worker import Worker
from compare.errors import InputError
from compare.exercise.answers import MATHS
from compare.exercise.source import Source
from compare.files import short_path

# Seconds for one call, unless a learner says otherwise. The longest of a loop over images, classes and pixels takes a
# fifth of it on the usual data; one that never ends should be told soon.
TIME_LIMIT = 60.0
# Seconds that a learner's test may take for one set of functions, unless a user says otherwise.
TEST_TIME_LIMIT = 10.0
# A number with a comma as the value of a key, or as the first of a list.
COMMA = re.compile(r":\s*\[?\s*-?\d+,\d")


def opened(path: Path, time_limit: float = TIME_LIMIT) -> Worker:
    """The functions of the file. time_limit: seconds for one call.

    Raises InputError, naming file and line, if it cannot be run, or has an answer that Python cannot read.
    """
    if fault := _fault(path):
        raise InputError(f"{short_path(path)}, line {fault}")
    return Worker(path, time_limit)


def _fault(path: Path) -> str:
    """The line and what to do there; empty if all answers can be read. Other faults are told where the file is run."""
    try:
        source = Source(path)
    except SyntaxError as error:
        comma = error.text and COMMA.search(error.text)
        return f"{error.lineno}: write a decimal point, not a comma, as in 0.5" if comma else ""
    except (OSError, ValueError, RecursionError, MemoryError):
        return ""
    return next((f"{line}: {_advice(name, text)}" for line, name, text in source.unquoted()), "")


def _advice(name: str, text: str) -> str:
    if name in MATHS:
        return f"{name} has no value in ANSWERS: write np.{name}"
    return f'{text} stands in ANSWERS without quotes. Letters need quotes: "{text}"'
