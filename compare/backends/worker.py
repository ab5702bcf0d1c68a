"""A user's file in a process of its own: what it ends, prints or breaks changes no result.

The command line runs itself again in a child. The child leaves a receipt when it has a result; without one there is
none, whatever its exit code. A mark in shared memory tells which function was running when the child died.
"""

import mmap
import os
import secrets
import signal
import struct
import subprocess
import sys
import tempfile
import warnings
from contextlib import suppress
from pathlib import Path

from compare.equations import FUNCTIONS
from compare.errors import InputError

VARIABLE = "COMPARE_CHILD"
# Which function (0: none yet), and how many calls there were of any.
MARK = struct.Struct("=qq")

receipt: Path | None = None
_token = ""
_marks: mmap.mmap | None = None
_calls = 0


def run_apart(paths: list[str]) -> int | None:
    """Run this command line again in a child, and return its exit code; None in the child itself, which goes on.

    Raises InputError, naming the files, if the child ended without a result.
    """
    if receipt is not None:
        return None
    with tempfile.TemporaryDirectory() as name:
        folder, token = Path(name), secrets.token_hex(16)
        (folder / "marks").write_bytes(bytes(MARK.size))
        code = _run_child({**os.environ, VARIABLE: f"{token} {folder}"})
        left = folder / "receipt"
        if not left.exists() or left.read_text() != f"{token} {code}":
            raise _without_result(paths, code, *MARK.unpack((folder / "marks").read_bytes()))
        return code


def become_child() -> None:
    """If this process is such a child: keep stdout for the report, and send what others write there to stderr."""
    global receipt, _token, _marks
    if VARIABLE not in os.environ:
        return
    # not left where the user's file would look first
    _token, folder = os.environ.pop(VARIABLE).split(" ", 1)
    receipt = Path(folder, "receipt")
    with Path(folder, "marks").open("r+b") as file:
        _marks = mmap.mmap(file.fileno(), MARK.size)
    # what NumPy or Python would warn of in the user's file is told in words
    warnings.simplefilter("ignore")
    if sys.stdout and sys.stderr:
        sys.stdout = os.fdopen(os.dup(1), "w", encoding=sys.stdout.encoding, errors="replace")
        os.dup2(2, 1)


def mark(function: int) -> None:
    """Note that a function is called: it may be the last thing that is known of this process."""
    global _calls
    if _marks is not None:
        _calls += 1
        MARK.pack_into(_marks, 0, function, _calls)


def finish(code: int) -> None:
    """End the child, if this is one, at once: neither its threads nor what it does at exit can change the result."""
    if receipt is None:
        return
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError, ValueError):
            stream.flush()
    receipt.write_text(f"{_token} {code}")
    os._exit(code)


def _run_child(environment: dict[str, str]) -> int:
    # Ctrl-C is the child's to answer; a handler, unlike SIG_IGN, is not inherited
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run([sys.executable, "-m", "compare", *sys.argv[1:]], env=environment).returncode
    finally:
        signal.signal(signal.SIGINT, before)


def _without_result(paths: list[str], code: int, function: int, calls: int) -> InputError:
    titles = ("", *(f"{name} ({function.tag}) " for name, function in FUNCTIONS.items()))
    where = f" in call {calls} of its functions" if function else " while it was loaded"
    return InputError(f"{', '.join(paths)}: {titles[function]}ended the whole process, with code {code},{where}")
