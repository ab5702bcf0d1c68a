"""What the tests of the proof share: both precisions, a small real problem, sides and steps."""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from compare.backends.by_name import equations_backend
from compare.backends.protocol import Backend
from compare.backends.scratch_side import ScratchSide
from compare.backends.torch_side import TorchSide
from compare.data.registry import Dataset, load
from compare.equations import FUNCTIONS
from compare.problem import Hyperparameters, Problem
from compare.proof import controls, gradient_check
from compare.proof.checks import READINGS
from compare.proof.lockstep import SameStart, StepPair
from scratch import EQUATIONS, Step

ALL_SEEN = controls._all_seen


@pytest.fixture(scope="session")
def digits() -> Problem:
    return Problem(load("digits"), Hyperparameters(epochs=20))


@pytest.fixture
def replaced() -> Callable[..., Backend]:
    """`scratch` with some of its functions replaced, by name; nothing is shared between its sides."""
    return lambda **functions: equations_backend("scratch", lambda: EQUATIONS._replace(**functions))


@pytest.fixture
def shaped() -> Callable[..., Problem]:
    """A problem of 300 random images by its D, K and options; one epoch of batches of 100 unless told otherwise."""

    def make(D: int, K: int, **chosen: object) -> Problem:
        random = np.random.default_rng(D)
        images, labels = random.integers(0, 256, (300, D)).astype(np.uint8), np.arange(300) % K
        return Problem(Dataset("shaped", (images, labels), None, K), Hyperparameters(**{"epochs": 1} | chosen))

    return make


@pytest.fixture
def lockstep() -> Callable[[Problem, str], Iterator[tuple[int, StepPair]]]:
    """Every step of `scratch` beside PyTorch, in both readings, with its epoch."""

    def pairs(problem: Problem, dtype: str) -> Iterator[tuple[int, StepPair]]:
        own, again, reference = ScratchSide(problem, dtype), ScratchSide(problem, dtype), TorchSide(problem, dtype)
        same_start = SameStart(problem, reference, again)
        for epoch, batches in enumerate(problem.batches, 1):
            both = zip(batches, own.epoch(batches), reference.epoch(batches), strict=True)
            for number, (index, step, done) in enumerate(both, 1):
                yield epoch, same_start.pair(number, index, step, done)

    return pairs


@pytest.fixture
def equal_pair(small: Problem, lockstep: Callable) -> Callable[..., StepPair]:
    """The second step of a small problem by dtype and options; both sides are copies of the reference."""

    def make(dtype: str, **chosen: object) -> StepPair:
        problem = Problem(
            Dataset("small", small.train, None, small.classes),
            Hyperparameters(**{"epochs": 1, "batch_size": 20, "lr": 0.1} | chosen),
        )
        *_, (_, pair) = islice(lockstep(problem, dtype), 2)
        # the arrays are good until the next step only
        copies = [Step(*map(np.array, pair.reference)) for _ in range(3)]
        return pair._replace(reference=copies[0], steps=dict(zip(READINGS, copies[1:], strict=True)))

    return make


@pytest.fixture
def no_warnings() -> Iterator[None]:
    """As in a proof: in hard batches there are infinite numbers."""
    with np.errstate(all="ignore"):
        yield


@pytest.fixture(scope="session")
def variants(root: Path) -> Callable[[str], dict[str, dict[str, str]]]:
    """The functions in compare/bugs/right or tests/proof/wrong: the text of a file, by function and variant."""

    def read(folder: str) -> dict[str, dict[str, str]]:
        where = root / ("compare/bugs/right" if folder == "right" else "tests/proof/wrong")
        texts = {name: (where / f"{name}.py").read_text() for name in FUNCTIONS}
        found = {name: re.findall(r"^def ([a-z]\w*)", text, re.M) for name, text in texts.items()}
        return {name: {one: f"{texts[name]}\n\n{name} = {one}\n" for one in found[name]} for name in FUNCTIONS}

    return read


@pytest.fixture(autouse=True)
def each_control(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the tests of the controls every control is made anew."""
    if request.path.stem.startswith("test_control"):
        monkeypatch.setattr(controls, "_all_seen", ALL_SEEN)
        monkeypatch.setattr("compare.proof.prove.check_gradients", gradient_check.check_gradients)
