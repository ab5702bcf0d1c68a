"""Tables and numbers for a terminal of 80 columns or more."""

import math
import re
import textwrap
from collections.abc import Iterable
from typing import IO, Any

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, ConsoleRenderable, Group, RenderHook, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from compare.words import per_cent

WIDTH = 80
# What stays in one line, and what stands there for a space until the lines are made.
COMMAND, HELD = re.compile(r"python -m compare \S+ \S+"), "\ue000"
# Loss and accuracy on the training images as `fit` and `train` record them, and why they are not those of `evaluate`.
RUNNING = "training (running)"
WHY_LOWER = (
    f"{RUNNING}: a mean over the epoch while the weights still change, so its accuracy is usually below that at its end"
)
# A longer name of a side, which is that of a user's file, is cut: in tables, and in sentences.
NAME, LONG_NAME = 16, 24


def plain_console(**options: Any) -> Console:
    """A console that prints every text as it is: brackets are no markup, `:x:` is no emoji; colours are in Text alone.

    options: those of `rich.console.Console`.
    """
    return Console(markup=False, emoji=False, highlight=False, **options)


def wide_console(file: IO[str] | None = None) -> Console:
    """A console of 80 columns at least, so that no table loses its numbers on a narrow terminal.

    No line that it prints ends with spaces.
    """
    console = plain_console(file=file, width=max(WIDTH, Console().width))
    console.push_render_hook(_NoSpacesAtTheEnd())
    return console


class _NoSpacesAtTheEnd(RenderHook):
    """Rich fills the last column of a table, and leaves the space at which it breaks a line."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Stripped(one) for one in renderables]


class _Stripped:
    """Something to print, without spaces at the ends of its lines."""

    def __init__(self, shown: ConsoleRenderable):
        self.shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        line: list[Segment] = []
        for text, style, control in console.render(self.shown, options):
            for part in re.split("(\n)", text):
                line.append(Segment(part, style, control))
                if part == "\n":
                    yield from _stripped(line)
                    line = []
        yield from line


def _stripped(line: list[Segment]) -> list[Segment]:
    """The segments of a line, of which the last is its end."""
    *line, end = line
    while line and not line[-1].text.rstrip(" "):
        line.pop()
    return [*line[:-1], *(last._replace(text=last.text.rstrip(" ")) for last in line[-1:]), end]


def held(pattern: re.Pattern[str], text: str) -> str:
    """The text with HELD for every space in what the pattern finds, so that no line ends there."""
    return pattern.sub(lambda found: found[0].replace(" ", HELD), text)


def wrapped(text: str, indented: int = 0) -> str:
    """Lines of 80 columns, less those by which it is indented; names, code and commands stay whole, to be copied."""
    lines = textwrap.fill(held(COMMAND, text), WIDTH - indented, break_on_hyphens=False, break_long_words=False)
    return lines.replace(HELD, " ")


def table(
    title: str,
    columns: Iterable[str],
    rows: Iterable[Iterable[str | Text]],
    left: int = 0,
    gap: int = 2,
    below: str | None = "",
) -> Group:
    """Rows under a bold title (none if empty), the first `left` columns left-aligned, fit for 80 columns.

    below: the line below them, empty unless given; None for the last thing on a screen.
    """
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, gap - 1, 0, 0))
    for n, column in enumerate(columns):
        grid.add_column(column, justify="left" if n < left else "right")
    for row in rows:
        grid.add_row(*row)
    return Group(*([Text(title, style="bold")] if title else []), grid, *([] if below is None else [below]))


def share(used: float) -> Text:
    """A share of a budget in per cent, red if it is more than all of it (or no number)."""
    return Text(per_cent(used), style="green" if used <= 1 else "bold red")


def short(value: float) -> str:
    """A loss in six characters as long as it is a usual one.

    >>> short(2.30259), short(12345.6), short(float("inf"))
    ('2.3026', '1.235e+04', 'inf')
    """
    return f"{value:.4f}" if abs(value) < 1000 or not math.isfinite(value) else f"{value:.3e}"


def cut(name: str, length: int = NAME) -> str:
    """A name of at most so many columns.

    >>> cut("scratch"), cut("my_first_softmax_regression")
    ('scratch', 'my_first_softma…')
    """
    return name if cell_len(name) <= length else f"{set_cell_size(name, length - 1).rstrip()}…"


def in_lines(text: str, width: int) -> str:
    """A text in lines of at most so many columns, of which some letters take two."""
    return "\n".join(line.plain.rstrip() for line in Text(text).wrap(plain_console(), width))
