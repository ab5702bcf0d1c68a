"""Tables for a terminal of 80 columns or more."""

from collections.abc import Iterable

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text


def wide_console() -> Console:
    """A console of 80 columns at least, so that no table loses its numbers on a narrow terminal."""
    return Console(highlight=False, width=max(80, Console().width))


def table(
    title: str, columns: Iterable[str], rows: Iterable[Iterable[str | Text]], left: int = 0, gap: int = 2
) -> Group:
    """Rows under a bold title (none if empty), the first `left` columns left-aligned, fit for 80 columns."""
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, gap - 1, 0, 0))
    for n, column in enumerate(columns):
        grid.add_column(column, justify="left" if n < left else "right")
    for row in rows:
        grid.add_row(*row)
    return Group(*([Text(title, style="bold")] if title else []), grid, "")


def share(used: float) -> Text:
    """A share of a budget in percent, red if it is more than all of it (or no number)."""
    text = f"{100 * used:.0f} %" if used < 100 else f"{used:.0e} x"
    return Text(text, style="green" if used <= 1 else "bold red")
