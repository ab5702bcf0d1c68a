"""The paper tasks of a rung on a terminal: which are open, what is said to the answers, and hints."""

import textwrap
from pathlib import Path

from rich.console import Console
from rich.text import Text

from compare.exercise.answers import Answer
from compare.exercise.ladder import Asked, Rung
from compare.exercise.paper_hints import PaperHints
from compare.exercise.rungs import TEXTS
from compare.exercise.task import NEARLY, RIGHT, UNREAD, WRONG
from compare.files import maths_page
from compare.report.tables import cut, wrapped

STYLES = {RIGHT: "green", NEARLY: "yellow", UNREAD: "yellow", WRONG: "bold red"}
INDENT = "    "
# A longer answer is cut.
LONGEST = 40


def print_paper(console: Console, path: Path, todo: Rung) -> None:
    """The tasks before a function, those that are not right with their question, and what is said to each answer."""
    console.print(Text(f"Before {todo.name} ({todo.tag}), on paper; write the answers into ANSWERS in {path}:"))
    for asked in todo.paper:
        _print_asked(console, asked)


def print_paper_hints(console: Console, todo: Rung, hints: PaperHints | None) -> None:
    """The hints so far, None if nobody asked; and how to get more, or where to read."""
    for name, text in hints.said if hints else ():
        console.print(Text(wrapped(f"{name}: {text}")))
    if hints and not hints.more:
        print_section(console, todo)
    else:
        console.print(Text("--hint again says more" if hints else "--hint says more"))


def print_section(console: Console, todo: Rung) -> None:
    """Where the maths of a rung is."""
    # a path must not be broken into lines
    console.print(Text(f"to read: {TEXTS[todo.name].maths}, in {maths_page()}"), soft_wrap=True)


def _print_asked(console: Console, asked: Asked) -> None:
    state = asked.reply.state
    console.print(Text.assemble(f"  {asked.task.name}: ", (state, STYLES.get(state, "dim"))))
    if not asked.is_right:
        for line in asked.task.question.splitlines():
            console.print(_indented(line))
    if asked.given is not None and asked.reply.reason:
        # what one should do, where it is not known what one has done
        then = ". How to get there:" if asked.reply.reason == asked.task.tip else ":"
        console.print(_indented(f"yours is {_written(asked.given)}{then} {asked.reply.reason}"))


def _written(given: Answer) -> str:
    if isinstance(given, str):
        return cut(given, LONGEST)
    return f"[{', '.join(map(_written, given))}]" if isinstance(given, tuple) else f"{given:.6g}"


def _indented(text: str) -> Text:
    return Text(textwrap.indent(wrapped(text, len(INDENT)), INDENT))
