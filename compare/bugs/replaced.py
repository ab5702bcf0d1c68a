"""Which of the six functions a user's file has of its own, as far as its text says; the file is not run."""

import ast
from pathlib import Path

from compare.backends.by_name import is_path
from compare.data.regular_files import read_bytes
from compare.equations import FUNCTIONS


def replaced(spec: str) -> frozenset[str] | None:
    """Names of the functions that a backend may replace; None if that is not known, as of scratch.

    >>> replaced("scratch") is None
    True
    """
    if not is_path(spec):
        return None
    try:
        names = _names(ast.parse(read_bytes(Path(spec))))
    except (OSError, ValueError, SyntaxError):
        return None
    return None if "*" in names else frozenset(names & set(FUNCTIONS))


def _names(tree: ast.AST) -> set[str]:
    """What is defined, assigned or imported anywhere in a file."""
    names = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.alias(name=name, asname=other):
                names.add(other or name)
    return names
