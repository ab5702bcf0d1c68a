"""Why an equation is as it is, from MATHS.md."""

import re
from xml.etree import ElementTree

from compare.page.reasons import reasons


def test_three_equations_have_a_reason():
    assert {tag: reason.title for tag, reason in reasons().items()} == {
        "E2": "Why shifting by the maximum changes nothing",
        "E3": "Why the mean",
        "E4": "Why it collapses to P − Y",
    }


def test_the_text_is_html_and_its_formulas_are_mathml():
    for reason in reasons().values():
        root = ElementTree.fromstring(f"<div>{reason.html}</div>")
        text = re.sub(r"<math.*?</math>", "", reason.html, flags=re.S)
        assert not re.findall(r"\$|\*\*|`", text)
        assert len(root.findall(".//{http://www.w3.org/1998/Math/MathML}math")) == reason.html.count("<math ")
    assert "<strong>The long way.</strong>" in reasons()["E4"].html
    assert reasons()["E4"].html.count('<span class="block"><math') == 3
    assert "doctest" not in reasons()["E2"].html
    assert "&gt;&gt;&gt;" not in reasons()["E2"].html
