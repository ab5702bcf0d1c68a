"""The lines of both codes that compute each equation, taken from their sources, with every symbol marked."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from html import escape
from typing import NamedTuple

import scratch
import torch_impl
from compare.equations import FUNCTIONS
from compare.page.symbols import SYMBOLS


class StandIn(NamedTuple):
    """Who computes an equation where no line does, and the symbols of its formula that the code never writes."""

    who: str
    symbols: tuple[str, ...] = ()


class Line(NamedTuple):
    """The code of one equation on one side: its lines as HTML, where they stand, and what stands for the rest."""

    html: str
    place: str
    stand_in: StandIn | None


# Where PyTorch's side of an equation is: a function, and the start of its line.
TORCH: dict[str, tuple[Callable, str]] = {
    "E1": (torch_impl.SoftmaxRegression.forward, "Z"),
    "E2": (torch_impl.step, "L ="),
    "E3": (torch_impl.step, "L ="),
    "E4": (torch_impl.step, "L.backward"),
    "E5": (torch_impl.step, "L.backward"),
    "E6": (torch_impl.step, "optimizer.step"),
}
# What a formula has and no line of `scratch` builds.
NEVER_BUILT = {"log_softmax": StandIn("not built, training needs its logarithm only:", ("P",))}
# What PyTorch calls the node of its graph that computes an equation no line names.
NODES = {
    "E2": StandIn("inside cross_entropy: log_softmax"),
    "E3": StandIn("inside cross_entropy: nll_loss"),
    "E4": StandIn("autograd: NllLossBackward0 and LogSoftmaxBackward0 compute it, from", ("P", "Y", "N")),
    "E5": StandIn("autograd: AddmmBackward0 computes it, with the kept", ("X",)),
}


def numpy_lines() -> dict[str, Line]:
    """By tag the lines of `scratch`: what a function does after it has checked its arguments."""
    return {function.tag: _of_scratch(getattr(scratch, name)) for name, function in FUNCTIONS.items()}


def torch_lines() -> dict[str, Line]:
    """By tag the line of `torch_impl`, with the node of the graph where no line is the equation's own."""
    found = {}
    for tag, (function, beginning) in TORCH.items():
        source = textwrap.dedent(inspect.getsource(function))
        (line,) = (text.strip() for text in source.splitlines() if text.strip().startswith(beginning))
        found[tag] = Line(marked(_without_type(line), "torch"), _place(function), NODES.get(tag))
    return found


def _of_scratch(function: Callable) -> Line:
    source = textwrap.dedent(inspect.getsource(function))
    (definition,) = ast.parse(source).body
    assert isinstance(definition, ast.FunctionDef)
    pieces = [ast.get_source_segment(source, one) or "" for one in definition.body[1:] if not _checks(one)]
    html = marked("\n".join(map(_without_type, pieces)), "numpy")
    return Line(html, _place(function), NEVER_BUILT.get(function.__name__))


def _without_type(line: str) -> str:
    # the type of a result is for a type checker
    return re.sub(r"^(\w+): [\w.]+ =", r"\1 =", line)


def _checks(statement: ast.stmt) -> bool:
    """True for what only looks at the arguments."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    name = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
    return isinstance(statement, ast.If) or "check" in name or ast.unparse(statement) == "lr = float(lr)"


def _place(function: Callable) -> str:
    return f"{function.__module__.replace('.', '/')}.py: {function.__qualname__}"


def marked(text: str, side: str) -> str:
    """The text as HTML; a name of a symbol is an element that lists the symbols it stands for."""
    names: dict[str, list[str]] = {}
    for symbol, about in SYMBOLS.items():
        for name in getattr(about, side):
            names.setdefault(name, []).append(symbol)
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile(
        "|".join(
            rf"(?<![\w.]){re.escape(name)}(?!\w)" if name[0].isalpha() else re.escape(name) for name in longest_first
        )
    )
    parts, end = [], 0
    for match in pattern.finditer(text):
        symbols = " ".join(names[match[0]])
        parts += [escape(text[end : match.start()]), f'<span data-symbol="{symbols}">{escape(match[0])}</span>']
        end = match.end()
    return "".join([*parts, escape(text[end:])])
