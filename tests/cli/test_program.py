"""How this program was called."""

import pytest

from compare.cli.program import again, program


@pytest.mark.parametrize(
    ("called", "name"),
    [("/usr/bin/softmax-twice", "softmax-twice"), ("C/softmax-twice.exe", "softmax-twice"),
     ("/somewhere/compare/__main__.py", "python -m compare"), ("pytest", "python -m compare")],
)  # fmt: skip
def test_the_script_or_the_module(monkeypatch: pytest.MonkeyPatch, called: str, name: str):
    monkeypatch.setattr("sys.argv", [called])
    assert program() == name


@pytest.mark.parametrize(
    ("typed", "command"),
    [([], "--seed 2"), (["--seed", "1", "--lr", "0.1"], "--lr 0.1 --seed 2"), (["--seed=1"], "--seed 2"),
     (["prove", "--data", "my digits.csv"], "prove --data 'my digits.csv' --seed 2"),
     (["--run", "a", "--seed", "1", "--bug=x"], "--bug=x --seed 2")],
)  # fmt: skip
def test_the_same_command_with_another_value(monkeypatch: pytest.MonkeyPatch, typed: list[str], command: str):
    monkeypatch.setattr("sys.argv", ["softmax-twice", *typed])
    assert again("--seed", "2", without=("--seed", "--run")) == f"softmax-twice {command}"
