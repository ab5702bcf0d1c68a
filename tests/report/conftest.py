"""What the tests of the report share: short proofs of a match and of a difference, and a terminal of 80 columns."""

import dataclasses
import io
from collections.abc import Callable
from typing import Any

import pytest

from compare.backends.by_name import backend
from compare.bugs.catalogue import find_bug
from compare.bugs.diagnosis import Diagnostician
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from compare.proof.prove import prove
from compare.proof.run import Run
from compare.report.tables import wide_console


@pytest.fixture(scope="session")
def digits() -> Problem:
    return Problem(load("digits"), Hyperparameters(epochs=3, lr=0.1))


@pytest.fixture(scope="session")
def matching(digits: Problem) -> list[Run]:
    """A proof of digits in both precisions."""
    return [prove(digits, dtype) for dtype in ("float32", "float64")]


@pytest.fixture(scope="session")
def differing(digits: Problem) -> list[Run]:
    """The same with a softmax along the wrong axis."""
    return [prove(digits, dtype, ours=find_bug("wrong-axis").backend()) for dtype in ("float32", "float64")]


@pytest.fixture(scope="session")
def diagnostician(digits: Problem) -> Diagnostician:
    return Diagnostician(digits, backend("torch"))


@pytest.fixture
def changed() -> Callable[..., Run]:
    """A copy of a run with other findings."""

    def change(run: Run, **findings: Any) -> Run:
        return dataclasses.replace(run, **findings)

    return change


@pytest.fixture
def printed() -> Callable[..., str]:
    """What a function prints on a console of 80 columns: the function, and what it takes besides the console."""

    def run(function: Callable[..., Any], *args: Any, **options: Any) -> str:
        text = io.StringIO()
        function(wide_console(text), *args, **options)
        return text.getvalue()

    return run


@pytest.fixture
def diverging(changed):
    """A run in training over budget, by the values of one deviation."""

    def diverge(run: Run, name: str, reading: str, growth: float | None = None, **values: Any) -> Run:
        found = dataclasses.replace(run.worst[name, reading], **values)
        return changed(run, worst=run.worst | {(name, reading): found}, first_divergence=found, growth=growth)

    return diverge


@pytest.fixture
def run(matching: list[Run]) -> Run:
    """The proof in float32."""
    return matching[0]
