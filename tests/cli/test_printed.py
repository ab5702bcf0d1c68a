"""What any command prints: no spaces at the end of a line, no two empty lines, and none at the end of all."""

import shutil
from pathlib import Path

import pytest

DIGITS = "--data digits --epochs 1"
# MODEL, RUNS and MINE are a checkpoint, a folder with a kept run, and a file with the first function.
COMMANDS = [
    "evaluate MODEL",
    "evaluate MODEL --quiet",
    "predict MODEL --index 7",
    "predict MODEL --index 7 --quiet",
    "explain MODEL --index 7",
    "explain MODEL --index 7 --details",
    "data mnist5k",
    "data mnist5k --index 7",
    "data --list",
    "runs --runs-root RUNS",
    "runs --runs-root .",
    "bugs --list",
    "bugs stale-gradient",
    pytest.param("experiment train-metrics", marks=pytest.mark.heavy),
    "exercise MINE --hint",
    "exercise --new new.py",
    "exercise --check --new new_test.py",
    "exercise --check TEST",
    f"train {DIGITS} --log-every 5",
    f"prove {DIGITS} --dtype float64",
    f"prove {DIGITS} --dtype float64 --details --attribute",
    pytest.param(f"prove {DIGITS} --details --bug stale-gradient", marks=pytest.mark.heavy),
]


@pytest.fixture
def typed(checkpoint: Path, exercise_file, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A command with the paths of its files; it is run in a folder of its own."""
    (tmp_path / "runs" / "old").mkdir(parents=True)
    shutil.copy(root / "tests" / "report" / "old" / "run.json", tmp_path / "runs" / "old")
    names = {
        "MODEL": checkpoint,
        "RUNS": tmp_path / "runs",
        "MINE": exercise_file("logits"),
        "TEST": tmp_path / "my_test.py",
    }
    names["TEST"].write_text("def check(f): return False")
    monkeypatch.chdir(tmp_path)
    return lambda line: [names.get(word, word) for word in line.split()]


@pytest.mark.usefixtures("proven_once")
@pytest.mark.parametrize("line", COMMANDS)
def test_no_space_and_no_empty_line_is_there_for_nothing(cli, typed, line: str):
    code, out, err = cli(*typed(line))
    assert code in (0, 1), err
    lines = out.splitlines()
    assert [line for line in lines if line != line.rstrip()] == []
    assert "\n\n\n" not in out
    assert lines[0]
    assert lines[-1]
    assert [line for line in err.splitlines() if line != line.rstrip()] == []
