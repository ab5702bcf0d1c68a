"""What the tests of the command line share."""

import copy
import functools
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from compare.problem import Problem
from compare.proof import both_precisions
from compare.proof.run import Run
from compare.training.checkpoint import save_checkpoint
from compare.training.loop import Training


@pytest.fixture(autouse=True)
def _colors_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """What --no-color sets is taken back after the test."""
    monkeypatch.setenv("NO_COLOR", "")
    monkeypatch.delenv("NO_COLOR")


@pytest.fixture(scope="session")
def checkpoint(trained: Training, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a well trained model of mnist5k."""
    path = tmp_path_factory.mktemp("trained") / "model.safetensors"
    save_checkpoint(path, trained)
    return path


@pytest.fixture
def refused(cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run the command line in an empty folder, check the manners of its refusal, and return its one line."""

    def run(*args: object) -> str:
        folder = tmp_path / "elsewhere"
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        code, _, err = cli(*args)
        lines = [line for line in err.splitlines() if not re.match(r"downloading|this takes about|\d+ %: ", line)]
        assert code == 2
        assert len(lines) == 1, err
        assert lines[0].startswith("error: ")
        assert not list(folder.iterdir())
        return lines[0]

    return run


@pytest.fixture(scope="session")
def proofs() -> dict[tuple, list[Run]]:
    """The proofs of `proven_once`."""
    return {}


@pytest.fixture
def proven_once(proofs: dict[tuple, list[Run]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only what is printed and written is tested: prove the same problem once for all such tests."""

    def prove_each(problem: Problem, dtypes: Sequence[str], sides: functools.partial, report: Callable) -> list[Run]:
        key = problem.name, problem.chosen, tuple(dtypes), sides.func, sides.args
        if key not in proofs:
            proofs[key] = both_precisions.prove_each(problem, dtypes, sides, report)
        return copy.deepcopy(proofs[key])

    monkeypatch.setattr("compare.cli.prove.prove_each", prove_each)


@pytest.fixture
def command(root: Path) -> Callable[..., subprocess.CompletedProcess]:
    """Run the command line in a process of its own, where the process is what is tested: it takes 3 seconds."""

    def run(*args: object) -> subprocess.CompletedProcess:
        line = [sys.executable, "-m", "compare", *map(str, args)]
        return subprocess.run(line, cwd=root, capture_output=True, text=True, timeout=120)

    return run
