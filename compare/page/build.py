"""The page as one file: the template, its modules and styles inlined, and the packed recording."""

import base64
import hashlib
import math
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from compare.bugs.catalogue import BUGS
from compare.data.strict_json import parse_json
from compare.equations import FUNCTIONS, QUANTITIES
from compare.errors import InputError
from compare.page.code_lines import numpy_lines, torch_lines
from compare.page.content import Content
from compare.page.formulas import equations
from compare.page.notes import BUTTONS, LEGEND, NOTES, SECTIONS
from compare.page.packing import Packed, pack
from compare.page.reasons import reasons
from compare.page.symbols import SYMBOLS, dimensions
from compare.page.texts import ALSO, ORIGINS, STOPS, for_any_run, questions

HERE = Path(__file__).parent
# In the order in which each needs only those before it.
MODULES = (
    "engine", "train", "mistakes", "numbers", "unpack", "recording", "compare", "kept", "symbols", "desk",
    "digit", "curves", "touch", "templates", "guide", "training", "breaking", "main",
)  # fmt: skip
IMPORT = re.compile(r"^import .*?from '\./\w+\.js'\n", re.M | re.S)
TABLE, TEXT = "table", "recording"
# Images of a batch that one may choose: the gradient of more would hold the page up for more than 50 ms.
LARGE = 256


def build(content: Content) -> str:
    """The page of a new recording."""
    return render(content.facts, pack(content.arrays))


def render(facts: dict[str, Any], packed: Packed) -> str:
    """The page of a recording that is packed already."""
    modules = {name: (HERE / f"{name}.js").read_text(encoding="utf-8") for name in MODULES}
    # the page finds the text of its worker, and the engine that it shows, by these lines
    script = "".join(f"// {name}.js\n{_alone(text)}\n" for name, text in modules.items())
    mistakes, asked = _mistakes(), questions(facts["classes"])
    style = (HERE / "page.css").read_text(encoding="utf-8")
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.jinja").render(
        facts=facts,
        policy=_policy(script, style),
        rows=_rows(),
        symbols=SYMBOLS,
        origin=_origin(facts),
        boxes=_boxes(facts),
        names=BUTTONS,
        sections=SECTIONS,
        questions=asked,
        choices=_choices(facts, mistakes),
        script=script,
        style=style,
        mistakes=mistakes,
        tags=_tags(),
        notes=NOTES,
        legend=LEGEND,
        data={
            "facts": facts,
            "recorded_as": {"lr": facts["lr"], "batch_size": facts["batch_size"], "momentum": 0, "sum": False},
            "symbols": _symbols(facts),
            "mistakes": mistakes,
            "tags": _tags(),
            "stops": [(stop.place, f"{n} of {len(STOPS)}. {stop.text}") for n, stop in enumerate(STOPS, 1)],
            "notes": NOTES,
            "questions": {tag: question._asdict() for tag, question in asked.items()},
        },
        table=packed.table,
        recording=packed.text,
    )


def recording_of(page: str) -> tuple[dict[str, Any], Packed]:
    """The facts and the packed recording inside a page. Raises InputError if there is none."""
    found = [_element(page, name) for name in ("data", TABLE, TEXT)]
    if None in found:
        raise InputError("this is no page of `page`: it has no recording")
    data, table, text = map(str, found)
    try:
        return parse_json(data)["facts"], Packed(parse_json(table), text)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"the recording of this page is damaged: {error}") from None


def _element(page: str, name: str) -> str | None:
    match = re.search(rf'<script type="[\w/.+-]+" id="{name}">(.*?)</script>', page, re.S)
    return match and match[1]


def _alone(module: str) -> str:
    """A module without imports and exports: all are in one script."""
    return re.sub(r"^export ", "", IMPORT.sub("", module), flags=re.M)


def _policy(script: str, style: str) -> str:
    """What the file may do: run its own script and workers made of its own text; no connections at all."""
    sources = {
        "default-src": "'none'",
        "script-src": _hash(script),
        "style-src": _hash(style),
        "worker-src": "blob:",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {source}" for name, source in sources.items())


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _rows() -> list[dict[str, Any]]:
    """The six equations: tag, name, formula and both codes."""
    said = {stop.place: stop.text for stop in STOPS}
    formulas, ours, theirs, why = equations(), numpy_lines(), torch_lines(), reasons()
    return [
        {
            "tag": function.tag,
            "name": name,
            "signature": function.signature.replace("->", "→"),
            "formula": formulas[function.tag],
            "symbols": dict.fromkeys(re.findall(r'data-symbol="(\w+)"', formulas[function.tag])),
            "reason": why.get(function.tag),
            "short": said[function.tag],
            "plain": "; ".join(f"{one.field} = {one.formula}" for one in QUANTITIES.values() if one.function == name),
            "codes": {"NumPy": ours[function.tag], "PyTorch": theirs[function.tag]}.items(),
        }
        for name, function in FUNCTIONS.items()
    ]


def _symbols(facts: dict[str, Any]) -> dict[str, Any]:
    """By name the formula of a symbol, and what it is with its shape for one image; its value comes after that."""
    sizes = {"N": 1, "D": facts["features"], "K": facts["classes"]}
    shapes = {name: ", ".join(f"{letter} = {sizes[letter]}" for letter in dimensions(name)) for name in SYMBOLS}
    return {
        name: {
            "formula": symbol.formula,
            "said": symbol.formula
            + (f" ({shapes[name]})" if shapes[name] else ", a single number")
            + f": {symbol.meaning}; here",
        }
        for name, symbol in SYMBOLS.items()
    }


def _mistakes() -> dict[str, Any]:
    """What the catalogue says of the mistakes of the page, and what is said of them here."""
    names = re.findall(
        r"^  '?([\w-]+)'?: (?:\['|after|before|dZ_times)", (HERE / "mistakes.js").read_text(encoding="utf-8"), re.M
    )
    said, nothing = ("title", "belief", "symptom", "lesson"), {"also": "", "why": ""}
    return {
        name: {field: for_any_run(getattr(BUGS[name], field)) for field in said} | ALSO.get(name, nothing)
        for name in names
    }


def _choices(facts: dict[str, Any], mistakes: dict[str, Any]) -> dict[str, Any]:
    """By the id of a list to choose from: its label, and (value, text) of each line."""
    first = "", "first say …"
    found = [(field, f"{field} ({tag})") for field, tag in _tags().items()]
    return {
        "label": ("Label", list(enumerate(facts["names"]))),
        "shown": ("Show", [("W", "W"), ("W · x", "W times the image")]),
        "in-batch": ("Images in the batch", [(size, size) for size in (1, 2, 10, 100)]),
        "sum": ("Loss", [("", "mean"), ("sum", "sum")]),
        "mistake": (
            "Mistake",
            [*((name, one["title"] + one["also"]) for name, one in mistakes.items()), ("", "my own line, below")],
        ),
        "guess-notices": (
            "Will the accuracy notice?",
            [first, ("yes", "yes: 2 points lower or more"), ("no", "no")],
        ),
        "guess-first": ("What goes wrong first?", [first, *found, ("none", "nothing")]),
    }


def _boxes(facts: dict[str, Any]) -> dict[str, Any]:
    """By the id of a box or slider for a number what stands before it, and the attributes that limit it."""
    last, largest = facts["train"] + facts["validation"] - 1, max(facts["batch_size"], min(facts["train"], LARGE))
    rate, (height, width) = round(math.log10(facts["lr"]), 6), facts["shape"]
    places = {"class": facts["classes"], "line": height, "column": width}
    return {
        "index": {"label": f"Image, 0 to {last:,}", "limits": _limits(0, last, 0)},
        "momentum": {"label": "Momentum, 0 to 0.99", "limits": _limits(0, 0.99, 0, "any")},
        "batch": {"label": f"Batch, 1 to {largest:,}", "limits": _limits(1, largest, facts["batch_size"])},
        "prediction": {"label": "My prediction, in %", "limits": _limits(0, 100, "", "any")},
        "scrub": {"label": "Step", "limits": _limits(0, facts["steps"], 0)},
        # in powers of ten, with that of the recorded run
        "rate": {"label": "Learning rate", "limits": _limits(min(-4, rate), max(1, rate), rate, "any")},
        "shift": {"label": "Number c", "limits": _limits(-1000, 1000, 0)},
        "power": {"label": "h = 10 to the power of minus", "limits": _limits(1, 15, 3)},
    } | {
        name: {"label": f"{name} 0 to {count - 1}", "limits": _limits(0, count - 1, 0)}
        for name, count in places.items()
    }


def _limits(low: float, high: float, value: float | str, step: str = "") -> dict[str, Any]:
    return {"min": low, "max": high, "step": step, "value": value}


def _origin(facts: dict[str, Any]) -> str:
    """The images, how many, and where they come from."""
    origin = ORIGINS.get(facts["name"], "The images have the licence of their data set")
    train, validation = facts["train"], facts["validation"]
    return f"Data: {facts['name']}, {train:,} images to train on and {validation:,} to validate. {origin}"


def _tags() -> dict[str, str]:
    return {quantity.field: quantity.tag for quantity in QUANTITIES.values()}
