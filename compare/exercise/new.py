"""A new exercise: what is to be written, in a file of one's own."""

import secrets
import shlex
import textwrap
from collections.abc import Callable
from pathlib import Path

from compare.equations import RUNGS, Function
from compare.errors import InputError
from compare.exercise.paper import tasks
from compare.exercise.rungs import TEXTS, example_lines, rung_text
from compare.files import whole_file

PROGRAM = "python -m compare"
# Seeds are drawn below this, unless one is chosen.
SEEDS = 1000
WIDTH = 116

HEAD = '''"""Softmax regression, written by you: on paper first, then in code, and checked after each step.

    {command}

It says what is next. Add --hint, and it says more; asked again, more still. There are eleven rungs, as of a ladder, one
after the other: each has a few questions for pen and paper, and then one function. MATHS.md derives all of it; beside
the questions of a rung stands which part is about it. Try first, then read; --hint also says where the page is.

There are N images, D pixels and K classes. All inputs are NumPy arrays, of float32 or float64 except y, which has
integers. Return NumPy arrays of the dtype of the inputs, not lists of numbers; only L, one number, may be a float of
Python. Do not change the arrays that you are given. L is the loss, and a gradient of it is d and a name: dZ[n, k] says
how fast L changes with Z[n, k]. The code must be in this file; NumPy is all that it needs.
"""

import numpy as np

# Your numbers: with another SEED the questions have others, and the command above asks them.
SEED = {seed}

# In place of None: a number as 0.25, -1/4 or np.log(4), with three decimals unless four are asked for; a letter in
# quotes, as "a"; or a list of numbers, as [0.1, 0.2, -0.3].
ANSWERS = {{
'''


def new_exercise(path: Path, seed: int | None = None, program: str = PROGRAM) -> str:
    """Write an exercise to a file that does not exist yet, and return the command that checks it.

    seed: of the paper tasks; drawn if it is None. program: how this program is called. Raises InputError if the file
    exists, or cannot be written.
    """
    chosen = secrets.randbelow(SEEDS) if seed is None else seed
    return write_new(path, f"{program} exercise", lambda command: exercise_text(chosen, command))


def write_new(path: Path, start: str, text: Callable[[str], str]) -> str:
    """Write text(command) to a file that does not exist yet, and return the command that checks it: start and the file.

    Raises InputError if the file exists, or cannot be written.
    """
    command = f"{start} {shlex.quote(str(path))}"
    # the command stands in a docstring, which some file names would end or change
    plain = command.isprintable() and not {'"', "\\"} & {*command}
    content = text(command if plain else f"{start} FILE")
    try:
        if path.exists() or path.is_symlink():
            raise InputError(f"--new {path}: exists already; choose another name")
        with whole_file(path) as stream:
            stream.write(content.encode())
    except OSError as error:
        raise InputError(f"--new {path}: cannot be written: {error.strerror}") from None
    return command


def exercise_text(seed: int, command: str = f"{PROGRAM} exercise FILE") -> str:
    """The file: its paper tasks with nothing answered, and every rung with nothing written."""
    stubs = "\n\n\n".join(_stub(name, rung) for name, rung in RUNGS.items())
    return f"{HEAD.format(command=command, seed=seed)}{_answers(seed)}}}\n\n\n{stubs}\n"


def _answers(seed: int) -> str:
    lines, rung = [], ""
    for task in tasks(seed):
        if task.rung != rung:
            rung = task.rung
            read = f"to read after you tried: MATHS.md, {TEXTS[rung].maths}"
            lines.append(f"    # before {rung} ({RUNGS[rung].tag}); {read}")
        for line in task.question.splitlines():
            lines += textwrap.wrap(line, WIDTH, initial_indent="    # ", subsequent_indent="    #   ")
        lines.append(f'    "{task.name}": None,')
    return "\n".join(lines) + "\n"


def _stub(name: str, rung: Function) -> str:
    """A function with its docstring, which does nothing yet."""
    body = "\n".join([rung_text(name), "", rung.signature, "", *example_lines(name)])
    docstring = textwrap.indent(f'"""{body}\n"""', "    ")
    return f"def {name}({', '.join(rung.parameters)}):\n{docstring}\n    raise NotImplementedError"
