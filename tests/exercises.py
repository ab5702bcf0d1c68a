"""Writes exercises in which some of the work is done; the fixtures of conftest.py run this."""

import re
from collections.abc import Iterable
from pathlib import Path

from compare.equations import RUNGS
from compare.exercise.new import exercise_text
from compare.exercise.paper import tasks

HERE = Path(__file__).parent
SIX = (HERE / "right_functions.py").read_text()
# what is right of the other rungs comes after the six functions that it uses
ALL = SIX + (HERE / "right_rungs.py").read_text().partition("import numpy as np\n")[2]
NAMES = list(RUNGS)
SEED = 7


def six(folder: Path, *names: str, change: tuple[str, str] = ("", "")) -> Path:
    """Six functions, as an exercise had before there were rungs, these of them right, after one change."""
    text = _filled((HERE / "six_functions.py").read_text(), SIX, names)
    return _write(folder / "mine.py", text, [change])


def rungs(folder: Path, count: int, *changes: tuple[str, str], name: str = "mine.py", paper: int = 11) -> Path:
    """An exercise with so many rungs right in code, and `paper` of them on paper, after some changes."""
    text = _filled(exercise_text(SEED), ALL, NAMES[:count])
    for task in tasks(SEED):
        if NAMES.index(task.rung) < paper:
            text = text.replace(f'"{task.name}": None', f'"{task.name}": {task.answer!r}')
    return _write(folder / name, text, changes)


def _filled(text: str, code: str, names: Iterable[str]) -> str:
    """An exercise with these of its empty functions as they are in some code."""
    pieces = {name: piece for piece, name in re.findall(r"^(def (\w+).*?)(?=\ndef |\Z)", code, re.M | re.S)}
    for name in names:
        empty = rf"^def {name}\(.*?raise NotImplementedError\n"
        text = re.sub(empty, lambda _, n=name: pieces[n].rstrip() + "\n", text, flags=re.M | re.S)
    return text


def _write(path: Path, text: str, changes: Iterable[tuple[str, str]]) -> Path:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return path
