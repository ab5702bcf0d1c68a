"""Without a browser or Node the tests of the page are skipped; where the variable of CI is set, they fail."""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

VARIABLE = "COMPARE_PAGE_TOOLS_REQUIRED"


@pytest.mark.parametrize(("value", "ends"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)])
def test_what_is_missing_is_said(
    missing: Callable[[str], NoReturn], monkeypatch: pytest.MonkeyPatch, value: str, ends: type[BaseException]
):
    monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(ends, match=r"^needs a browser$"):
        missing("a browser")


def test_ci_sets_the_variable_and_runs_the_browser(root: Path):
    script = (root / ".ci" / "run").read_text(encoding="utf-8")
    assert f"export {VARIABLE}=1\n" in script.partition('eval "$test_line"')[0]
    assert ".venv/bin/python -m pytest -m browser\n" in script
    assert VARIABLE in (root / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_test_of_the_browser_is_marked():
    files = sorted(Path(__file__).parent.glob("test_browser_*.py"))
    assert files
    marks = [{"speed": "speed"}.get(file.stem.removeprefix("test_browser_"), "browser") for file in files]
    texts = [file.read_text() for file in files]
    assert all(f"\npytestmark = pytest.mark.{mark}\n" in text for mark, text in zip(marks, texts, strict=True))
