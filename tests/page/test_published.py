"""The page that is published: the present code makes the same bytes of its recording, and a new run agrees with it."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from compare.page.build import recording_of
from compare.page.content import Content, content
from compare.page.packing import unpack
from compare.page.reading import moments
from compare.page.recording import FIELDS, Recording, record
from compare.problem import Problem

AGAIN = "python -m compare page --recording docs/index.html --out docs/index.html"
EXACT = "lit", "pixels", "labels", "order", "W0", "b0", "hits"


@pytest.fixture(scope="module")
def committed(root: Path) -> Path:
    return root / "docs" / "index.html"


@pytest.fixture(scope="module")
def new(published: Problem) -> Recording:
    return record(published)


def test_the_present_code_makes_the_same_bytes_of_its_recording(cli: Callable, committed: Path, tmp_path: Path):
    again = tmp_path / "again.html"
    assert cli("page", "--recording", committed, "--out", again, "--quiet") == (0, "", "")
    assert committed.stat().st_size <= 1_500_000
    same = again.read_bytes() == committed.read_bytes()
    assert same, f"the code of the page has changed; write docs/index.html again: {AGAIN}"


def test_how_it_is_made_again_is_said(root: Path):
    assert AGAIN in (root / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.heavy
def test_a_new_recording_agrees_within_the_budgets(committed: Path, new: Recording):
    """The committed values beside new ones of the same side: each quantity has the budget that the two sides have."""
    facts, packed = recording_of(committed.read_text(encoding="utf-8"))
    arrays, expected = unpack(packed), content(new)
    assert facts == json.loads(json.dumps(expected.facts))
    assert arrays.keys() == expected.arrays.keys()
    for name in EXACT:
        np.testing.assert_array_equal(arrays[name], expected.arrays[name], name)
    # a budget is a size, of which no more digits matter
    np.testing.assert_allclose(arrays["limits"], new.limits, rtol=1e-9)
    assert (np.abs(arrays["loss"] - new.loss) <= new.limits).all()
    np.testing.assert_allclose(arrays["history"], new.history, rtol=0, atol=new.limits.max())
    for moment, (number, *sides) in zip(new.moments, moments(Content(facts, arrays)), strict=True):
        np.testing.assert_allclose(arrays[f"{number}/limits"], moment.limits, rtol=1e-9)
        for step, values in zip(moment.steps, sides, strict=True):
            for field, limit in zip(FIELDS, moment.limits, strict=True):
                assert np.abs(values[field] - getattr(step, field)).max() <= limit, (number, field)
