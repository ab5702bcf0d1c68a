"""What the tests share: small problems, the command line in this process, and where full MNIST is."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from compare.datasets import DATA_ROOT_VARIABLE, Dataset
from compare.problem import Hyperparameters, Problem

ROOT = Path(__file__).parent.parent
DTYPES = ("float32", "float64")

# The data of the tests: a cache of their own, and no folder that a test has not named.
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="softmax-tests-")
MNIST_ROOT = os.environ.pop(DATA_ROOT_VARIABLE, None)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    if MNIST_ROOT is None:
        pytest.skip(f"needs full MNIST: name the folder that holds MNIST/raw in {DATA_ROOT_VARIABLE}")
    return Path(MNIST_ROOT)


@pytest.fixture(scope="session")
def small() -> Problem:
    """99 training and 11 validation images, 7 epochs of batches of 20 with a short last one."""
    random = np.random.default_rng(3)
    images = random.integers(0, 256, (110, 12)).astype(np.uint8)
    data = Dataset("small", (images, random.integers(0, 4, 110)), (images[:15], random.integers(0, 4, 15)), classes=4)
    return Problem(data, Hyperparameters(epochs=7, batch_size=20, lr=0.1, val_fraction=0.1))


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run attempts in this process: it is told that it is the child."""
    monkeypatch.setattr("compare.isolation.receipt", tmp_path / "receipt")


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process: arguments -> exit code, stdout, stderr."""
    from compare.cli import main

    def run(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["compare", *map(str, args)])
        with pytest.raises(SystemExit) as stopped:
            main()
        out, err = capsys.readouterr()
        return int(stopped.value.code or 0), out, err

    return run
