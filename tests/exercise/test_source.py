"""What stands in a file without running it: answers, seed, whose code it is, and whether it has changed."""

import math
from pathlib import Path

import pytest

from compare.exercise.source import DEFAULT_SEED, Source


def test_answers_are_plain_values(source):
    text = (
        'SEED = 12\nANSWERS = {"a": 1.5, "b": -1 / 3, "c": "x", "d": None, "e": [1, -2.5], "f": (0.5 + 1, 2), '
        '"g": np.log(2) - math.exp(1), "h": [1, "x"], "i": 1 / 0, "j": ""}\n'
    )
    found = source(text)
    assert (found.seed, found.asked) == (12, True)
    assert found.answers == {
        "a": 1.5, "b": -1 / 3, "c": "x", "d": None, "e": (1.0, -2.5), "f": (1.5, 2.0), "g": math.log(2) - math.e,
        "h": "[1, 'x']", "i": "1 / 0", "j": None,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["SEED = 12", "SEED = 3 * 4", "SEED: int = 12"])
def test_the_seed_may_be_arithmetic(source, text: str):
    assert source(text).seed == 12


@pytest.mark.parametrize(
    "text", ["", "SEED = 1.5", "SEED = [1]", "SEED = -3", "SEED = 'a'", "SEED = True", "SEED: int"]
)
def test_another_seed_is_none(source, text: str):
    found = source(text)
    assert (found.seed, found.asked, found.answers) == (DEFAULT_SEED, False, {})


def test_names_without_a_value_in_answers_are_found(source):
    text = 'import numpy as np\nz = 3\nANSWERS = {\n"a": b,\n"c": X @ W.T,\n"d": np.log(z),\n"e": [x for x in [1]]}\n'
    assert list(source(text).unquoted()) == [(4, "b", "b"), (5, "X", "X @ W.T"), (5, "W", "X @ W.T")]
    assert list(source("from numpy import *\nANSWERS = {'a': log(4)}").unquoted()) == []
    assert list(source("").unquoted()) == []


def test_a_file_in_another_encoding_is_read_as_python_reads_it(tmp_path: Path):
    path = tmp_path / "mine.py"
    path.write_bytes("# -*- coding: latin-1 -*-\nSEED = 4\n# größe\n".encode("latin-1"))
    assert Source(path).seed == 4


def test_the_fingerprint_follows_the_code_and_what_it_uses(source):
    helped = "def dot(A, B):\n    return A @ B\n\ndef logits(X, W, b):\n    return dot(X, W.T) + b\n\nother = 3\n"
    before = source(helped).fingerprint("logits")
    assert source("# a comment\n" + helped.replace("other = 3", "other = 4")).fingerprint("logits") == before
    assert source(helped.replace("A @ B", "B @ A")).fingerprint("logits") != before
    assert source(helped.replace("+ b", "- b")).fingerprint("logits") != before


@pytest.mark.parametrize(
    ("body", "loops"),
    [("X @ W.T + b", False), ("np.array([W @ x for x in X]) + b", True), ("sum(X) + b", False), ("helped(X)", True)],
)
def test_a_loop_is_seen_also_in_what_is_used(source, body: str, loops: bool):
    helper = "def helped(X):\n    while True:\n        return X\n"
    assert source(f"{helper}\ndef logits(X, W, b):\n    return {body}\n").has_loop("logits") == loops


def test_a_file_without_its_answers_is_asked_again(tmp_path: Path):
    path = tmp_path / "mine.py"
    for text, asked in (
        ("def logits(X, W, b): ...", False),
        ("def weight_gradient(X, dZ): ...", True),
        ("def one_epoch(X): ...", True),
        ("ANSWERS = {}", True),
    ):
        path.write_text(text)
        assert Source(path).asked == asked
