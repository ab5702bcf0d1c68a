"""The formulas of MATHS.md as MathML, and their symbols."""

import re

import pytest

from compare.equations import FUNCTIONS
from compare.page.formulas import equations

# What stands in each equation, as one reads it.
SYMBOLS_OF = {
    "E1": {"X", "W", "b", "Z"},
    "E2": {"Z", "logP", "P"},
    "E3": {"L", "logP", "y", "N"},
    "E4": {"dZ", "P", "Y", "N"},
    "E5": {"dW", "dZ", "X", "db"},
    "E6": {"W", "lr", "dW", "b", "db"},
}


def test_there_is_one_for_each_function():
    assert list(equations()) == [function.tag for function in FUNCTIONS.values()]


@pytest.mark.parametrize("tag", SYMBOLS_OF)
def test_symbols_are_found_by_name(tag: str):
    assert set(re.findall(r'data-symbol="(\w+)"', equations()[tag])) == SYMBOLS_OF[tag]


def test_d_and_log_belong_to_their_symbols():
    assert '<mi data-symbol="dW">dW</mi>' in equations()["E5"]
    assert '<mi data-symbol="logP">log\u2009P</mi>' in equations()["E2"]
    # the logarithm of a sum, and the index i of a pixel, are no part of a symbol
    assert "<mi>log</mi>" in equations()["E2"]
    assert "<mi>i</mi>" in equations()["E1"]


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("E1", ["Z equals X W transposed plus b", "Z n k equals sum over i of X n i W k i plus b k"]),
        ("E3", ["L equals minus 1, over N, sum over n of log P n y n"]),
        ("E4", ["dZ equals P minus Y, over N,"]),
        ("E6", ["W becomes W minus eta dW", "b becomes b minus eta db"]),
    ],
)
def test_a_formula_says_how_it_is_read_aloud(tag: str, words: list[str]):
    assert re.findall(r'aria-label="(.*?)"', equations()[tag]) == words


def test_an_exponent_is_read_as_one():
    assert "log sum over j of e to the power of Z n j" in equations()["E2"]
