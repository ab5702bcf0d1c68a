"""Ways from a piece of code to code that is not in the file: modules, and what leads to them without an import."""

import ast
import operator
import sys
from collections.abc import Iterator

import numpy as np

# All that is taken beside NumPy: none of these runs or loads what a text names, but for what FORBIDDEN has.
TAKEN = {
    "__future__", "abc", "collections", "contextlib", "copy", "dataclasses", "enum", "functools", "itertools", "math",
    "numbers", "operator", "random", "sys", "time", "typing", "warnings",
}  # fmt: skip
# Parts of NumPy that only hold functions of numbers.
NUMPY = {"", "fft", "linalg", "polynomial", "random", "typing"}
# Names that Python gives, and that find or run code by a text.
HIDDEN = {"__import__", "importlib", "exec", "eval", "compile", "builtins", "__builtins__", "runpy", "pkgutil"}
# Ways to bind a name that no assignment shows.
UNSEEN = {"globals", "locals", "vars", "setattr", "delattr"}
# Attributes that lead to modules, to the variables of others, or run a text.
FORBIDDEN = {
    "modules", "import_module", "meta_path", "path_hooks", "path_importer_cache", "_getframe", "_current_frames",
    "f_back", "f_builtins", "f_globals", "f_locals", "gi_frame", "cr_frame", "ag_frame", "tb_frame", "bltns", "exec",
    "eval", "get_type_hints", "ForwardRef", "attrgetter", "methodcaller", "ctypeslib", "f2py", "distutils", "measure",
    "rundocs", "runstring", "lookfor", "load",
}  # fmt: skip
# Names between two underscores each that a learner may need: of operators, and some others.
PLAIN = {name for name in dir(operator) if name.startswith("__")} - {*dir(ast)} | {
    "__name__", "__file__", "__doc__", "__init__", "__post_init__", "__call__", "__class__", "__version__", "__len__",
    "__iter__", "__next__", "__str__", "__repr__", "__enter__", "__exit__",
}  # fmt: skip
# An attribute of such a name is a module that another module imports, unless NumPy or a module that is taken has it.
OTHER_MODULES = sys.stdlib_module_names - TAKEN - {*dir(np), *dir(np.ndarray)} | {"ctypes"}


def outside(node: ast.AST) -> Iterator[str]:
    """The ways that a piece of code has: a module, or what stands there."""
    fine = {id(part) for call in ast.walk(node) for part in _harmless(call)}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Import):
            yield from (alias.name for alias in inner.names if not _allowed(alias.name))
        elif isinstance(inner, ast.ImportFrom):
            yield from _from(inner)
        elif isinstance(inner, ast.Name) and id(inner) not in fine and _is_way(inner.id):
            yield inner.id
        elif isinstance(inner, ast.Attribute) and id(inner) not in fine and _is_forbidden(inner.attr):
            yield ast.unparse(inner)
        elif isinstance(inner, ast.keyword) and inner.arg == "allow_pickle":
            yield "allow_pickle"


def unseen(node: ast.AST) -> Iterator[str]:
    """What may bind any name, wherever it stands."""
    if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
        yield from () if _allowed(_module(node)) else (_module(node),)
    elif isinstance(node, ast.Name) and node.id in UNSEEN:
        yield node.id


def why_not(name: str, way: str) -> str:
    """What is said of a function that is not the learner's own, or has a way to other code."""
    root, last = way.partition(".")[0], way.rpartition(".")[2]
    if root in sys.stdlib_module_names and root not in TAKEN:
        return (
            f"{name} uses {way}: the exercise needs NumPy only. Beside it few modules of Python are taken, such as "
            "math, itertools and functools, so that no other code comes in by them. Write it without that."
        )
    if way in (*UNSEEN, "allow_pickle") or _is_way(way) or (last != way and _is_forbidden(last)):
        return (
            f"{name} uses {way}: by that a file can take code that is not in it, so the function does not count. "
            "It may well be right. Write it without that; NumPy is all that it needs."
        )
    return (
        f"{name} uses {way}: that is somebody else's code. It may well be right, but here it earns nothing, "
        "because nothing is learned by it. Write it in this file; NumPy is all that it needs."
    )


def _from(node: ast.ImportFrom) -> Iterator[str]:
    module = _module(node)
    if not _allowed(module):
        yield module
    yield from (f"{module}.{alias.name}" for alias in node.names if _is_forbidden(alias.name))


def _module(node: ast.ImportFrom) -> str:
    return "." * node.level + (node.module or "")


def _allowed(module: str) -> bool:
    root, _, rest = module.partition(".")
    return rest.partition(".")[0] in NUMPY if root == "numpy" else root in TAKEN


def _is_way(name: str) -> bool:
    """Whether a name leads to other code."""
    return name in HIDDEN or name in ("getattr", "breakpoint") or _is_special(name)


def _is_forbidden(attribute: str) -> bool:
    return _is_special(attribute) or attribute in FORBIDDEN or attribute.lstrip("_") in OTHER_MODULES


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and name not in PLAIN


def _harmless(node: ast.AST) -> Iterator[ast.AST]:
    """Parts that would be refused elsewhere: getattr of a plain name, the load of one file, what an object is given."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        yield from () if _is_special(node.attr) else (node,)
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Attribute) and node.func.attr == "load" and len(node.args) == 1 and not node.keywords:
        yield node.func
    if isinstance(node.func, ast.Name) and node.func.id == "getattr" and _names_plainly(node.args[1:2]):
        yield node.func


def _names_plainly(given: list[ast.expr]) -> bool:
    return any(
        isinstance(one, ast.Constant) and isinstance(one.value, str) and not _is_forbidden(one.value) for one in given
    )
