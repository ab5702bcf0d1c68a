"""Why an equation is as it is: the paragraphs of MATHS.md that say so, as HTML."""

import re
from functools import cache
from html import escape
from typing import NamedTuple
from xml.etree import ElementTree

from latex2mathml.converter import convert

from compare.page.formulas import maths_sections, read_aloud

# A formula on a line of its own, one within a line, a title, code and an emphasised word.
PIECE = re.compile(r"\$\$(?P<block>.*?)\$\$|\$(?P<inline>.*?)\$|\*\*(?P<strong>.*?)\*\*|`(?P<code>.*?)`", re.S)


class Reason(NamedTuple):
    """What is asked, and the answer as HTML."""

    title: str
    html: str


# By tag the paragraphs of MATHS.md that say why, by what they begin with, and what the page calls them.
PARAGRAPHS = {
    "E2": ("Why shifting by the maximum changes nothing", "Why shifting by the maximum changes nothing"),
    "E3": ("Why the mean", "Why the mean"),
    "E4": ("The short derivation", "Why dZ is P − Y, divided by N"),
    "E6": ("Why minus the gradient", "Why minus the gradient"),
}


@cache
def reasons() -> dict[str, Reason]:
    """By tag why the equation is as it is, as MATHS.md says it, without its example."""
    sections = maths_sections()
    return {tag: Reason(title, _html(_text(sections[tag], first))) for tag, (first, title) in PARAGRAPHS.items()}


def _text(section: str, first: str) -> str:
    """What stands in a section from a bold heading on, up to the example or the next heading."""
    text = section.partition(f"**{first}.**")[2]
    text = re.split(r"\n\n(?=```|\*\*|By hand)", text.strip())[0]
    # what is said of the example only
    text = re.sub(r": here [^.]*(?=\.)", "", text)
    # what announces the example goes with it
    return re.sub(r"(?<=\.) [^.]*:\Z", "", text.replace("\n\n", "\0").replace("\n", " ")).replace("\0", "\n\n")


def _html(text: str) -> str:
    return "".join(f"<p>{_inline(part)}</p>" for part in text.split("\n\n"))


def _inline(text: str) -> str:
    parts, end = [], 0
    for match in PIECE.finditer(text):
        parts += [escape(text[end : match.start()]), _piece(match)]
        end = match.end()
    return "".join([*parts, escape(text[end:])])


def _piece(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[match.lastgroup or 0]
    if kind in ("block", "inline"):
        # a narrow page breaks it before an equals sign
        parts = " ".join(map(_formula, re.split(r"\s(?==\s)", text.strip().rstrip(",."))))
        return parts if kind == "inline" else f'<span class="block">{parts}</span>'
    return f"<{kind}>{_inline(text)}</{kind}>"


def _formula(latex: str) -> str:
    return read_aloud(ElementTree.fromstring(convert(latex)))
