"""The row of one image in Z, P and dZ: a line for each class, with a bar for its logit."""

import numpy as np
from numpy.typing import NDArray
from rich.table import Table
from rich.text import Text

from compare.report.tables import cut

# Of more classes than fit beside a picture, the likeliest are shown.
MOST_CLASSES, SHOWN_CLASSES = 13, 10
SHORTEST_BAR = 5
# By column its width; where there is no room for a bar, the first of LESS is left out, then the second.
WIDTHS = {"Z": 7, "Z - max": 7, "P": 6, "dZ": 7}
LESS = "Z - max", "dZ"


def class_table(names: tuple[str, ...], label: int, values: dict[str, NDArray], width: int) -> Table:
    """Logits as bars, shifted logits, probabilities and dZ of the classes, at most `width` characters wide.

    values: of the stages of `proof.explanation`. Of more than 13 classes the ten likeliest and the label.
    """
    shown = _shown(values["probabilities"], label)
    longest = max(len("class"), *(Text(cut(names[k])).cell_len for k in shown))
    columns, bar = _columns(width - longest)
    grid = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for head in ("class", *columns[:1], "", *columns[1:]):
        grid.add_column(head, justify="left" if head in ("class", "") else "right", no_wrap=True)
    bars = dict(zip(shown, _bars(values["logits"][shown], bar), strict=True))
    for k in shown:
        first, *rest = (_cell(head, values, k) for head in columns)
        grid.add_row(cut(names[k]), first, bars[k], *rest, style="bold" if k == label else "")
    if len(shown) < len(names):
        left = 1 - float(values["probabilities"][shown].sum())
        grid.add_row(
            f"{len(names) - len(shown)} more", "", "", *(f"{left:.4f}" if h == "P" else "" for h in columns[1:])
        )
    return grid


def _shown(P: NDArray, label: int) -> list[int]:
    if len(P) <= MOST_CLASSES:
        return list(range(len(P)))
    likeliest = np.argsort(-P, kind="stable")[:SHOWN_CLASSES].tolist()
    return likeliest if label in likeliest else [*likeliest, label]


def _columns(room: int) -> tuple[list[str], int]:
    """The columns that fit, and the width that is left for the bars."""
    columns = list(WIDTHS)
    for less in (None, *LESS):
        if less:
            columns.remove(less)
        bar = room - sum(WIDTHS[head] + 1 for head in columns) - 1
        if bar >= SHORTEST_BAR:
            break
    return columns, max(SHORTEST_BAR, bar)


def _bars(Z: NDArray, width: int) -> list[str]:
    """A bar for each logit, from a line at 0; none if a logit is not finite."""
    low, high = min(0.0, float(Z.min())), max(0.0, float(Z.max()))
    if not np.isfinite(high - low) or high == low:
        return [""] * len(Z)
    cells = (width - 1) / (high - low)
    # rounded from 0, so that equal sizes to both sides have equal bars
    zero = min(round(-low * cells), width - 1 - round(high * cells))
    ends = zero + np.rint(Z * cells).astype(int)
    return ["".join(_bar_cell(n, zero, end) for n in range(width)).rstrip() for end in ends]


def _bar_cell(n: int, zero: int, end: int) -> str:
    if n == zero:
        return "│"
    return "█" if min(zero, end) <= n <= max(zero, end) else " "


def _cell(head: str, values: dict[str, NDArray], k: int) -> str:
    if head == "P":
        return f"{values['probabilities'][k]:.4f}"
    if head == "dZ":
        return f"{round(float(values['dZ'][k]), 4) + 0.0:+.4f}"
    value = float(values["logits" if head == "Z" else "shifted"][k])
    return f"{round(value, 2) + 0.0:.2f}" if abs(value) < 1000 or not np.isfinite(value) else f"{value:.0e}"
