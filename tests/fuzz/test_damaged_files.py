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
    return results | {"stderr": {line for line in done.stderr.splitlines() if not line.endswith("hints begin anew")}}


@pytest.mark.heavy
def test_a_damaged_file_is_read_or_refused_in_one_line(found: dict[str, dict]):
    formats = {name: one for name, one in found.items() if name != "stderr"}
    assert len(formats) == 29
    for name, one in formats.items():
        print(one)
        assert (one["tried"], one["failures"]) == (300, []), name
        assert one["refused"] + one["read"] == 300
        # hints are given whatever is in the file of counts
        assert one["refused"] > 30 or name == "hints", name
        assert one["slowest"] < 5, name
        assert one["grew"] < 300, name


@pytest.mark.heavy
def test_nothing_is_said_besides(found: dict[str, dict]):
    assert found["stderr"] == set()


CASES = {
    "a reader that raises something else": ("raise RuntimeError('odd')", "RuntimeError: odd"),
    "a reader that takes other values": ("return b'0'", "other values"),
    "a reader that says two lines": ("raise InputError('a\\nb')", "a\nb"),
    "a reader that takes all memory": ("return bytes(2**33)", "MemoryError"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_reader_is_found(case: str):
    """The harness itself: a reader that fails on damage is told."""
    body, words = CASES[case]
    code = f"""
import json, sys
sys.argv[1:] = ["bad", "5", "1"]
sys.path.insert(0, {str(RUN.parent)!r})
import run
from shape import Format
from compare.errors import InputError
def read(path):
    content = path.read_bytes()
    if content == b"whole":
        return content
    {body}
run.FORMATS = {{"bad": lambda folder: Format("file", b"whole", read, checked=True)}}
run.main(*sys.argv[1:])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    (one,) = map(json.loads, done.stdout.splitlines())
    assert one["tried"] == len(one["failures"]) == 5
    assert words in one["failures"][0]
