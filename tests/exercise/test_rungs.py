"""The texts and examples of the rungs, and which of them a file climbs."""

import json

import numpy as np
import pytest

from compare.equations import FUNCTIONS, KNOWN, RUNGS
from compare.exercise.right import RIGHT
from compare.exercise.rungs import MORE, TEXTS, example, example_lines, ladder, rung_text
from compare.files import maths_page


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
    texts = "\n".join(example_lines(name)).split("\n\nand\n")
    assert len(texts) == 1 + (name in MORE)
    for text, right in zip(texts, (results, *([MORE[name]()[1]] if name in MORE else [])), strict=True):
        compare_shown(name, text, right)


def as_float(value: object, symbol: str) -> object:
    """What a text shows, in the type that a function is given."""
    return np.array(value) if symbol == "y" else np.array(value, float) if isinstance(value, list) else value


def compare_shown(name: str, text: str, results: tuple) -> None:
    """Whether the results of an example are shown with four decimals, and follow from the inputs that are shown."""
    given, made = (dict(line.split(" = ") for line in part.split("\n")) for part in text.split("\ngives\n"))
    assert list(given) == list(RUNGS[name].parameters)
    assert list(made) == list(RUNGS[name].results)
    again = RIGHT[name](*(as_float(json.loads(value), symbol) for symbol, value in given.items()))
    again = again if isinstance(again, tuple) else (again,)
    for value, right, anew in zip(made.values(), results, again, strict=True):
        np.testing.assert_allclose(json.loads(value), right, rtol=0, atol=5.1e-5)
        np.testing.assert_allclose(anew, right, rtol=0, atol=2e-3)


def test_the_second_example_of_a_gradient_needs_every_value_of_it():
    P, dP = MORE["softmax_backward"]()[0]
    for place in np.ndindex(dP.shape):
        other = dP.copy()
        other[place] = 0
        assert dP[place] == 0 or not np.allclose(RIGHT["softmax_backward"](P, other), RIGHT["softmax_backward"](P, dP))


def test_the_second_example_of_an_epoch_has_a_short_last_batch():
    (X, y, W, b, lr, size), (ours, _) = MORE["one_epoch"]()
    assert len(y) % size != 0
    assert not np.allclose(RIGHT["one_epoch"](X[:size], y[:size], W, b, lr, size)[0], ours)


def test_the_part_of_the_maths_that_is_named_is_there():
    page = maths_page().read_text(encoding="utf-8")
    for text in TEXTS.values():
        section, *parts = text.maths.split(", ")
        assert f"\n## {section}: " in page
        e4 = page.partition("\n## E4: ")[2].partition("\n## ")[0]
        for part in parts:
            assert (f"*Step {part[-1]}," if part.startswith("step") else f"**{part}") in e4


@pytest.mark.parametrize(
    ("name", "words"),
    [("log_softmax", "-1000 and 1000"), ("logits_gradient", "P may be 0"), ("nll_loss", "a float of Python"),
     ("softmax_backward", "use all of its values")],
)  # fmt: skip
def test_what_a_function_must_bear_is_said(name: str, words: str):
    assert words in " ".join(rung_text(name).split())


@pytest.mark.parametrize("names", [(), ("logits",), tuple(FUNCTIONS)])
def test_an_old_file_climbs_the_six_functions(names: tuple[str, ...]):
    assert ladder(names) == tuple(FUNCTIONS)


@pytest.mark.parametrize("name", [name for name in RUNGS if name not in FUNCTIONS])
def test_a_file_with_any_rung_climbs_them_all(name: str):
    assert ladder((name,)) == tuple(RUNGS)
