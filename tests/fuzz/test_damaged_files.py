"""Damaged files of every format: nothing but one line comes out, in bounded memory and time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).with_name("run.py")


@pytest.fixture(scope="module")
def found() -> dict[str, dict]:
    """What came of 300 damaged files of each format, and what was written to stderr."""
    line = [sys.executable, RUN, "all", "300", "1"]
    done = subprocess.run(line, capture_output=True, text=True, timeout=300)
    results = {one["format"]: one for one in map(json.loads, done.stdout.splitlines())}
    return results | {"stderr": {*done.stderr.splitlines()}}


@pytest.mark.heavy
def test_a_damaged_file_is_read_or_refused_in_one_line(found: dict[str, dict]):
    formats = {name: one for name, one in found.items() if name != "stderr"}
    assert len(formats) == 28
    for name, one in formats.items():
        print(one)
        assert (one["tried"], one["failures"]) == (300, []), name
        assert one["refused"] + one["read"] == 300
        assert one["refused"] > 30, name
        assert one["slowest"] < 5, name
        assert one["grew"] < 300, name


@pytest.mark.heavy
def test_nothing_is_said_besides(found: dict[str, dict]):
    assert found["stderr"] == set()


# What a reader does with a damaged file, and what is said of it.
BAD = {
    "raise RuntimeError('odd')": "RuntimeError: odd",
    "return b'0'": "other values",
    "raise InputError('a' + chr(10) + 'b')": "a\nb",
    "return bytes(2**33)": "MemoryError",
}
HARNESS = f"""
import json, sys
sys.path.insert(0, {str(RUN.parent)!r})
import run
from compare.errors import InputError
from shape import Format
def format_of(body):
    scope = {{"InputError": InputError}}
    code = "def read(path):\\n    if path.read_bytes() == b'whole': return b'whole'\\n    "
    exec(code + body, scope)
    return lambda folder: Format("file", b"whole", scope["read"], checked=True)
run.FORMATS = {{body: format_of(body) for body in {[*BAD]!r}}}
run.main("all", "5", "1")
"""


def test_a_bad_reader_is_found():
    """The harness itself: a reader that fails on damage is told."""
    done = subprocess.run([sys.executable, "-c", HARNESS], capture_output=True, text=True, timeout=60)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["format"] for one in found] == [*BAD]
    for one in found:
        assert one["tried"] == len(one["failures"]) == 5
        assert BAD[one["format"]] in one["failures"][0]
