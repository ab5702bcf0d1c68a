"""One way to write a share in per cent."""

import math
import re
from pathlib import Path

import pytest

from compare.words import counted, of_budget, per_cent, points, printable

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("share", "places", "text"),
    [
        (0.784, 0, "78 %"),
        (1.0, 0, "100 %"),
        (99.4, 0, "9940 %"),
        (100.0, 0, "1e+02 x"),
        (4.26e5, 0, "4e+05 x"),
        (0.105, 1, "10.5 %"),
        (0.91401, 2, "91.40 %"),
        (-0.02, 1, "-2.0 %"),
        (0.2, None, "20 %"),
        (0.025, None, "2.5 %"),
        (1000.0, None, "1e+05 %"),
        (math.inf, 1, "inf"),
        (math.nan, None, "nan"),
    ],
)
def test_a_share(share: float, places: int | None, text: str):
    assert per_cent(share, places) == text


@pytest.mark.parametrize(
    ("used", "text"),
    [
        (0.784, "78 % of the budget"),
        (1.0, "100 % of the budget"),
        (1.004, "1.004 times the budget"),
        (3.0, "3 times the budget"),
        (300.0, "300 times the budget"),
        (4.26e5, "4.26e+05 times the budget"),
    ],
)
def test_a_share_of_the_budget(used: float, text: str):
    assert of_budget(used) == text


@pytest.mark.parametrize("used", [math.inf, math.nan])
def test_what_is_not_finite_has_no_share_of_the_budget(used: float):
    assert of_budget(used) == "not finite"


@pytest.mark.parametrize("what", ["epoch", "step", "image"])
def test_one_is_singular(what: str):
    assert [counted(n, what) for n in (0, 1, 2, 1000)] == [f"0 {what}s", f"1 {what}", f"2 {what}s", f"1,000 {what}s"]
    assert [counted(n, "batch") for n in (1, 2)] == ["1 batch", "2 batches"]


def test_a_difference_of_shares_is_in_points():
    assert points(0.745 - 0.914) == "-16.9 percentage points"
    assert points(1.0) == "100.0 percentage points"


def test_nobody_writes_it_otherwise():
    # the page fills its sentences in itself
    for path in Path(ROOT, "compare").rglob("*.py"):
        if path.name not in ("words.py", "notes.py"):
            assert not re.search(r"\.\d%|\d%[^a-z]|\} %", path.read_text().replace(":>3.0f} %", "")), path


def test_what_a_terminal_would_obey_is_written_out():
    assert printable("größe [x] \33[2J\u202e\udcff") == "größe [x] \\x1b[2J\\u202e\\udcff"
