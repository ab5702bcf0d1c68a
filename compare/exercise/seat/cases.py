"""What a test is run on: right functions, their right variants, and the two sets of mistakes."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

import scratch
from compare.bugs.catalogue import BUGS
from compare.bugs.generated.mutants import Mutant, StoppedError, mutants
from compare.bugs.generated.same import reason
from compare.bugs.right import numpy_variants
from compare.equations import FUNCTIONS
from scratch import EQUATIONS, Equations

RIGHT, VARIANTS, CLASSIC, GENERATED = "right", "variants", "classic", "generated"
MISTAKES = CLASSIC, GENERATED
# What the functions of `scratch` are called.
ORIGINAL = "the right functions"
# Images of the batches by which a generated mistake is known to run, of as many pixels and classes.
BATCHES, PIXELS, CLASSES = (100, 7, 1), 64, 10


class Case(NamedTuple):
    """One set of functions: its name, which of them is not that of `scratch` (empty if several), and how to make it."""

    name: str
    function: str
    make: Callable[[], Equations]

    @property
    def tag(self) -> str:
        """The equation of its function; `batch` if it is made before the first."""
        return FUNCTIONS[self.function].tag if self.function in FUNCTIONS else "batch"


def cases(kind: str) -> dict[str, Case]:
    """The cases of one kind by name, always in the same order."""
    return {case.name: case for case in _MAKERS[kind]()}


def alone(group: str) -> dict[str, Case]:
    """Each variant of one case of VARIANTS as a case of its own, the other five functions being those of `scratch`."""
    return {case.name: case for case in _singles(_groups()[int(group.split()[-1]) - 1])}


def count_variants() -> int:
    """How many right variants there are of all six functions."""
    return sum(map(len, numpy_variants().values()))


def variant_code(name: str) -> str:
    """The code of a right variant that is a case of its own, by the name of the case; empty for other cases."""
    function, _, variant = name.partition(": ")
    found = numpy_variants().get(function, {}).get(variant)
    return inspect.getsource(found) if found else ""


def _right() -> list[Case]:
    return [Case(ORIGINAL, "", lambda: EQUATIONS)]


def _variant_groups() -> list[Case]:
    """Six variants at once, one of each function, so that there are few cases."""
    return [Case(f"right variants {n}", "", partial(_replaced, group)) for n, group in enumerate(_groups(), 1)]


def _replaced(names: dict[str, str]) -> Equations:
    """The right functions, these by the variants of these names."""
    every = numpy_variants()
    return EQUATIONS._replace(**{function: every[function][name] for function, name in names.items()})


def _groups() -> list[dict[str, str]]:
    """By function the name of a variant; each variant is in one of them at least."""
    names = {function: list(variants) for function, variants in numpy_variants().items()}
    count = max(map(len, names.values()))
    return [{function: every[n % len(every)] for function, every in names.items()} for n in range(count)]


def _singles(group: dict[str, str]) -> list[Case]:
    pairs = group.items()
    return [Case(f"{function}: {name}", function, partial(_replaced, {function: name})) for function, name in pairs]


def _classic() -> list[Case]:
    return [Case(bug.name, bug.function, bug.equations) for bug in BUGS.values() if bug.classic]


def _generated() -> list[Case]:
    """Those that run, and are not known to be the same function."""
    working = [mutant for mutant in mutants().values() if not reason(mutant) and _runs(mutant)]
    return [Case(mutant.name, mutant.function, mutant.equations) for mutant in working]


def _runs(mutant: Mutant) -> bool:
    """False if it raises, or returns arrays of other shapes or dtypes: nobody would overlook that."""
    random, f = np.random.default_rng(0), mutant.equations()
    with np.errstate(all="ignore"):
        for dtype in ("float32", "float64"):
            W, b = random.normal(size=(CLASSES, PIXELS)).astype(dtype), np.zeros(CLASSES, dtype)
            for N in BATCHES:
                X, y = random.random((N, PIXELS)).astype(dtype), random.integers(0, CLASSES, N)
                try:
                    scratch.step(scratch.SoftmaxRegression(W, b), scratch.SGD(0.1), X, y, f)
                except StoppedError:
                    return False
    return True


_MAKERS = {RIGHT: _right, VARIANTS: _variant_groups, CLASSIC: _classic, GENERATED: _generated}
