"""`torchrun -m compare train`: two processes train as one, go on from a checkpoint, and end together."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from compare.training.checkpoint import load_checkpoint

pytestmark = pytest.mark.ranks
OPTIONS = "--backend", "torch", "--data", "digits", "--epochs", "3", "--lr", "0.1", "--momentum", "0.9"
# As `python -m compare`, but the process of one rank is given a signal at a step.
DYING = """
import os, signal
import compare.cli.train
from compare.cli import app

go_on = compare.cli.train.go_on

def dying(training, on_step, *rest):
    def step(epoch, number, *more):
        on_step(epoch, number, *more)
        if os.environ["RANK"] == "{rank}" and (epoch, number) == (2, 3):
            os.kill(os.getpid(), signal.{signal})
    go_on(training, step, *rest)

compare.cli.train.go_on = dying
app.main()
"""
# As `python -m compare`, but each rank has another seed.
UNLIKE = """
import os, sys
from compare.cli import app

sys.argv += ["--seed", os.environ["RANK"]]
app.main()
"""
# As `python -m compare`, but rank 1 has other images of one part.
OTHER_PART = """
import os
from compare.cli import app
from compare.problem import Problem

init = Problem.__init__

def other(self, *given):
    init(self, *given)
    if os.environ["RANK"] == "1":
        self.{part} = self.train

Problem.__init__ = other
app.main()
"""
# As `python -m compare`, but rank 1 comes late to what both are refused.
LATE = """
import os, time
import compare.cli.train
from compare.cli import app

check = compare.cli.train._check_launched

def late(backend):
    time.sleep(60 * int(os.environ["RANK"]))
    check(backend)

compare.cli.train._check_launched = late
app.main()
"""

# As `python -m compare`, but one rank is killed before the ranks have found each other, while the other waits for it.
MISSING = """
import os, signal, time
import compare.cli.train
from compare.cli import app

check = compare.cli.train._check_launched

def missing(backend):
    if os.environ["RANK"] == "{rank}":
        time.sleep(5)
        os.kill(os.getpid(), signal.SIGKILL)
    check(backend)

compare.cli.train._check_launched = missing
app.main()
"""


def torchrun(root: Path, *args: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone", *map(str, args)]
    here = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=root, env=here, capture_output=True, text=True, timeout=120)


def ours(stderr: str) -> list[str]:
    """The lines that are not torchrun's."""
    lines = (line for line in stderr.splitlines() if line.startswith(("error:", "interrupted", "nothing is saved")))
    return list(lines)


@pytest.fixture(scope="module")
def whole(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict]:
    """What a training on two ranks prints, and its JSON."""
    path = tmp_path_factory.mktemp("whole") / "whole.json"
    done = torchrun(root, "-m", "compare", "train", *OPTIONS, "--json", path)
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(path.read_text())


def test_only_the_first_rank_prints_and_the_curve_is_that_of_one_process(whole: tuple[str, dict], cli, tmp_path: Path):
    printed, found = whole
    code, out, _ = cli("train", *OPTIONS, "--json", tmp_path / "one.json")
    assert code == 0
    assert [line for line in printed.splitlines() if line.startswith("epoch")] == [
        line for line in out.splitlines() if line.startswith("epoch")
    ]
    one = json.loads((tmp_path / "one.json").read_text())
    for ours_now, theirs in zip(found["curve"], one["curve"], strict=True):
        assert ours_now == pytest.approx(theirs, rel=1e-5)
    assert "the same as after" not in printed
    assert (found["ranks"], one["ranks"]) == (2, 1)


@pytest.mark.parametrize("rank", [0, 1])
def test_a_rank_that_dies_ends_all_in_one_line_and_a_resume_ends_in_the_same_bits(
    root: Path, tmp_path: Path, whole: tuple[str, dict], rank: int
):
    path, script = tmp_path / "half.safetensors", tmp_path / "dying.py"
    script.write_text(DYING.format(rank=rank, signal="SIGKILL"))
    died = torchrun(root, script, "train", *OPTIONS, "--save", path)
    assert died.returncode == 1
    what = "error: another rank has ended, and with it the training"
    # without the rank that saves, the file is as it was
    reaches = "nothing is saved" if rank == 0 else "what is saved ends after epoch 1, step 3 of the next"
    assert ours(died.stderr) == [f"{what}; {reaches}"]
    if rank == 0:
        return
    assert load_checkpoint(path).progress.step == 3
    resume = "train", "--backend", "torch", "--resume", path, "--json", tmp_path / "end.json"
    went_on = torchrun(root, "-m", "compare", *resume)
    assert went_on.returncode == 0, went_on.stderr
    end = json.loads((tmp_path / "end.json").read_text())
    assert (end["weights"], end["curve"]) == (whole[1]["weights"], whole[1]["curve"])


@pytest.mark.parametrize(("rank", "number"), [(0, "SIGTERM"), (1, "SIGTERM"), (1, "SIGINT")])
def test_a_rank_that_is_told_to_end_is_named_in_the_one_line(root: Path, tmp_path: Path, rank: int, number: str):
    path, script = tmp_path / "half.safetensors", tmp_path / "dying.py"
    script.write_text(DYING.format(rank=rank, signal=number))
    died = torchrun(root, script, "train", *OPTIONS, "--save", path)
    what = f"error: rank {rank} was told to end ({number}), and with it the training"
    assert ours(died.stderr) == [f"{what}; what is saved ends after epoch 1, step 3 of the next"]
    assert died.stderr.count("what is saved") == 1
    assert load_checkpoint(path).progress.step == 3


@pytest.mark.parametrize("rank", [0, 1])
def test_a_rank_that_dies_before_the_others_have_found_it_is_named_by_one_of_them(
    root: Path, tmp_path: Path, rank: int
):
    script = tmp_path / "missing.py"
    script.write_text(MISSING.format(rank=rank))
    died = torchrun(root, script, "train", *OPTIONS)
    what = f"rank {1 - rank} was told to end (SIGTERM) before it had found rank {rank}"
    assert ours(died.stderr) == [f"error: {what}, and with it the training"]


def test_ranks_that_are_not_given_the_same_end_in_one_line(root: Path, tmp_path: Path):
    script = tmp_path / "unlike.py"
    script.write_text(UNLIKE)
    done = torchrun(root, script, "train", *OPTIONS)
    assert ours(done.stderr) == ["error: rank 1 has other options than rank 0: all need the same options and files"]
    assert "terminate called" not in done.stderr


@pytest.mark.parametrize("part", ["validation", "test"])
def test_each_rank_has_the_same_images_to_evaluate(root: Path, tmp_path: Path, part: str):
    script = tmp_path / "other.py"
    script.write_text(OTHER_PART.format(part=part))
    done = torchrun(root, script, "train", *OPTIONS)
    what = f"rank 1 has other {part} images or labels than rank 0"
    assert ours(done.stderr) == [f"error: {what}: all need the same options and files"]


@pytest.mark.parametrize("is_late", [False, True])
def test_what_all_ranks_are_refused_is_told_once(root: Path, tmp_path: Path, is_late: bool):
    script = tmp_path / "late.py"
    script.write_text(LATE)
    how = [script] if is_late else ["-m", "compare"]
    done = torchrun(root, *how, "train", "--data", "digits", "--backend", "scratch")
    assert ours(done.stderr) == [
        "error: torchrun starts ranks of --backend torch, not of scratch: call train without it"
    ]
    assert done.stdout == ""
