"""Runs that are kept: whole or not at all, and listed side by side."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from compare.report import saved_runs as records
from compare.training.checkpoint import load_checkpoint

SHORT = "--data", "digits", "--epochs", "3"


def test_a_training_is_kept_whole(cli, tmp_path: Path):
    root = tmp_path / "runs"
    options = *SHORT, "--runs-root", root, "--json", tmp_path / "json"
    assert cli("train", "--backend", "torch", *options, "--run", "first")[0] == 0
    printed, kept = (json.loads(path.read_text()) for path in (tmp_path / "json", root / "first" / "run.json"))
    assert {key: kept[key] for key in printed} == printed
    assert (kept["name"], kept["command"]) == ("first", "train torch")
    with (root / "first" / "history.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert [float(line["val_loss"]) for line in lines] == [record["val_loss"] for record in printed["curve"]]
    assert json.loads((root / "first" / "history.json").read_text()) == {"torch": printed["curve"]}
    names = {path.name for path in (root / "first" / "pictures").iterdir()}
    assert names == {"curves.png", "curves.svg", "templates.png", "templates.svg"}
    checkpoint = load_checkpoint(root / "first" / "model.safetensors")
    assert [record._asdict() for record in checkpoint.progress.history] == printed["curve"]
    assert np.isfinite(checkpoint.state.W).all()


def test_runs_are_compared_in_a_table(cli, tmp_path: Path):
    root = tmp_path / "runs"
    assert cli("train", "--backend", "scratch", *SHORT, "--lr", "0.1", "--runs-root", root, "--run", "a")[0] == 0
    assert cli("prove", *SHORT, "--quiet", "--runs-root", root, "--run", "b.2")[0] == 0
    code, out, _ = cli("runs", "--runs-root", root, "--json", tmp_path / "json")
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    assert ["a", "train", "scratch", "digits", "0.1", "0", "100", "45"] in [row[:8] for row in rows]
    assert ["b.2", "prove", "digits", "0.001"] in [row[:4] for row in rows]
    assert rows[3][-1] == "match"
    found = json.loads((tmp_path / "json").read_text())["runs"]
    assert [run["name"] for run in found] == ["a", "b.2"]
    assert found[0]["summary"]["val_accuracy"] > found[1]["summary"]["val_accuracy"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_breaks_off_leaves_nothing(cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException):
    def fail(*_):
        raise error

    monkeypatch.setattr(records, "save_pictures", fail)
    code, _, err = cli("train", "--backend", "scratch", *SHORT, "--runs-root", tmp_path / "runs", "--run", "a")
    assert code == (2 if isinstance(error, OSError) else 130)
    assert not list((tmp_path / "runs").iterdir())
    assert len(err.splitlines()) == 1


BAD_NAMES = {"taken": "is there already", "../up": "a name is made of", ".hidden": "begins with no '.'"}


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_is_checked_before_the_work(cli, tmp_path: Path, name: str):
    (tmp_path / "taken").mkdir()
    code, out, err = cli("train", "--backend", "scratch", *SHORT, "--runs-root", tmp_path, "--run", name)
    assert (code, out) == (2, "")
    assert BAD_NAMES[name] in err
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_damaged_run_is_named(cli, tmp_path: Path):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "run.json").write_text("{")
    code, _, err = cli("runs", "--runs-root", tmp_path)
    assert (code, len(err.splitlines())) == (2, 1)
    assert f"{tmp_path / 'bad' / 'run.json'}: cannot be read as a run" in err


def test_no_runs_yet(cli, tmp_path: Path):
    code, out, _ = cli("runs", "--runs-root", tmp_path / "none")
    assert code == 0
    assert "train --run NAME and prove --run NAME keep one there" in out
    (tmp_path / "file").touch()
    assert cli("runs", "--runs-root", tmp_path / "file")[::2] == (2, f"error: {tmp_path / 'file'}: is not a folder\n")
