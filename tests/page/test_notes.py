"""What the page says: each sentence is used, and gets all that stands in its braces."""

import re
from pathlib import Path

import pytest

from compare.equations import FUNCTIONS
from compare.page import notes as module
from compare.page.formulas import equations
from compare.page.notes import LEGEND, NOTES

FOLDER = Path(module.__file__).parent
SOURCES = [path for path in FOLDER.iterdir() if path.suffix in (".js", ".jinja")]
CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCES))


@pytest.mark.parametrize("name", NOTES)
def test_each_sentence_is_used(name: str):
    # the sentence of a row has the name of its equation, and that of the badge or of an answer the name of its style
    computed = re.fullmatch(r"E\d|match|differ|(right|wrong)_answer|row_\w+", name)
    assert computed or f"'{name}'" in CODE or f"notes.{name}" in CODE


def test_each_sentence_that_is_asked_for_is_there():
    asked = re.findall(r"\b(?:say|note)\('(\w+)'", CODE) + re.findall(r"\bnotes\.(?!py\b)(\w+)", CODE)
    assert len(asked) > 20
    assert set(asked) <= set(NOTES)


def test_pixels_are_ink_on_paper():
    words = CODE + " ".join([*NOTES.values(), *map(str, LEGEND)])
    assert not re.search(r"\bblack\b|\bbright", words, re.IGNORECASE)


def test_each_letter_that_is_an_index_or_a_size_is_explained():
    indices = re.findall(r"<mi>(\w)</mi>", "".join(equations().values()))
    sizes = re.findall(r"[A-Z](?=[,)])", "".join(function.signature for function in FUNCTIONS.values()))
    letters = {*indices, *sizes} - {"e"}
    assert letters == set("nikjNDK")
    assert letters <= set(re.findall(r"\b\w\b", NOTES["letters"]))
