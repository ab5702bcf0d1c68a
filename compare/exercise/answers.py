"""What an answer on paper is worth: a number or a list, read from the text of the file without running it."""

import ast
import math
import operator
import re
from collections.abc import Callable

Answer = float | str | tuple[float, ...]
Value = float | tuple[float, ...]

OPERATIONS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}  # fmt: skip
SIGNS: dict[type, Callable[[float], float]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
# float64 is how NumPy prints one number of an array.
MATHS: dict[str, Callable[[float], float]] = {
    "log": math.log, "exp": math.exp, "sqrt": math.sqrt, "float64": float, "float32": float,
}  # fmt: skip
MODULES, ARRAYS = {"np", "numpy", "math"}, {"array", "asarray"}
# A longer text is no answer.
LONGEST = 300


class _UnreadableError(Exception):
    """What stands there is neither a number nor a list of numbers."""


def value_of(given: Answer) -> Value | None:
    """A number or a list of numbers, also if it was given as text; None if it is neither.

    >>> value_of("-np.log(1/4)") == math.log(4), value_of("[1, 2/4]"), value_of("b")
    (True, (1.0, 0.5), None)
    """
    if not isinstance(given, str):
        return given
    if len(given) > LONGEST:
        return None
    try:
        return value_in(ast.parse(given.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def value_in(node: ast.expr) -> Value | None:
    """The same of a piece of code: arithmetic, log, exp and sqrt of numbers; nothing is run. An int stays one."""
    try:
        parts = _list_in(node)
        value = _number(node) if parts is None else tuple(map(_number, parts))
        return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else value
    except (_UnreadableError, ArithmeticError, ValueError, RecursionError):
        return None


def has_decimal_commas(text: str) -> bool:
    """Whether numbers are written as 0,5.

    >>> has_decimal_commas("0,359"), has_decimal_commas("[-0,5, 0,25]"), has_decimal_commas("[1, 0.5]")
    (True, True, False)
    """
    return bool(re.search(r"(?<![\d.])\d+,\d+(?![\d.])", text))


def _list_in(node: ast.expr) -> list[ast.expr] | None:
    if isinstance(node, ast.Call) and _called(node) in ARRAYS and len(node.args) == 1 and not node.keywords:
        node = node.args[0]
    return node.elts if isinstance(node, ast.List | ast.Tuple) else None


def _number(node: ast.expr) -> float:
    value: object
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        value = float(node.value)
    elif isinstance(node, ast.UnaryOp) and type(node.op) in SIGNS:
        value = SIGNS[type(node.op)](_number(node.operand))
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
        value = OPERATIONS[type(node.op)](_number(node.left), _number(node.right))
    elif isinstance(node, ast.Call) and _called(node) in MATHS and len(node.args) == 1 and not node.keywords:
        value = MATHS[_called(node)](_number(node.args[0]))
    else:
        raise _UnreadableError
    # a root of a number below 0 is complex
    if not isinstance(value, float) or not math.isfinite(value):
        raise _UnreadableError
    return value


def _called(node: ast.Call) -> str:
    """The name of a function, of NumPy or math or without its module."""
    function = node.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id in MODULES:
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
