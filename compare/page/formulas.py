"""The six equations as MathML, from the LaTeX of MATHS.md: each symbol can be found by its name."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert

from compare.equations import FUNCTIONS
from compare.files import maths_page
from compare.page.symbols import SYMBOLS

MATHML = "http://www.w3.org/1998/Math/MathML"
# Which identifiers of a formula are symbols, as they stand there: d and Z are one, and so are log and P.
BY_FORMULA = {symbol.formula.replace(" ", ""): name for name, symbol in SYMBOLS.items()}
THIN_SPACE = "\u2009"
# As a formula is read aloud.
WORDS = {
    "=": "equals", "≈": "is about", "−": "minus", "+": "plus", "←": "becomes", "⊤": "transposed", "∑": "sum",
    "η": "eta", "∂": "partial", "∞": "infinity", "(": "open bracket", ")": "close bracket", "‖": "double bar",
}  # fmt: skip
ElementTree.register_namespace("", MATHML)


@cache
def equations() -> dict[str, str]:
    """By tag the MathML of each equation; every symbol is an element with `data-symbol`."""
    sections = maths_sections()
    return {function.tag: _each_part(sections[function.tag].split("$$")[1]) for function in FUNCTIONS.values()}


@cache
def maths_sections() -> dict[str, str]:
    """By tag the section of MATHS.md about each equation; its first formula is the equation."""
    text = maths_page().read_text(encoding="utf-8")
    return dict(re.findall(r"^## (E\d): (.*?)(?=^## |\Z)", text, re.M | re.S))


def _each_part(latex: str) -> str:
    """A formula of two parts as two elements, so that a narrow page can put one below the other."""
    return "\n".join(map(_mathml, latex.split(r"\qquad")))


def _mathml(latex: str) -> str:
    root = ElementTree.fromstring(convert(latex, display="block"))
    for parent in list(root.iter()):
        _join(parent)
    for element in root.iter(f"{{{MATHML}}}mi"):
        if name := BY_FORMULA.get((element.text or "").replace(THIN_SPACE, "")):
            element.set("data-symbol", name)
    return read_aloud(root)


def read_aloud(root: Element) -> str:
    """A formula as MathML that says in words how it is read."""
    root.set("aria-label", spoken(root))
    return ElementTree.tostring(root, encoding="unicode")


def _join(parent: Element) -> None:
    """Make one identifier of `d Z`, and of `log P`; an index stays where it is."""
    children = list(parent)
    for first, second in pairwise(children):
        named = next(_identifiers(second), None)
        if first.text in ("d", "log") and named is not None and f"{first.text}{named.text}" in BY_FORMULA:
            named.text = f"{first.text}{THIN_SPACE if first.text == 'log' else ''}{named.text}"
            parent.remove(first)


def _identifiers(element: Element) -> Iterator[Element]:
    """The identifier of this element or of its base: that of a sum or of a fraction is none."""
    if element.tag == f"{{{MATHML}}}mi":
        yield element
    elif element.tag in (f"{{{MATHML}}}msub", f"{{{MATHML}}}msup", f"{{{MATHML}}}msubsup"):
        yield from _identifiers(element[0])


def spoken(element: Element) -> str:
    """A formula in words: `Z equals X W transposed plus b`."""
    tag, parts = element.tag.removeprefix(f"{{{MATHML}}}"), [spoken(child) for child in element]
    if tag == "mfrac":
        return f"{parts[0]}, over {parts[1]},"
    if parts[0:1] == ["sum"] and tag in ("munder", "msub"):
        return f"sum over {parts[1]} of"
    if tag == "msup" and parts[1] != "transposed":
        return f"{parts[0]} to the power of {parts[1]}"
    text = (element.text or "").replace(THIN_SPACE, " ").strip()
    return " ".join(filter(None, parts)) if parts else WORDS.get(text, text)
