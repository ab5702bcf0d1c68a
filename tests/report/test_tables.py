"""Tables and numbers for a terminal of 80 columns."""

import math

import pytest

from compare.report.tables import cut, per_cent, share, short, table, wide_console, wrapped


def lines(*args, **options) -> list[str]:
    console = wide_console()
    with console.capture() as captured:
        console.print(table(*args, **options))
    return captured.get().splitlines()


def test_a_table_has_its_title_its_columns_and_a_line_below_them():
    title, head, rule, *rows, last = lines("Title", ("name", "value"), [("a", "1"), ("long", "20")], left=1)
    assert title == "Title"
    assert head.rstrip() == "name  value"
    assert set(rule.strip()) == {"─"}
    assert rows == ["a         1", "long     20"]
    assert last == ""


def test_columns_that_are_not_left_are_right():
    assert lines("", ("ab", "cd"), [("1", "2")], left=0)[2] == " 1   2"
    assert lines("", ("ab", "cd"), [("1", "2")], left=2)[2].rstrip() == "1   2"
    assert lines("", ("ab", "cd"), [("1", "2")], left=2, gap=1)[2].rstrip() == "1  2"


@pytest.mark.parametrize("columns", [20, 80, 200])
def test_a_console_is_never_narrower_than_the_tables(monkeypatch: pytest.MonkeyPatch, columns: int):
    monkeypatch.setenv("COLUMNS", str(columns))
    assert wide_console().width == max(80, columns)


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
