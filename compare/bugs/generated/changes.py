"""The walk over the syntax tree of a function: every small change of one of its nodes."""

import ast
import copy
from collections.abc import Iterator
from typing import NamedTuple

OPERATORS = ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow
COMMUTATIVE = ast.Add, ast.Mult
# What one may write by mistake in place of a function.
OTHERS = {
    "float": ("int",),
    "add": ("subtract", "multiply", "divide"),
    "exp": ("exp2", "expm1"),
    "log": ("log2", "log10", "log1p"),
    "sum": ("mean", "max", "min", "prod"),
    "mean": ("sum", "max", "min"),
    "max": ("min", "mean", "sum"),
}


class Change(NamedTuple):
    """A function with one small change: what stood there and what stands there now, the line, and the whole of it.

    A name or a number is shown with what it is part of. What was dropped is empty.
    """

    old: str
    new: str
    line: str
    changed_line: str
    source: str


def all_changes(source: str) -> Iterator[Change]:
    """Every change of the function in `source`, each once; what only looks at its inputs stays."""
    tree = ast.parse(source)
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)
    names = [argument.arg for argument in function.args.args] + _assigned(function)
    seen = {ast.unparse(tree)}
    for statement in function.body:
        for node, parent in [] if _is_left_alone(statement) else _with_parents(statement):
            for new in _variants(node, names):
                change = _changed(tree, statement, node, parent, new)
                if change.source not in seen:
                    seen.add(change.source)
                    yield change


def _with_parents(statement: ast.stmt) -> Iterator[tuple[ast.AST, ast.AST]]:
    yield statement, statement
    for parent in ast.walk(statement):
        yield from ((node, parent) for node in ast.iter_child_nodes(parent))


def _assigned(function: ast.FunctionDef) -> list[str]:
    targets = [node for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    return list(dict.fromkeys(target.id for target in targets))


def _is_left_alone(statement: ast.stmt) -> bool:
    """A docstring, a call that only looks at its arguments, or an early end for inputs that are odd."""
    return isinstance(statement, ast.Expr) or (
        isinstance(statement, ast.If) and isinstance(statement.body[-1], ast.Raise | ast.Return)
    )


class _Replacement(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST | None):
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST | None:
        return self.new if node is self.old else self.generic_visit(node)


def _changed(tree: ast.Module, statement: ast.stmt, node: ast.AST, parent: ast.AST, new: ast.AST | None) -> Change:
    copies: dict[int, ast.AST] = {}
    changed = copy.deepcopy(tree, copies)
    _Replacement(copies[id(node)], new).visit(changed)
    line = new if node is statement else copies[id(statement)]
    # what stood there, and what stands there now
    old, now = (parent, copies[id(parent)]) if isinstance(node, ast.Name | ast.Constant) else (node, new)
    source = ast.unparse(ast.fix_missing_locations(changed))
    return Change(_text(old), _text(now), _text(statement), _text(line), source)


def _text(part: ast.AST | None) -> str:
    return ast.unparse(part) if part else ""


def _variants(node: ast.AST, names: list[str]) -> Iterator[ast.AST | None]:
    """What may stand in place of a node; None drops it."""
    match node:
        case ast.BinOp():
            yield from _operations(node)
        case ast.UnaryOp():
            yield node.operand
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.keyword(arg=name, value=ast.Constant(value=int(value))) if not isinstance(value, bool):
            yield ast.keyword(name, ast.Constant(-value))
            yield None
        case ast.keyword():
            yield None
        case ast.Constant(value=int(value)):
            yield from (ast.Constant(other) for other in (value - 1, value + 1))
        case ast.Call():
            yield from _calls(node)
        case ast.Attribute(attr="T"):
            yield node.value
        case ast.Tuple(elts=[first, second]):
            yield ast.Tuple([second, first], node.ctx)
        case ast.Subscript(slice=ast.Tuple(elts=indices)):
            yield from _indices(node, indices)
        case ast.Name(ctx=ast.Load()) if node.id in names:
            yield from (ast.Name(other, ast.Load()) for other in names if other != node.id)
        case ast.AugAssign():
            yield from (ast.AugAssign(node.target, op(), node.value) for op in OPERATORS if type(node.op) is not op)
            yield from (ast.Assign([node.target], node.value, lineno=0), None)
        case ast.Return(value=value) if value:
            yield from (ast.Return(negated) for negated in _negated(value))


def _operations(node: ast.BinOp) -> Iterator[ast.expr]:
    yield from (ast.BinOp(node.left, op(), node.right) for op in OPERATORS if type(node.op) is not op)
    if not isinstance(node.op, COMMUTATIVE):
        yield ast.BinOp(node.right, node.op, node.left)
    yield from (node.left, node.right)


def _calls(node: ast.Call) -> Iterator[ast.expr]:
    """Another function, the call dropped, its two arguments swapped, and one more or less than a length."""
    for function in _other_functions(node.func):
        yield ast.Call(function, node.args, node.keywords)
    if node.args:
        yield node.args[0]
    elif isinstance(node.func, ast.Attribute):
        yield node.func.value
    if len(node.args) == 2 and not ast.unparse(node.func).endswith("add"):
        yield ast.Call(node.func, node.args[::-1], node.keywords)
    if isinstance(node.func, ast.Name) and node.func.id == "len":
        yield from (ast.BinOp(node, op(), ast.Constant(1)) for op in (ast.Add, ast.Sub))


def _other_functions(function: ast.expr) -> Iterator[ast.expr]:
    match function:
        case ast.Name(id=name):
            yield from (ast.Name(other, ast.Load()) for other in OTHERS.get(name, ()))
        case ast.Attribute(value=value, attr=name):
            yield from (ast.Attribute(value, other, ast.Load()) for other in OTHERS.get(name, ()))


def _indices(node: ast.Subscript, indices: list[ast.expr]) -> Iterator[ast.expr]:
    """Each of several indices is dropped, one lower, or in reversed order."""
    backwards = ast.Slice(step=ast.UnaryOp(ast.USub(), ast.Constant(1)))
    for n, index in enumerate(indices):
        lower = ast.BinOp(index, ast.Sub(), ast.Constant(1))
        for other in (ast.Slice(), lower, ast.Subscript(index, backwards, ast.Load())):
            changed = ast.Tuple([*indices[:n], other, *indices[n + 1 :]], ast.Load())
            yield ast.Subscript(node.value, changed, node.ctx)


def _negated(value: ast.expr) -> Iterator[ast.expr]:
    parts = value.elts if isinstance(value, ast.Tuple) else [value]
    for n, part in enumerate(parts):
        negative = ast.UnaryOp(ast.USub(), part)
        yield ast.Tuple([*parts[:n], negative, *parts[n + 1 :]], ast.Load()) if len(parts) > 1 else negative
