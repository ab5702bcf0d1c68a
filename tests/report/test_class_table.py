"""The table of the classes of one image."""

import re

import numpy as np
import pytest

from compare.report.class_table import class_table
from compare.report.tables import plain_console


@pytest.fixture
def printed(capsys: pytest.CaptureFixture):
    """The lines of a table for these logits."""

    def lines(Z: list[float], label: int = 0, width: int = 60, names: tuple[str, ...] = ()) -> list[str]:
        values = stages(np.array(Z), label)
        table = class_table(names or tuple(map(str, range(len(Z)))), label, values, width)
        plain_console(width=200).print(table)
        return [line.rstrip() for line in capsys.readouterr().out.splitlines()]

    return lines


def stages(Z: np.ndarray, label: int) -> dict[str, np.ndarray]:
    with np.errstate(invalid="ignore"):
        S = Z - Z.max()
        P = np.exp(S) / np.exp(S).sum()
    return {"logits": Z, "shifted": S, "probabilities": P, "dZ": P - np.eye(len(Z))[label]}


def test_a_line_has_all_numbers_of_a_class(printed):
    head, *lines = printed([1.0, 0.5, -1.0], width=46)
    assert head.split() == ["class", "Z", "Z", "-", "max", "P", "dZ"]
    assert [line.split()[:2] for line in lines] == [["0", "1.00"], ["1", "0.50"], ["2", "-1.00"]]
    assert [line.split()[-3:] for line in lines] == [
        ["0.00", "0.5741", "-0.4259"], ["-0.50", "0.3482", "+0.3482"], ["-2.00", "0.0777", "+0.0777"]
    ]  # fmt: skip


def test_a_bar_goes_from_zero_to_its_logit(printed):
    def bars(Z: list[float]) -> list[str]:
        lines = printed(Z, width=46)[1:]
        assert len({line.find("│") for line in lines}) == 1, "zero is at one place"
        return ["".join(re.findall("[█│]", line)) for line in lines]

    # 46 columns are 5 for the name, 31 at most for numbers and a space each, and one; 9 are left
    assert bars([1.0, 0.5, -1.0]) == ["│████", "│██", "████│"]
    assert bars([4.0, 0.0, 2.0]) == ["│████████", "│", "│████"]
    assert bars([4.0, 2.0]) == ["│████████", "│████"]
    assert bars([-4.0, -2.0]) == ["████████│", "████│"]
    assert bars([-4.0, 0.0]) == ["████████│", "│"]
    # each is rounded from 0, wherever that is: 0.8 is two of the cells of 0.5
    assert bars([2.6, 0.8, -1.4]) == ["│█████", "│██", "███│"]
    assert bars([0.0, 0.0]) == ["", ""]
    assert bars([np.inf, 0.0]) == bars([np.nan, 0.0]) == ["", ""]


@pytest.mark.parametrize(
    ("width", "heads"), [(46, "Z Z - max P dZ"), (42, "Z Z - max P dZ"), (41, "Z P dZ"), (34, "Z P dZ"), (33, "Z P")]
)
def test_a_narrow_terminal_has_fewer_columns_and_always_bars(printed, width: int, heads: str):
    lines = printed([1.0, 0.5, -1.0], width=width)
    assert " ".join(lines[0].split()) == f"class {heads}"
    assert max(map(len, lines)) <= width
    assert "█" in lines[1]


def test_of_many_classes_the_likeliest_and_the_label_are_shown(printed):
    Z = [float(k) for k in range(20)]
    _, *lines, rest = printed(Z, label=3)
    assert [line.split()[0] for line in lines] == [*map(str, range(19, 9, -1)), "3"]
    P = np.exp(Z) / np.exp(Z).sum()
    assert rest.split() == ["9", "more", f"{P[:3].sum() + P[4:10].sum():.4f}"]
    assert [line.split()[0] for line in printed(Z, label=12)[1:-1]] == [*map(str, range(19, 9, -1))]
    assert len(printed(Z[:13])) == 14, "all of thirteen"


def test_names_may_be_wide_and_are_cut(printed):
    lines = printed([1.0, 2.0], width=60, names=("おお", "a_name_that_is_much_too_long"))
    assert [line.split()[0] for line in lines[1:]] == ["おお", "a_name_that_is_…"]
    assert plain_console().render_str(lines[1]).cell_len == len(lines[2]), "the last column ends at one place"


def test_large_logits_keep_to_their_column(printed):
    lines = printed([-1234.5, 1e30, 999.99], width=60)
    assert [line.split()[1] for line in lines[1:]] == ["-1e+03", "1e+30", "999.99"]
