"""The texts and examples of the rungs, and which of them a file climbs."""

import json

import numpy as np
import pytest

from compare.equations import FUNCTIONS, KNOWN, RUNGS
from compare.exercise.right import RIGHT
from compare.exercise.rungs import TEXTS, example, example_lines, ladder


def test_there_are_eleven_rungs_each_with_a_text_and_a_right_function():
    assert len(RUNGS) == 11
    assert TEXTS.keys() == RUNGS.keys()
    assert RIGHT.keys() == KNOWN.keys()


@pytest.mark.parametrize("name", RUNGS)
def test_the_example_is_right_and_stands_in_the_file_with_four_decimals(name: str):
    inputs, results = example(name)
    made = RIGHT[name](*inputs)
    for ours, right in zip(results, made if isinstance(made, tuple) else (made,), strict=True):
        np.testing.assert_array_equal(ours, right)
    lines = example_lines(name)
    shown = dict(line.split(" = ") for line in lines[lines.index("gives") + 1 :])
    assert list(shown) == list(RUNGS[name].results)
    for text, right in zip(shown.values(), results, strict=True):
        np.testing.assert_allclose(json.loads(text), right, rtol=0, atol=5.1e-5)


@pytest.mark.parametrize("names", [(), ("logits",), tuple(FUNCTIONS)])
def test_an_old_file_climbs_the_six_functions(names: tuple[str, ...]):
    assert ladder(names) == tuple(FUNCTIONS)


@pytest.mark.parametrize("name", [name for name in RUNGS if name not in FUNCTIONS])
def test_a_file_with_any_rung_climbs_them_all(name: str):
    assert ladder((name,)) == tuple(RUNGS)
