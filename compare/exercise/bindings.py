"""The statements at the top of a file, and which names each of them binds."""

import ast
from collections.abc import Iterator, Sequence
from copy import copy

Definition = ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef
# Where a statement has others in it.
BLOCKS = "body", "orelse", "finalbody", "handlers"


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """All that is run when the file is loaded, also inside of if, try, with and loops, whose heads come alone.

    What stands under `if __name__ == "__main__"` is run in a script only.
    """
    for node in body:
        blocks = {field: getattr(node, field, []) for field in BLOCKS}
        if isinstance(node, Definition) or not any(blocks.values()):
            yield node
            continue
        head = copy(node)
        for field in blocks.keys() & {*node._fields}:
            setattr(head, field, [])
        yield head
        if isinstance(node, ast.If) and _is_main(node.test):
            blocks["body"] = []
        inner = [part for field in BLOCKS[:3] for part in blocks[field]]
        yield from statements([*inner, *(part for handler in blocks["handlers"] for part in handler.body)])


def bindings(top: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """The names that statements bind, each with its statement; the last one counts."""
    for node in top:
        if isinstance(node, Definition):
            yield node.name, node
        yield from ((name, node) for inner in ast.walk(node) for name in _bound(inner, isinstance(node, Definition)))


def _bound(node: ast.AST, in_definition: bool) -> list[str]:
    """The names that a piece of a statement binds at the top of the file."""
    if isinstance(node, ast.Global):
        return node.names
    if in_definition:
        return []
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
        return [node.name]
    return [node.id] if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else []


def names_in(node: ast.stmt) -> set[str]:
    """The names that a statement takes from elsewhere in the file, or from Python; not the parameters of a function."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return _names([node])
    own = {given.arg for given in ast.walk(node.args) if isinstance(given, ast.arg)}
    return _names([*node.decorator_list, node.args, *([node.returns] if node.returns else [])]) | (
        _names(node.body) - own
    )


def _names(nodes: Sequence[ast.AST]) -> set[str]:
    return {inner.id for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _is_main(test: ast.expr) -> bool:
    return ast.unparse(test) in ("__name__ == '__main__'", "'__main__' == __name__")
