"""Why an equation is as it is: the paragraphs of MATHS.md that say so, as HTML."""

import re
from functools import cache
from html import escape
from typing import NamedTuple

from latex2mathml.converter import convert

from compare.page.formulas import maths_sections

# A formula on a line of its own, one within a line, a title, code and an emphasised word.
PIECE = re.compile(r"\$\$(?P<block>.*?)\$\$|\$(?P<inline>.*?)\$|\*\*(?P<strong>.*?)\*\*|`(?P<code>.*?)`", re.S)


class Reason(NamedTuple):
    """What is asked, and the answer as HTML."""

    title: str
    html: str


@cache
def reasons() -> dict[str, Reason]:
    """By tag what MATHS.md says from its first bold heading on, of the equations that have a heading `Why ...`."""
    found = {}
    for tag, section in maths_sections().items():
        text = re.search(r"^\*\*.*?(?=\n\n```|\Z)", section, re.M | re.S)
        if text and (title := re.search(r"\*\*(Why .*?)\.\*\*", text[0])):
            found[tag] = Reason(title[1].replace("$", "").replace("-", "−"), _html(text[0]))
    return found


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
    if kind == "block":
        # a narrow page breaks it before an equals sign
        parts = re.split(r"\s(?==\s)", text.strip().rstrip(",."))
        return f'<span class="block">{" ".join(map(convert, parts))}</span>'
    if kind == "inline":
        return convert(text)
    return f"<{kind}>{_inline(text)}</{kind}>"
