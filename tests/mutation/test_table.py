"""The table of changes stays usable: each change can still be made, and the test that must go red is still there."""

import re
import runpy
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CHANGES = runpy.run_path(str(HERE / "table.py"))["CHANGES"]


def test_there_are_enough_and_none_twice():
    assert len({row[:3] for row in CHANGES}) == len(CHANGES) >= 80


@pytest.mark.parametrize("row", CHANGES, ids=range(len(CHANGES)))
def test_a_row_can_be_used(row: tuple[str, str, str, str]):
    path, old, new, test = row
    source = Path(ROOT, path).read_text(encoding="utf-8")
    assert source.count(old) == 1
    compile(source.replace(old, new), path, "exec")
    file, _, name = test.partition("::")
    assert re.search(rf"^def {re.escape(name.partition('[')[0])}\(", Path(ROOT, file).read_text(), re.MULTILINE)
