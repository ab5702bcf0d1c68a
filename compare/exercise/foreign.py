"""Modules that a piece of code imports beside Python's own and NumPy, and what is said of code from elsewhere."""

import ast
from collections.abc import Iterator
from pathlib import Path

from compare.backends.whose import WAYS, whose


def outside(node: ast.AST) -> Iterator[str]:
    """The modules that import statements name in it; what else leads to other code is seen when it runs."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import):
            yield from (alias.name for alias in inner.names if _is_foreign(alias.name))
        elif isinstance(inner, ast.ImportFrom):
            module = "." * inner.level + (inner.module or "")
            yield from (module,) if _is_foreign(module) else ()


def why_not(name: str, other: str, folder: Path) -> str:
    """What is said of a function that runs other code. folder: that of the exercise."""
    root = other.lstrip(".").partition(".")[0]
    # Python's own comes first: a file of that name beside the exercise is not what ran
    if other in WAYS:
        return (
            f"{name} uses {other}: by that a file can run code that is not in it, so the function does not count. "
            "It may well be right. Write it without that; NumPy is all that it needs."
        )
    if other.startswith(".") or (folder / f"{root}.py").exists():
        return f"{name} uses {other}: that is another file. Write the code of {name} in this file."
    return (
        f"{name} uses {other}: that is somebody else's code. It may well be right, but here it earns nothing, "
        "because nothing is learned by it. Write it in this file; NumPy is all that it needs."
    )


def _is_foreign(module: str) -> bool:
    return module.startswith(".") or bool(whose(module))
