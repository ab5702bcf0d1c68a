"""Runs that are kept: whole or not at all, and listed from the oldest on."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from compare.errors import InputError
from compare.files import path_beside
from compare.report import saved_runs
from compare.report.pictures import new_figure
from compare.report.saved_runs import as_csv, check_name, keep, kept
from scratch import Record

HISTORIES = {side: [Record(n, 2.0, 0.25, 2.5 - n, 0.5) for n in range(2)] for side in ("scratch", "torch")}
CONTENT = {
    "command": "prove",
    "data": {"name": "digits"},
    "problem": {"lr": 0.1, "momentum": 0.0, "batch_size": 100, "steps": 9600},
    "summary": {"verdict": "match", "val_loss": 0.5, "val_accuracy": 0.9},
    "more": [1.5],
}


def test_a_run_is_kept_whole(tmp_path: Path):
    figures = {"curves": new_figure(2, 2, "a", "b")}
    folder = keep(
        tmp_path / "new" / "runs", "first", CONTENT, HISTORIES, figures, lambda path: path.write_text("weights")
    )
    assert folder == tmp_path / "new" / "runs" / "first"
    assert sorted(path.name for path in folder.iterdir()) == [
        "history.csv", "history.json", "model.safetensors", "pictures", "run.json"
    ]  # fmt: skip
    run = json.loads((folder / "run.json").read_text())
    assert run.pop("version") == 2
    assert len(run.pop("ended")) == len("2026-01-31 12:00:00")
    assert run == {"name": "first", **CONTENT}
    assert json.loads((folder / "history.json").read_text()) == {
        side: [record._asdict() for record in history] for side, history in HISTORIES.items()
    }
    assert (folder / "history.csv").read_text() == as_csv(HISTORIES)
    assert sorted(path.name for path in (folder / "pictures").iterdir()) == ["curves.png", "curves.svg"]
    assert (folder / "model.safetensors").read_text() == "weights"
    assert [path.name for path in folder.parent.iterdir()] == ["first"]


def test_a_run_without_checkpoint_has_none(tmp_path: Path):
    folder = keep(tmp_path, "a", CONTENT, HISTORIES, {})
    assert not (folder / "model.safetensors").exists()


def test_a_table_has_a_line_for_each_side_and_epoch():
    rows = list(csv.DictReader(io.StringIO(as_csv(HISTORIES))))
    assert [(row["side"], row["epoch"], row["val_loss"]) for row in rows] == [
        ("scratch", "0", "2.5"), ("scratch", "1", "1.5"), ("torch", "0", "2.5"), ("torch", "1", "1.5")
    ]  # fmt: skip
    assert list(rows[0]) == ["side", *Record._fields]


def full(*_):
    raise OSError(28, "No space left on device")


def interrupted(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize(("fail", "error"), [(full, InputError), (interrupted, KeyboardInterrupt)])
def test_what_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fail, error: type):
    monkeypatch.setattr(saved_runs, "save_pictures", fail)
    with pytest.raises(error, match="--run a: cannot be written: No space left" if fail is full else None):
        keep(tmp_path, "a", CONTENT, HISTORIES, {})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a", "A_1", "9", "_", "b.2", "x-y", "a" * 200, "a" * 255])
def test_good_names(tmp_path: Path, name: str):
    check_name(tmp_path, name)


@pytest.mark.parametrize("name", ["", ".hidden", "-x", "../up", "a/b", "a b", "ä", "a\n", "a:b"])
def test_bad_names(tmp_path: Path, name: str):
    with pytest.raises(InputError, match="a name has letters, digits"):
        check_name(tmp_path, name)


def test_a_name_that_is_too_long(tmp_path: Path):
    for root in (tmp_path, tmp_path / "new"):
        with pytest.raises(InputError, match=r"^--run a{256}: no folder can be there: File name too long$"):
            check_name(root, "a" * 256)


def test_a_name_may_be_as_long_as_the_disk_allows(tmp_path: Path):
    assert keep(tmp_path, "a" * 255, CONTENT, HISTORIES, {}).is_dir()


def test_a_full_disk_is_told_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(saved_runs, "whole_file", full)
    with pytest.raises(InputError, match=r"^--run a: cannot be written: No space left on device$"):
        keep(tmp_path, "a", CONTENT, HISTORIES, {})
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_taken_or_a_root_that_is_no_folder(tmp_path: Path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError, match="is there already; choose another name"):
        check_name(tmp_path, "taken")
    with pytest.raises(InputError, match="is there already"):
        keep(tmp_path, "taken", CONTENT, HISTORIES, {})
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"--run a: .*file is not a folder"):
        check_name(tmp_path / "file" / "runs", "a")


def test_runs_are_listed_from_the_oldest_on(tmp_path: Path):
    """The order is neither that of the names nor that in which they were written."""
    for name, ended in (("c", "2026-01-02"), ("b", "2026-01-01"), ("a", "2026-01-02"), ("d", "2025-12-31")):
        folder = keep(tmp_path, name, CONTENT, HISTORIES, {})
        content = json.loads((folder / "run.json").read_text())
        (folder / "run.json").write_text(json.dumps(content | {"ended": ended}))
    found, errors = kept(tmp_path)
    assert errors == []
    assert [run["name"] for run in found] == ["d", "b", "a", "c"]
    assert all(list(run) == ["name", "ended", "command", "data", "problem", "summary"] for run in found)
    assert found[0]["summary"] == CONTENT["summary"]


def test_only_whole_runs_are_listed(tmp_path: Path):
    assert kept(tmp_path / "nothing") == ([], [])
    path_beside(tmp_path / "a").mkdir()
    (next(tmp_path.iterdir()) / "run.json").write_text("{")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("link")
    (tmp_path / "file").touch()
    assert kept(tmp_path) == ([], [])


def test_a_run_of_the_first_version_is_listed(tmp_path: Path):
    (tmp_path / "old").mkdir()
    shutil.copy(Path(__file__).with_name("old") / "run.json", tmp_path / "old" / "run.json")
    ((run,), _) = kept(tmp_path)
    assert (run["name"], run["command"], run["problem"]["lr"]) == ("old", "train scratch", 0.001)
    assert run["summary"]["val_accuracy"] == pytest.approx(0.14484679665738162)


def test_a_damaged_run_hides_no_other(tmp_path: Path):
    for name in ("a", "c"):
        keep(tmp_path, name, CONTENT, HISTORIES, {})
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "run.json").write_text("{")
    found, (error,) = kept(tmp_path)
    assert [run["name"] for run in found] == ["a", "c"]
    assert str(error).startswith(f"{tmp_path / 'b' / 'run.json'}: cannot be read as a run (not JSON")


@pytest.mark.parametrize("target", ["run.json", "nothing"])
def test_a_link_that_leads_nowhere_is_a_damaged_run(tmp_path: Path, target: str):
    keep(tmp_path, "a", CONTENT, HISTORIES, {})
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "run.json").symlink_to(target)
    found, (error,) = kept(tmp_path)
    assert [run["name"] for run in found] == ["a"]
    assert str(error).startswith(f"{tmp_path / 'b' / 'run.json'}: cannot be read as a run (")
