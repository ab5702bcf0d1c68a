"""Stdout, when it is for JSON only."""

import sys
from pathlib import Path
from typing import TextIO

from compare.errors import InputError

STDOUT = Path("-")
_stdout: TextIO | None = None


def claim_stdout() -> None:
    """Keep stdout for JSON: everything else that is printed from here on goes to stderr.

    Raises InputError if stdout is closed.
    """
    global _stdout
    if sys.__stdout__ is None:
        raise InputError("--json -: stdout is closed")
    _stdout, sys.stdout = sys.stdout, sys.stderr


def release_stdout() -> None:
    """Undo `claim_stdout`, if it was called."""
    global _stdout
    if _stdout is not None:
        sys.stdout, _stdout = _stdout, None


def stdout() -> TextIO:
    """Where JSON goes that is for stdout."""
    return _stdout or sys.stdout
