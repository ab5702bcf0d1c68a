"""One-line changes of Python code, found on its syntax tree and made in its text.

What changes no result is left out: `strict=True`, the order of two arguments where it does not matter, imports for a
type checker, and how large or pale something is drawn.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
OPERATORS = {ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*")}
OPERATORS |= {ast.FloorDiv: ("//", "*"), ast.BitAnd: ("&", "|"), ast.BitOr: ("|", "&")}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "sum": "max", "argmax": "argmin"}

SYMMETRIC = "max", "min", "maximum", "minimum", "hypot", "array_equal", "isclose"
LOOKS = {"strict", "alpha", "dpi", "figsize", "fontsize", "frameon", "ha", "loc", "lw", "ms", "ncols", "rotation", "va"}


class Mutant(NamedTuple):
    """A file, and a piece of one of its lines (counted from 1, columns from 0) with what is to stand there instead."""

    path: str
    line: int
    column: int
    old: str
    new: str

    def apply(self, source: str) -> str:
        """The source with the change in it."""
        lines = source.splitlines(keepends=True)
        text = lines[self.line - 1]
        assert text[self.column :].startswith(self.old), (self, text)
        lines[self.line - 1] = text[: self.column] + self.new + text[self.column + len(self.old) :]
        return "".join(lines)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.old!r} -> {self.new!r}"


def mutants(path: Path, name: str) -> list[Mutant]:
    """Every change of a file that still compiles; annotations, decorators and texts stay as they are."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    found = []
    for node in _walk(ast.parse(source)):
        for line, column, old, new in _changes(node, lines):
            # columns of the syntax tree count bytes
            start = len(lines[line - 1].encode()[:column].decode())
            if lines[line - 1][start:].startswith(old):
                mutant = Mutant(name, line, start, old, new)
                if _compiles(mutant.apply(source)):
                    found.append(mutant)
    return found


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that compute something."""
    yield node
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_comment") or isinstance(node, ast.JoinedStr):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _changes_no_result(child):
                yield from _walk(child)


def _changes_no_result(node: ast.AST) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg in LOOKS
    if isinstance(node, ast.Call) and _name(node.func) == "new_figure":
        return True
    return isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING"


def _name(node: ast.expr) -> str:
    """The last part of a name: `maximum` of np.maximum."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _changes(node: ast.AST, lines: list[str]) -> Iterator[tuple[int, int, str, str]]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from _between(node.left, node.comparators[0], lines, COMPARISONS)
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS and not _is_text(node):
        yield from _between(node.left, node.right, lines, dict([OPERATORS[type(node.op)]]))
    elif isinstance(node, ast.BoolOp) and len(node.values) == 2:
        yield from _between(*node.values, lines, {"and": "or", "or": "and"})
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.lineno, node.col_offset, "not ", ""
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.lineno, node.col_offset, "-", ""
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float, bool):
        yield from _constant(node, lines)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        yield from _condition(node.test, lines)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield from _statement(node, lines)
    elif isinstance(node, ast.Call):
        yield from _call(node, lines)
    elif isinstance(node, ast.Name) and node.id in NAMES:
        yield node.lineno, node.col_offset, node.id, NAMES[node.id]
    elif isinstance(node, ast.Continue | ast.Break):
        yield node.lineno, node.col_offset, type(node).__name__.lower(), "pass"


def _is_text(node: ast.BinOp) -> bool:
    return any(isinstance(side, ast.JoinedStr | ast.Constant) and not isinstance(getattr(side, "value", 0), int | float)
               for side in (node.left, node.right))  # fmt: skip


def _between(left: ast.expr, right: ast.expr, lines: list[str], words: dict[str, str]) -> Iterator:
    """The operator that stands between two operands of one line."""
    if left.end_lineno != right.lineno:
        return
    gap = lines[right.lineno - 1].encode()[left.end_col_offset : right.col_offset].decode()
    word = gap.strip().strip("()").strip()
    if word in words:
        yield right.lineno, left.end_col_offset + gap.index(word), word, words[word]


def _constant(node: ast.Constant, lines: list[str]) -> Iterator:
    old = lines[node.lineno - 1].encode()[node.col_offset : node.end_col_offset].decode()
    if node.value is True or node.value is False:
        yield node.lineno, node.col_offset, old, str(not node.value)
    elif isinstance(node.value, int):
        yield node.lineno, node.col_offset, old, str(node.value + 1)
    else:
        yield node.lineno, node.col_offset, old, repr(node.value * 10 or 1.0)


def _condition(test: ast.expr, lines: list[str]) -> Iterator:
    if test.lineno == test.end_lineno:
        old = lines[test.lineno - 1].encode()[test.col_offset : test.end_col_offset].decode()
        yield test.lineno, test.col_offset, old, f"not ({old})"


def _statement(node: ast.Expr, lines: list[str]) -> Iterator:
    """A call for its effect: left out."""
    if node.lineno == node.end_lineno:
        old = lines[node.lineno - 1].encode()[node.col_offset : node.end_col_offset].decode()
        yield node.lineno, node.col_offset, old, "pass"


def _call(node: ast.Call, lines: list[str]) -> Iterator:
    if node.lineno != node.end_lineno:
        return
    text = lines[node.lineno - 1].encode()

    def piece(part: ast.AST) -> str:
        return text[part.col_offset : part.end_col_offset].decode()

    if isinstance(node.func, ast.Attribute) and node.func.attr in NAMES:
        old = "." + node.func.attr
        yield node.lineno, node.func.end_col_offset - len(old.encode()), old, "." + NAMES[node.func.attr]
    ordered = len(node.args) == 2 and _name(node.func) not in SYMMETRIC
    if ordered and not any(isinstance(arg, ast.Starred) for arg in node.args):
        first, second = node.args
        old = text[first.col_offset : second.end_col_offset].decode()
        if piece(first) != piece(second):
            yield node.lineno, first.col_offset, old, f"{piece(second)}, {piece(first)}"
    for keyword in node.keywords:
        if keyword.arg and keyword.arg not in LOOKS:
            old = text[keyword.col_offset : keyword.end_col_offset].decode()
            before = text[: keyword.col_offset].decode()
            if before.endswith(", "):
                yield node.lineno, keyword.col_offset - 2, ", " + old, ""
