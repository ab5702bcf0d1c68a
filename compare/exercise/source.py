"""What stands in a learner's file, read without running it: answers, whose code it is, and whether it has changed."""

import ast
import builtins
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import chain
from pathlib import Path

from compare.data.regular_files import read_bytes
from compare.equations import FUNCTIONS, KNOWN, RUNGS
from compare.exercise.answers import MODULES, Answer, value_in
from compare.exercise.bindings import bindings, names_in, statements
from compare.exercise.foreign import outside

# Functions that only a file with questions has.
ONLY_RUNGS = RUNGS.keys() - FUNCTIONS.keys()
LOOPS = ast.For, ast.While, ast.comprehension
DEFAULT_SEED = 1
# So much of two names must be the same, for one to be meant for the other.
CLOSE = 0.85


class Source:
    """The text of a file, which must be valid Python.

    seed: that of the paper tasks. answers: by name what is answered, None for what is not; of another kind than a
    number, a text or a list of numbers it is the text in the file. asked: whether the file has ANSWERS, or should have.
    """

    def __init__(self, path: Path):
        # bytes: Python itself sees to the encoding that the file names
        self._tree = ast.parse(read_bytes(path))
        self._top = [*statements(self._tree.body)]
        found_bindings = [*bindings(self._top)]
        self._bound, self._every = dict(found_bindings), defaultdict(list)
        for name, node in found_bindings:
            self._every[name].append(node)
        self.seed = _seed(self._bound.get("SEED"))
        found = self._bound.get("ANSWERS")
        # a file of the six functions alone is from before there were questions
        self.asked = found is not None or not ONLY_RUNGS.isdisjoint(self._bound)
        self.answers = {key: _answer(given) for key, given in _values(found).items()}

    def unquoted(self) -> Iterator[tuple[int, str, str]]:
        """Answers with a name that has no value in the file: their line, the name, and what stands there."""
        known = self._bound.keys() | vars(builtins).keys() | MODULES
        for given in () if "*" in known else _values(self._bound.get("ANSWERS")).values():
            names = [node for node in ast.walk(given) if isinstance(node, ast.Name)]
            own = known | {node.id for node in names if isinstance(node.ctx, ast.Store)}
            yield from ((given.lineno, node.id, ast.unparse(given)) for node in names if node.id not in own)

    def misspelled(self, name: str) -> str:
        """A name in the file that may be meant for that of a function; empty if there is none."""
        others = {bound.lower(): bound for bound in self._bound if bound not in KNOWN}
        return next((others[near] for near in get_close_matches(name, others, 1, CLOSE)), "")

    def foreign(self, name: str) -> str:
        """A module that a function imports or uses, and that is neither Python's nor NumPy; empty if there is none.

        What no statement shows is seen when the function runs.
        """
        # what comes in by a star may be anything
        every = [*self._used(name), *self._every.get("*", [])]
        return next((module for node in every for module in outside(node)), "")

    def fingerprint(self, name: str) -> str:
        """Changes when the code of a function changes, or of what it uses in this file."""
        code = "\n".join(sorted(ast.dump(node) for node in self._used(name)))
        return hashlib.sha256(code.encode()).hexdigest()[:16]

    def has_loop(self, name: str) -> bool:
        """Whether a function, or what it uses in this file, loops in Python."""
        return any(isinstance(inner, LOOPS) for node in self._used(name) for inner in ast.walk(node))

    def _used(self, name: str) -> list[ast.stmt]:
        """All that binds a name and what is used in it, and the statements that bind none: they may change anything."""
        seen, open_names = dict[str, list[ast.stmt]](), [name]
        while open_names:
            one = open_names.pop()
            if one not in seen:
                # a name of Python has none
                seen[one] = self._every.get(one, [])
                open_names += chain.from_iterable(map(names_in, seen[one]))
        binding = set(chain.from_iterable(self._every.values()))
        loose = [node for node in self._top if node not in binding and not _is_text(node)]
        return [*chain.from_iterable(seen.values()), *loose]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _seed(found: ast.AST | None) -> int:
    """The number that SEED is set to, if it is a whole one."""
    node = getattr(found, "value", None)
    given = value_in(node) if isinstance(node, ast.expr) else None
    if not isinstance(given, int | float) or given < 0 or given != int(given):
        return DEFAULT_SEED
    return int(given)


def _values(found: ast.AST | None) -> dict[str, ast.expr]:
    """What stands in ANSWERS, by key."""
    value = getattr(found, "value", None)
    if not isinstance(value, ast.Dict):
        return {}
    pairs = zip(value.keys, value.values, strict=True)
    return {key.value: given for key, given in pairs if isinstance(key, ast.Constant) and isinstance(key.value, str)}


def _answer(node: ast.expr) -> Answer | None:
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, str)):
        return node.value or None
    value = value_in(node)
    return ast.unparse(node) if value is None else value
