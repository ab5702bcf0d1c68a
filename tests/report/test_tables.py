"""Tables and numbers for a terminal of 80 columns."""

import io
import math

import pytest
from rich.console import Console
from rich.text import Text

from compare.report.tables import cut, in_lines, per_cent, share, short, table, wide_console, wrapped


def lines(*args, **options) -> list[str]:
    console = wide_console()
    with console.capture() as captured:
        console.print(table(*args, **options))
    return captured.get().splitlines()


def test_a_table_has_its_title_its_columns_and_a_line_below_them():
    rows = [("a", "1"), ("long", "20")]
    title, head, rule, *shown, last = lines("Title", ("name", "value"), rows, left=1)
    assert title == "Title"
    assert head == "name  value"
    assert set(rule) == {"─"}
    assert shown == ["a         1", "long     20"]
    assert last == ""
    assert lines("Title", ("name", "value"), rows, left=1, below="a legend")[-2:] == [shown[-1], "a legend"]
    assert lines("Title", ("name", "value"), rows, left=1, below=None)[-1] == shown[-1]


def test_columns_that_are_not_left_are_right():
    assert lines("", ("ab", "cd"), [("1", "2")], left=0)[2] == " 1   2"
    assert lines("", ("ab", "cd"), [("1", "2")], left=2)[2] == "1   2"
    assert lines("", ("ab", "cd"), [("1", "2")], left=2, gap=1)[2] == "1  2"


@pytest.mark.parametrize("columns", [20, 80, 200])
def test_a_console_is_never_narrower_than_the_tables(monkeypatch: pytest.MonkeyPatch, columns: int):
    monkeypatch.setenv("COLUMNS", str(columns))
    assert wide_console().width == max(80, columns)


@pytest.mark.parametrize("columns", [80, 81])
def test_no_line_ends_with_spaces(monkeypatch: pytest.MonkeyPatch, columns: int):
    """Neither where a text is broken, nor in the last column, nor where spaces have a colour of their own."""
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = (
        ("x" * 79 + "  y ", "x" * 79 + "\ny\n"),
        (Text.assemble("a ", ("  ", "bold"), "\n", ("b ", "red"), ""), "a\nb\n"),
        ("  \n \nc", "\n\nc\n"),
        (table("", ("a", "b"), [("1", "  ")], left=2), "a  b\n─────\n1\n\n"),
    )
    for what, text in shown:
        console = wide_console(io.StringIO())
        console.print(what)
        assert console.file.getvalue() == text
    coloured = Console(file=io.StringIO(), force_terminal=True, color_system="standard")
    coloured.push_render_hook(wide_console()._render_hooks[0])
    coloured.print(Text.assemble("a ", ("b  ", "red")))
    assert coloured.file.getvalue() == "a \x1b[31mb\x1b[0m\n"


@pytest.mark.parametrize(
    ("used", "text"),
    [
        (0.0, "0 %"),
        (0.784, "78 %"),
        (1.0, "100 %"),
        (99.4, "9940 %"),
        (100.0, "1e+02 x"),
        (4.26e5, "4e+05 x"),
        (math.inf, "inf"),
        (math.nan, "nan"),
    ],
)
def test_shares_of_a_budget(used: float, text: str):
    assert per_cent(used) == text
    assert str(share(used)) == text
    assert str(share(used).style) == ("green" if used <= 1 else "bold red")


def test_losses_stay_short():
    values = 0.0, 2.30259, 999.9999, 1000.0, 1e38, math.inf, math.nan
    assert [short(value) for value in values] == [
        "0.0000",
        "2.3026",
        "999.9999",
        "1.000e+03",
        "1.000e+38",
        "inf",
        "nan",
    ]


def test_no_word_is_broken_at_the_end_of_a_line():
    name, hyphens = 100 * "n", "-".join(30 * ["no"])
    assert wrapped(f"{10 * 'word '}{name} {hyphens} end") == f"{(10 * 'word ').strip()}\n{name}\n{hyphens}\nend"


def test_long_names_are_cut():
    assert cut("x" * 16) == "x" * 16
    assert cut("x" * 17) == "x" * 15 + "…"
    assert cut("abcdef", 4) == "abc…"
    # these letters are two columns wide
    assert cut("ネズミ", 6) == "ネズミ"
    assert cut("ネズミ", 5) == "ネズ…"
    assert cut("ネズミ", 4) == "ネ…"


def test_lines_are_no_wider_than_columns():
    assert in_lines("one two three", 8) == "one two\nthree"
    assert in_lines("ネズミ ネズミ", 8) == "ネズミ\nネズミ"
    assert in_lines("ネズミ ネズミ", 13) == "ネズミ ネズミ"


def test_a_command_stays_in_one_line():
    text = wrapped(f"{14 * 'word '}(python -m compare bugs global-maximum) end")
    assert text.splitlines() == [(14 * "word ").strip(), "(python -m compare bugs global-maximum) end"]
