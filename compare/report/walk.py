"""One image through the six equations as one reads it: a picture, a table of the classes, and words for each step."""

import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from compare.equations import FUNCTIONS
from compare.report.class_table import class_table
from compare.report.half_blocks import half_blocks
from compare.report.tables import HELD, WIDTH, cut, held, in_lines

# The lines are not made narrower for a terminal that is.
NARROWEST = 40
# What stays in one line.
TOGETHER = re.compile(r"N = 1|Z - max|\[\d+, \d+\]")
# A push is named if it is at least this share of the largest; at most so many are.
NAMED_PUSH, MOST_PUSHES = 0.05, 4
# A change that is so many times as large leaves nothing to see of a number, or of 1.
MUCH = 1e4
# exp(-L) of more is 0 in doubles.
MOST_NATS = 700


@dataclass(frozen=True)
class Walk:
    """What is told of one image (D,) and one step.

    shape: of the image, None if it is not known; names: of the classes; values: of the stages of `proof.explanation`,
    of one side; pixel: index and value of that of the worked entry; before: this entry of W and the bias of the label
    before the step; rate: of the step, and its origin in words; trained: N in the training, None if that is not known.
    """

    image: NDArray
    shape: tuple[int, ...] | None
    names: tuple[str, ...]
    label: int
    values: dict[str, NDArray]
    pixel: tuple[int, float]
    before: tuple[float, float]
    rate: float
    origin: str
    trained: int | None = None

    def name(self, k: int) -> str:
        """What a class is called."""
        return cut(self.names[k])


def walk(told: Walk, console: Console, below: str = "") -> Group:
    """The picture beside the classes (above them on a narrow terminal), a paragraph for each equation, and one more."""
    # the console itself is 80 columns wide at least
    width = max(NARROWEST, min(WIDTH, Console().width))
    colour = console.color_system is not None and not console.no_color
    picture = _without_margin(half_blocks(told.image, told.shape or (), colour, width))
    beside = width - 2 - max((line.cell_len for line in picture), default=width)
    above: list[RenderableType] = [class_table(told.names, told.label, told.values, max(beside, NARROWEST))]
    if beside < NARROWEST:
        above = [*picture, *[Text()] * bool(picture), class_table(told.names, told.label, told.values, width)]
    else:
        grid = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
        grid.add_row(Text("\n").join(picture), *above)
        above = [grid]
    last = ["", _filled(below, width)] if below else []
    return Group(*above, Text(), *map(Text, [*paragraphs(told, width), *last]))


def paragraphs(told: Walk, width: int = WIDTH) -> list[str]:
    """The words for each equation, in lines of this width."""
    texts = (_logits(told), _softmax(told), _loss(told), _gradient(told), _entries(told), _update(told))
    tags = (function.tag for function in FUNCTIONS.values())
    return [f"{tag}  {_filled(text, width - 4, indent='    ')}" for tag, text in zip(tags, texts, strict=True)]


def _without_margin(picture: list[Text]) -> list[Text]:
    drawn = [n for n, line in enumerate(picture) if line.plain.strip()]
    return picture[drawn[0] : drawn[-1] + 1] if drawn else []


def _filled(text: str, width: int, indent: str = "") -> str:
    """Lines of this width, indented but for the first; nothing of TOGETHER is broken."""
    return in_lines(held(TOGETHER, text), width).replace("\n", f"\n{indent}").replace(HELD, " ")


def _logits(told: Walk) -> str:
    Z = told.values["logits"]
    best = int(Z.argmax())
    largest = f"The largest is that of {told.name(best)}, {_number(Z[best])}."
    found = largest if np.isfinite(Z).all() else "Not all are finite."
    return f"Z = X Wᵀ + b: one logit for each class, drawn as a bar from 0. {found}"


def _softmax(told: Walk) -> str:
    k, values = told.label, told.values
    worked = f"exp({_number(values['shifted'][k])}) / {_number(values['sum'])} = {_number(values['probabilities'][k])}"
    return (
        f"The shift: {_number(values['logits'].max())}, the largest logit, is subtracted from all of them. "
        "No probability changes, and exp cannot overflow. "
        f"The sum of all exp(Z - max) is {_number(values['sum'])}, so P[{k}] = {worked}."
    )


def _loss(told: Walk) -> str:
    k, values = told.label, told.values
    trained = f" (in training a batch has {told.trained:,})" if told.trained else ""
    probability = _with_logarithm(float(values["probabilities"][k]), float(values["loss"]))
    return (
        f"The loss is of the label alone: L = -log P[{k}] = -log {probability} = "
        f"{_number(values['loss'])}. N = 1: this image is the whole batch{trained}, so nothing is averaged."
    )


def _gradient(told: Walk) -> str:
    return (
        "dZ = (P - Y) / N: how fast L changes with each logit. A step goes against it: "
        f"{pushes(told)}. How far it goes, E6 says."
    )


def pushes(told: Walk) -> str:
    """The row of dZ in words, the largest pushes by the name of the class: a positive dZ pushes down."""
    dZ = np.asarray(told.values["dZ"], float)
    if not np.isfinite(dZ).all():
        return "where dZ is not finite it ruins the weights"
    order = np.argsort(-np.abs(dZ), kind="stable")
    named = [k for k in order[:MOST_PUSHES] if abs(dZ[k]) >= NAMED_PUSH * np.abs(dZ).max() > 0]
    rest = order[len(named) :]
    words = [f"{told.name(k)} {_direction(dZ[k])}" for k in named]
    if np.any(dZ[rest]):
        others = f"the other {len(rest)} together" if len(rest) > 1 else told.name(int(rest[0]))
        words.append(f"{others} {_direction(dZ[rest].sum())}")
    return f"it pushes {', '.join(words)}" if words else "it pushes nothing, because dZ is 0"


def _entries(told: Walk) -> str:
    k, (i, x), values = told.label, told.pixel, told.values
    return (
        f"dW = dZᵀ X, one entry: dW[{k}, {i}] = dZ[{k}] X[{i}] = {_number(values['dZ'][k])} x {_factor(x)} = "
        f"{_number(values['dW_entry'])}. Row {k} is the template of {told.name(k)}; pixel {i}{_where(told, i)} has "
        f"the largest X. db[{k}] = dZ[{k}] = {_number(values['db'][k])}, because N = 1."
    )


def _where(told: Walk, i: int) -> str:
    """Row and column of a pixel."""
    if not told.shape or len(told.shape) not in (2, 3):
        return ""
    *channel, row, column = map(int, np.unravel_index(i, told.shape))
    return f" ({f'channel {channel[0]}, ' if channel else ''}row {row}, column {column}, from 0)"


def _update(told: Walk) -> str:
    k, (i, _), values = told.label, told.pixel, told.values
    (W, b), (before, after) = told.before, _told_apart(float(values["loss"]), float(values["loss_after"]))
    was, becomes = _told_apart(float(values["logits"][k]), float(values["logits_after"][k]))
    return (
        f"The rate is {told.rate:g}, {told.origin}. "
        f"W[{k}, {i}]: {_step(told, W, values['dW_entry'], values['W_entry'])}. "
        f"b[{k}]: {_step(told, b, values['db'][k], values['b'][k])}. So the logit of the label, Z[{k}], goes "
        f"from {was} to {becomes}, and the loss of this image is {before} before the step and {after} after it."
    )


def _step(told: Walk, old: float, by: NDArray, new: NDArray) -> str:
    # float32 would overflow
    old, change = float(old), told.rate * float(by)
    decimals, digits = _to_see(old, change)
    return (
        f"{_with_decimals(old, decimals)} - {told.rate:g} x {_factor(by, digits)} = "
        f"{_with_decimals(float(new), decimals)}"
    )


def _direction(push: float) -> str:
    return f"{'down' if push > 0 else 'up'} ({abs(push):.2g})"


def _number(value: float | NDArray, digits: int = 4) -> str:
    # no minus before a zero
    return f"{float(value) + 0.0:.{digits}g}"


def _factor(value: float | NDArray, digits: int = 4) -> str:
    """A number behind a multiplication sign: a negative one in brackets."""
    return f"({_number(value, digits)})" if float(value) < 0 else _number(value, digits)


def _to_see(old: float, change: float) -> tuple[int | None, int]:
    """How many decimals show four digits of a change, and how many digits of its factor make these.

    A small number that changes much keeps two digits of its own, as far as a float32 of the size of the change has
    them. None: all have four digits, since the change is not finite, 0, or much larger than the number.
    """
    if not 0 < abs(change) < math.inf or abs(change) > MUCH * max(1.0, abs(old)):
        return None, 4
    size = math.floor(math.log10(abs(change)))
    usual, own = min(9, max(0, 3 - size)), 0
    if 0 < abs(old) < math.inf:
        own = min(4, 5 - size, 1 - math.floor(math.log10(abs(old))))
    return (own, own + size + 2) if own > usual else (usual, 4)


def _with_decimals(value: float, decimals: int | None) -> str:
    if decimals is None:
        return _number(value)
    return _number(value, 9) if abs(value) >= 1e4 else f"{round(value, decimals) + 0.0:.{decimals}f}"


def _with_logarithm(P: float, L: float) -> str:
    """A probability with four digits, or so many more that L is -log of them; P itself may have underflowed to 0."""
    exactly = math.exp(-L) if L < MOST_NATS and math.isclose(math.exp(-L), P, rel_tol=1e-4, abs_tol=1e-30) else P
    for digits in range(4, 18):
        text = _number(exactly, digits)
        if float(text) > 0 and _number(-math.log(float(text))) == _number(L):
            return text
    return _number(P)


def _told_apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers with four digits, or so many more that they differ if they do."""
    pairs = [(_number(one, digits), _number(other, digits)) for digits in range(4, 18)]
    return next((pair for pair in pairs if pair[0] != pair[1]), pairs[0])
