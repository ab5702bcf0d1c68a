"""What the tests of the exercise share: files with some rungs written, and functions without a process of their own."""

import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from compare.backends.user_file import checked
from compare.equations import KNOWN, RUNGS
from compare.exercise.new import exercise_text
from compare.exercise.paper import tasks

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def right_rungs() -> str:
    """The source of a file with all rungs right."""
    return (HERE.parent / "right_rungs.py").read_text()


@pytest.fixture(scope="session")
def written(right_rungs: str) -> Callable[[str, str], Callable]:
    """A function of this name and body, as a worker calls it, with the right rungs beside it."""

    def make(name: str, body: str) -> Callable:
        head = f"def {name}({', '.join(KNOWN[name].parameters)}):\n"
        scope: dict = {}
        exec(compile(f"{right_rungs}\n\n{head}{textwrap.indent(body.strip(), '    ')}\n", "FILE", "exec"), scope)
        return checked(name, scope[name], Path("FILE"))

    return make


@pytest.fixture
def rungs_file(tmp_path: Path, right_rungs: str) -> Callable[..., Path]:
    """Write an exercise with so many rungs right, on paper and in code, after some changes (old text, new text)."""
    pieces = {name: code for code, name in re.findall(r"^(def (\w+).*?)(?=\ndef |\Z)", right_rungs, re.M | re.S)}

    def write(count: int, *changes: tuple[str, str], name: str = "mine.py", paper: int = 11, seed: int = 7) -> Path:
        text, names = exercise_text(seed), list(RUNGS)
        for rung in names[:count]:
            empty = rf"^def {rung}\(.*?raise NotImplementedError\n"
            text = re.sub(empty, lambda _, r=rung: pieces[r].rstrip() + "\n", text, flags=re.M | re.S)
        for task in tasks(seed):
            if names.index(task.rung) < paper:
                answer = repr(list(task.answer) if isinstance(task.answer, tuple) else task.answer)
                text = text.replace(f'"{task.name}": None', f'"{task.name}": {answer}')
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text)
        return path

    return write
