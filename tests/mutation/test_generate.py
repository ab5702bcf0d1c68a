"""Which one-line changes are found."""

import runpy
from pathlib import Path

import pytest

MUTANTS = runpy.run_path(str(Path(__file__).with_name("generate.py")))["mutants"]

FOUND = {
    "a < b": {"a <= b"},
    "x = a + 2 * b": {"x = a - 2 * b", "x = a + 3 * b", "x = a + 2 / b"},
    "x = a and b": {"x = a or b"},
    "f(a, b, c=1)": {"pass", "f(b, a, c=1)", "f(a, b)", "f(a, b, c=2)"},
    "if a: b = min(c)": {"if not (a): b = min(c)", "if a: b = max(c)"},
    "x = True": {"x = False"},
    "x = -0.5": {"x = 0.5", "x = -5.0"},
    "x: Literal[1] = y": set(),
    "zip(a, b, strict=True)": {"pass", "zip(b, a, strict=True)"},
    "x = np.maximum(a, b)": set(),
    "if TYPE_CHECKING: f(1)": set(),
    "x = new_figure(1, a + 2)": set(),
    "x = plot(a, b, ms=4, n=1)": {"x = plot(b, a, ms=4, n=1)", "x = plot(a, b, ms=4, n=2)", "x = plot(a, b, ms=4)"},
    "legend(a, frameon=False, n=1)": {"pass", "legend(a, frameon=False, n=2)", "legend(a, frameon=False)"},
    "x = f'{a + 1}'": set(),
    "x = 'ä' + g(a, 3)": {"x = 'ä' + g(3, a)", "x = 'ä' + g(a, 4)"},
}


@pytest.mark.parametrize("source", FOUND)
def test_changes_of_a_line(source: str, tmp_path: Path):
    path = tmp_path / "code.py"
    path.write_text(source, encoding="utf-8")
    assert {mutant.apply(source) for mutant in MUTANTS(path, "code.py")} == FOUND[source]
