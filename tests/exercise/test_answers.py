"""Answers as people write them: what number or list they are, and that nothing is run."""

import ast
import math

import pytest

from compare.exercise.answers import has_decimal_commas, value_in, value_of

NUMBERS = {
    "-1": -1, "+0.5": 0.5, " -1/4 ": -0.25, "1e-3": 1e-3, "2**-1": 0.5, "np.log(4)": math.log(4),
    "-np.log(1/4)": math.log(4), "math.exp(0) + sqrt(4)": 3.0, "numpy.log(2) * 3 - 1": 3 * math.log(2) - 1,
    "[0.1, -1/2]": (0.1, -0.5), "(1, 2, 3)": (1.0, 2.0, 3.0), "1, 2": (1.0, 2.0), "np.array([1, 2])": (1.0, 2.0),
}  # fmt: skip
NONE = (
    "", "b", "X @ W.T", "1/0", "np.log(0)", "np.log(-1)", "(-1) ** 0.5", "10 ** 10 ** 10", "exp(1000)", "True", "1j",
    "'1'", "[[1, 2]]", "[1, 'x']", "np.log(4, 2)", "np.array([1], int)", "np.array([1], dtype=int)", "os.log(2)",
    "__import__('os').getcwd()", "print(1)", "(lambda: 1)()", "[1 for _ in range(3)]", "1 if 1 else 2", "\0", "1 +",
    "-" * 250 + "b", "1 + " * 70 + "b", "0" * 301, "1e999", "1e200 * 1e200",
)  # fmt: skip


@pytest.mark.parametrize("text", NUMBERS)
def test_what_is_a_number_or_a_list(text: str):
    assert value_of(text) == pytest.approx(NUMBERS[text])


@pytest.mark.parametrize("text", NONE, ids=range(len(NONE)))
def test_what_is_neither(text: str):
    assert value_of(text) is None


def test_a_number_too_large_for_a_float_is_none():
    assert value_in(ast.parse("9" * 400, mode="eval").body) is None


def test_a_number_stays_what_it_is():
    assert value_of(0.25) == 0.25
    assert value_of((1.0, 2.0)) == (1.0, 2.0)


@pytest.mark.parametrize("text", ["0,359", "-0,5", "[0,12, 0,3]"])
def test_a_comma_in_place_of_the_point_is_seen(text: str):
    assert has_decimal_commas(text)


@pytest.mark.parametrize("text", ["0.359", "[0.5, 0.25]", "1, 2", "np.log(2)"])
def test_other_commas_are_not_taken_for_it(text: str):
    assert not has_decimal_commas(text)
