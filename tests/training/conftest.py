"""Trainings that the tests of this folder begin with, and what makes two checkpoints the same."""

import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from compare.problem import Problem
from compare.training.checkpoint import Checkpoint, save_checkpoint
from compare.training.loop import Training
from compare.training.train import go_on, start


@pytest.fixture(scope="session")
def interrupted() -> Callable[..., Training]:
    """Start a training and press Ctrl-C in so many of its callbacks (records and steps) from the first."""

    def run(problem: Problem, spec: str, dtype: str, callbacks: int, **options: object) -> Training:
        training, seen = start(problem, spec, dtype, **options), iter(range(1, 10_000))

        def press(*_: object) -> None:
            if next(seen) == callbacks:
                signal.raise_signal(signal.SIGINT)

        with pytest.raises(KeyboardInterrupt):
            go_on(training, press, press)
        return training

    return run


@pytest.fixture(scope="session")
def with_momentum(make_small: Callable[..., Problem]) -> Problem:
    """The small problem for 3 epochs, with momentum."""
    return make_small(epochs=3, momentum=0.5)


@pytest.fixture(scope="session")
def saved(with_momentum: Problem, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint of a whole training."""
    path = tmp_path_factory.mktemp("saved") / "model.safetensors"
    training = start(with_momentum, "scratch", "float32")
    go_on(training)
    save_checkpoint(path, training)
    return path


@pytest.fixture(scope="session")
def assert_same() -> Callable[[Checkpoint, Checkpoint], None]:
    """Two checkpoints have the same tensors, to the bit, and the same fields."""

    def check(a: Checkpoint, b: Checkpoint) -> None:
        tensors = ((c.state.W, c.state.b, *c.state.velocity) for c in (a, b))
        for ours, theirs in zip(*tensors, strict=True):
            np.testing.assert_array_equal(ours, theirs, strict=True)
        names = "data", "chosen", "checksums", "backend", "progress"
        assert [getattr(a, name) for name in names] == [getattr(b, name) for name in names]

    return check
