"""Why an equation is as it is, from MATHS.md."""

import re
from xml.etree import ElementTree

import pytest

from compare.page.reasons import reasons


@pytest.mark.parametrize(
    ("tag", "first", "last"),
    [
        ("E2", "Let <math", "and gets the probability <math"),
        ("E3", "With the sum, twice the batch", "of the probabilities of the right classes."),
        ("E4", "Take one image", "So divide by <math"),
        ("E6", "For small changes of the parameters", "The formula holds for small steps only."),
    ],
)
def test_a_reason_is_whole_and_has_no_example(tag: str, first: str, last: str):
    shown = reasons()[tag].html
    assert shown.startswith(f"<p>{first}")
    assert last in shown[-600:]
    assert "By hand" not in shown
    assert "here" not in re.sub(r"<math.*?</math>", "", shown).split()
    assert not shown.endswith(":</p>")


def test_the_text_is_html_and_its_formulas_are_mathml():
    for reason in reasons().values():
        root = ElementTree.fromstring(f"<div>{reason.html}</div>")
        text = re.sub(r"<math.*?</math>", "", reason.html, flags=re.S)
        assert not re.findall(r"\$|\*\*|`", text)
        assert len(root.findall(".//{http://www.w3.org/1998/Math/MathML}math")) == reason.html.count("<math ")
    assert reasons()["E4"].html.count('<span class="block"><math') == 1
    assert "doctest" not in reasons()["E2"].html
    assert "&gt;&gt;&gt;" not in reasons()["E2"].html


@pytest.mark.parametrize(
    ("tag", "symbol", "explained"),
    [
        ("E2", "m", "Let m n be the largest logit of image n"),
        ("E2", "S", "and S n k equals Z n k minus m n its shifted logits."),
        ("E6", "W", "Let W stand for all K D plus K parameters, b among them"),
        ("E6", "g", "let g be all their derivatives in one list."),
        ("E6", "double bar", "double bar g double bar to the power of 2 is the sum of their squares."),
    ],
)
def test_a_symbol_of_a_reason_is_explained_where_it_first_stands(tag: str, symbol: str, explained: str):
    said = re.sub(r'<math [^>]*aria-label="(.*?)".*?</math>', r"\1", reasons()[tag].html, flags=re.S)
    first = re.search(rf"\b{symbol}\b", said).start()
    assert 0 <= first - said.index(explained) < len(explained)


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("E2", "equals S n k minus log sum over j of e to the power of S n j"),
        ("E4", "equals minus Z y plus log sum over j of e to the power of Z j"),
        (
            "E6",
            "L open bracket W minus eta g close bracket is about L minus eta double bar g double bar",
        ),
    ],
)
def test_each_formula_says_how_it_is_read_aloud(tag: str, words: str):
    shown = reasons()[tag].html
    said = re.findall(r'<math [^>]*aria-label="(.*?)"', shown)
    assert len(said) == shown.count("<math ")
    assert any(one.startswith(words) for one in said)
    assert not re.findall(r"[^\w\s,]", " ".join(said)), "a sign without a word"
