"""`runs`: what was kept, side by side."""

import json
import shutil
from pathlib import Path

import pytest

from compare.words import printable

OLD = Path(__file__).parents[1] / "report" / "old" / "run.json"
RUN = {
    "version": 2,
    "command": "prove",
    "data": {"name": "fashion-mnist"},
    "problem": {"lr": 0.05, "momentum": 0.9, "batch_size": 100, "steps": 96000},
    "summary": {"verdict": "match", "val_loss": 0.51234, "val_accuracy": 0.8765},
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three kept runs: a proof, an older training of the first version, and one with a long name."""
    root = tmp_path / "runs"
    for name, ended in (("b.2", "2026-12-01"), ("x" * 40, "2026-12-02")):
        (root / name).mkdir(parents=True)
        (root / name / "run.json").write_text(json.dumps(RUN | {"name": name, "ended": ended}))
    (root / "old").mkdir()
    shutil.copy(OLD, root / "old")
    return root


def test_runs_of_both_versions_are_compared_in_a_table(cli, root: Path, tmp_path: Path):
    code, out, _ = cli("runs", "--runs-root", root, "--json", tmp_path / "json")
    assert code == 0
    head, _, *rows = out.splitlines()
    assert head.split() == ["name", "command", "data", "lr", "mom.", "batch", "steps", "loss", "acc.", "verdict"]
    assert rows[0].split() == ["old", "train", "scratch", "digits", "0.001", "0", "100", "45", "2.3370", "14.48", "%"]
    numbers = ["0.05", "0.9", "100", "96,000", "0.5123", "87.65", "%", "match"]
    assert rows[1].split() == ["b.2", "prove", "fashion-…", *numbers]
    assert max(map(len, out.splitlines())) <= 80
    found = json.loads((tmp_path / "json").read_text())["runs"]
    assert [run["name"] for run in found] == ["old", "b.2", "x" * 40]


def test_a_long_name_is_cut_only_where_the_terminal_is_narrow(cli, root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert "x" * 7 + "…" in cli("runs", "--runs-root", root)[1]
    monkeypatch.setenv("COLUMNS", "120")
    assert "x" * 40 + " " in cli("runs", "--runs-root", root)[1]


def test_a_kept_training_is_listed(cli, tmp_path: Path):
    options = "--data", "digits", "--epochs", 1, "--quiet", "--runs-root", tmp_path
    assert cli("train", *options, "--run", "first")[0] == 0
    assert "first train scratch digits" in " ".join(cli("runs", "--runs-root", tmp_path)[1].split())


def test_a_damaged_run_is_named_and_the_others_are_listed(cli, root: Path, tmp_path: Path):
    (root / "old" / "run.json").write_text("{")
    code, out, err = cli("runs", "--runs-root", root, "--json", tmp_path / "json")
    assert (code, len(err.splitlines())) == (2, 1)
    assert err.startswith(f"error: {root / 'old' / 'run.json'}: cannot be read as a run")
    assert [row.split()[0][0] for row in out.splitlines()[2:]] == ["b", "x"]
    assert [run["name"] for run in json.loads((tmp_path / "json").read_text())["runs"]] == ["b.2", "x" * 40]


def test_damaged_runs_alone_are_not_no_runs(cli, tmp_path: Path):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text("[]")
    code, out, err = cli("runs", "--runs-root", tmp_path)
    assert (code, out, len(err.splitlines())) == (2, "", 2)


@pytest.mark.parametrize("name", ["[red]x", "[/x]", "\x1b[31mx", "a\nb", "\ud800"])
def test_a_name_is_shown_as_it_is(cli, root: Path, name: str):
    (root / "b.2" / "run.json").write_text(json.dumps(RUN | {"name": name, "ended": "2026"}))
    code, out, err = cli("runs", "--runs-root", root)
    assert (code, err) == (0, "")
    assert printable(name) in out
    assert "\x1b" not in out


@pytest.mark.parametrize(("loss", "shown"), [("inf", "inf"), ("nan", "nan"), (12, "12.0000")])
def test_a_run_whose_loss_is_not_finite_is_listed(cli, root: Path, loss: object, shown: str):
    other = RUN | {"name": "b.2", "ended": "2026", "summary": RUN["summary"] | {"val_loss": loss}}
    (root / "b.2" / "run.json").write_text(json.dumps(other))
    code, out, _ = cli("runs", "--runs-root", root)
    assert code == 0
    assert f" {shown} " in out


def test_no_runs_yet(cli, refused, tmp_path: Path):
    code, out, _ = cli("runs", "--runs-root", tmp_path / "none")
    assert (code, out) == (0, f"no runs in {tmp_path / 'none'}; train --run NAME and prove --run NAME keep one there\n")
    (tmp_path / "file").touch()
    assert refused("runs", "--runs-root", tmp_path / "file") == f"error: {tmp_path / 'file'}: is not a folder"
