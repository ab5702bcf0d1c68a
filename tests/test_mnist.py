"""All of MNIST: the published curve, the proof, and memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from compare.proof.prove import prove
from compare.proof.run import Run
from compare.training import published


@pytest.fixture(scope="module")
def problem(mnist_root: Path) -> Problem:
    return Problem(load("mnist", mnist_root), Hyperparameters(epochs=20))


@pytest.fixture(scope="module")
def run(problem: Problem) -> Run:
    return prove(problem, "float32")


def test_the_data_are_the_real_ones(problem: Problem):
    assert (len(problem.train[1]), len(problem.validation[1]), len(problem.test[1])) == (48_000, 12_000, 10_000)
    assert published.applies(problem)


def test_the_proof_matches(run: Run):
    assert run.verdict == "match"
    assert run.steps == 9600
    assert run.predictions.compared == 22_000
    assert run.predictions.differ == 0


@pytest.mark.parametrize("side", ["scratch", "torch"])
def test_the_curve_is_the_published_one(run: Run, side: str):
    accuracies = [record.val_accuracy for record in run.history[side]]
    assert len(accuracies) == len(published.CURVE) == 21
    for epoch, (ours, theirs) in enumerate(zip(accuracies, published.CURVE, strict=True)):
        assert ours == pytest.approx(theirs, abs=published.band(epoch))
    assert accuracies[0] < 0.2
    assert 0.83 <= accuracies[-1] <= 0.87
    assert 0.83 <= run.test[side] <= 0.89


def test_training_by_hand_stays_small(mnist_root: Path, pytestconfig: pytest.Config):
    # run by a small process, because a process begins with the peak of the one that it was made from
    options = "--backend", "scratch", "--data", "mnist", "--data-root", str(mnist_root), "--epochs", "1"
    code = (
        "import resource, subprocess, sys\n"
        f"subprocess.run([sys.executable, '-m', 'compare', 'train', *{options!r}], check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=pytestconfig.rootpath, capture_output=True, text=True, check=True
    )
    assert "epoch 1/1:" in done.stdout
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout.split()[-1]) * unit < 200e6
