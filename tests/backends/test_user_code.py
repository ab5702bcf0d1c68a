"""What a user's file raises is told as it is, in one line, whatever its class answers."""

from pathlib import Path

import numpy as np
import pytest

from compare.backends.user_file import UserFile, UserFileError

ODD_ERRORS = {
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "raises KeyboardInterrupt"),
    "SystemExit": ("raise SystemExit(3)", "raises SystemExit: 3"),
    "without a name": (
        "raise type('M', (type,), {'__name__': property(lambda _: 1 / 0)})('E', (Exception,), {})('why')",
        "raises E: why",
    ),
    "without any name": ("raise type('', (Exception,), {})('why')", "raises an error: why"),
    "of two lines": ("raise type('a\\nb', (Exception,), {})('c\\rd\\x1b')", r"raises a\\nb: c\\rd\\x1b"),
    "that cannot be printed": (
        "raise type('E', (ValueError,), {'__str__': lambda _: 1 / 0})()",
        "raises E: an error that cannot be printed",
    ),
    "whose text is of a class": (
        "T = type('T', (str,), {'strip': exit}); raise type('E', (Exception,), {'__str__': lambda _: T('a')})()",
        "raises E: a",
    ),
    "whose traceback is none": (
        "raise type('E', (Exception,), {'__traceback__': property(lambda _: 1 / 0)})('why')",
        "raises E: why",
    ),
    "whose class is none": (
        "raise type('E', (Exception,), {'__class__': property(lambda _: 1 / 0)})('why')",
        "raises E: why",
    ),
    "that passes a file without a name": (
        "exec(compile('1 / 0', '\\ud800', 'exec'))",
        "raises ZeroDivisionError: division by zero",
    ),
    "with a surrogate": ("raise ValueError('\\ud800')", r"raises ValueError: \\ud800"),
}


@pytest.mark.parametrize("case", ODD_ERRORS)
def test_whatever_is_raised_is_told_of_the_function(user_file, one_function, case: str):
    body, words = ODD_ERRORS[case]
    logits = UserFile(Path(user_file(one_function("logits", body)))).equations().logits
    with pytest.raises(UserFileError, match=rf"mine.py, line 5: logits \(E1\) {words}$"):
        logits(np.ones((2, 3)), np.ones((4, 3)), np.ones(4))
