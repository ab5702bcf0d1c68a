"""How this program was called."""

import pytest

from compare.cli.program import program


@pytest.mark.parametrize(
    ("called", "name"),
    [("/usr/bin/softmax-twice", "softmax-twice"), ("C/softmax-twice.exe", "softmax-twice"),
     ("/somewhere/compare/__main__.py", "python -m compare"), ("pytest", "python -m compare")],
)  # fmt: skip
def test_the_script_or_the_module(monkeypatch: pytest.MonkeyPatch, called: str, name: str):
    monkeypatch.setattr("sys.argv", [called])
    assert program() == name
