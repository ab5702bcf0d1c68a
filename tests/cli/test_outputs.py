"""An output that fails keeps no other from being written, and is told at the end."""

import json
from pathlib import Path

import pytest

from compare.cli.outputs import Outputs
from compare.errors import InputError
from compare.training.checkpoint import load_checkpoint

SHORT = "--data", "digits", "--epochs", "3"


def written(*errors: Exception | None) -> list[int]:
    """Try an output for each, which fails with this error."""
    outputs, done = Outputs(), []
    for n, error in enumerate(errors):
        with outputs.one():
            if error:
                raise error
            done.append(n)
    outputs.check()
    return done


def test_each_output_is_named_below_the_result(capsys: pytest.CaptureFixture):
    outputs, done = Outputs(), []
    for name in ("a", "b"):
        outputs.write("picture", Path(name), done.append)
    outputs.write("pictures", None, done.append)
    outputs.write("run", Path("c"), lambda path: Path(path, "no folder").touch())
    outputs.wrote("checkpoint", Path("d"))
    with pytest.raises(FileNotFoundError), outputs.named():
        print("result")
    assert done == [Path("a"), Path("b")]
    assert capsys.readouterr().out == "result\npicture: a\npicture: b\ncheckpoint: d\n"


def test_quiet_names_no_output(capsys: pytest.CaptureFixture):
    outputs = Outputs()
    outputs.write("picture", Path("a"), str)
    with outputs.named(quiet=True):
        print("result")
    assert capsys.readouterr().out == "result\n"


def test_what_fails_is_raised_also_if_nobody_reads_the_result():
    outputs = Outputs()
    with outputs.one():
        raise InputError("no space")
    with pytest.raises(InputError, match="no space"), outputs.named():
        raise BrokenPipeError


WRITING = {
    "data digits --picture a.png": ["picture: a.png"],
    "data digits --index 3 --picture a.svg": ["picture: a.svg"],
    "predict MODEL --index 7 --picture a.png": ["picture: a.png"],
    "explain MODEL --index 7 --picture a.png": ["picture: a.png"],
    "evaluate MODEL --pictures new": ["pictures: new"],
    "train --data digits --epochs 1 --save m --pictures new --run one": [
        "checkpoint: m",
        "pictures: new",
        "run: runs/one",
    ],
    "prove --data digits --epochs 1 --dtype float64 --pictures new --run two": ["pictures: new", "run: runs/two"],
}


@pytest.mark.usefixtures("proven_once")
@pytest.mark.parametrize("line", WRITING)
def test_every_command_names_what_it_wrote(
    cli, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
):
    for module in ("data", "predict", "explain"):
        monkeypatch.setattr(f"compare.cli.{module}.save_picture", lambda _, path: path.touch())
    for module in ("evaluate", "train", "prove"):
        monkeypatch.setattr(f"compare.cli.{module}.save_pictures", lambda _, path: path.mkdir())
    monkeypatch.setattr("compare.report.saved_runs.save_pictures", lambda *_: None)
    monkeypatch.chdir(tmp_path)
    code, out, err = cli(*(checkpoint if word == "MODEL" else word for word in line.split()))
    assert code == 0, err
    assert out.splitlines()[-len(WRITING[line]) :] == WRITING[line]
    assert out.count(WRITING[line][0]) == 1
    assert all(Path(told.partition(": ")[2]).exists() for told in WRITING[line])


def test_what_succeeds_is_no_error():
    assert written(None, None) == [0, 1]


@pytest.mark.parametrize(
    ("errors", "kind", "words"),
    [
        ([InputError("a"), None, InputError("b"), OSError("c")], InputError, "^a; b$"),
        ([None, BrokenPipeError("c"), None], BrokenPipeError, "^c$"),
        ([OSError("c"), InputError("a")], InputError, "^a$"),
    ],
)
def test_what_fails_is_told_together(errors: list, kind: type[Exception], words: str):
    with pytest.raises(kind, match=words):
        written(*errors)


def test_the_others_are_written():
    outputs, done = Outputs(), []
    for n in range(3):
        with outputs.one():
            done.append(n)
            raise InputError("no")
    assert done == [0, 1, 2]


def test_what_is_no_output_is_raised_at_once():
    outputs = Outputs()
    with pytest.raises(KeyboardInterrupt), outputs.one():
        raise KeyboardInterrupt
    with pytest.raises(InputError), outputs.one((OSError,)):
        raise InputError
    outputs.check()


@pytest.fixture
def _nothing_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.cli.train.training_pictures", lambda _: {})


@pytest.mark.usefixtures("_nothing_drawn")
def test_an_output_that_fails_keeps_no_other_from_being_written(cli, tmp_path: Path):
    options = "--json", "/dev/full", "--run", "kept", "--runs-root", tmp_path, "--pictures", tmp_path / "pictures"
    code, out, err = cli("train", *SHORT, "--save", tmp_path / "model", *options)
    assert (code, err) == (2, "error: --json /dev/full: cannot be written: No space left on device\n")
    *_, last, saved, drawn, kept = out.splitlines()
    assert last.startswith("final weights ")
    assert (saved, drawn) == (f"checkpoint: {tmp_path / 'model'}", f"pictures: {tmp_path / 'pictures'}")
    assert kept == f"run: {tmp_path / 'kept'}"
    assert len(load_checkpoint(tmp_path / "model").progress.history) == 4
    assert (tmp_path / "kept" / "run.json").exists()
    assert (tmp_path / "pictures").is_dir()


@pytest.mark.usefixtures("_nothing_drawn")
def test_a_last_save_that_fails_keeps_no_other_output_from_being_written(
    cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise InputError("model: no space")

    monkeypatch.setattr("compare.training.saving.save_checkpoint", full)
    monkeypatch.setattr("compare.training.saving.LAST_PAUSES", (0.0,))
    options = "--json", tmp_path / "json", "--run", "kept", "--runs-root", tmp_path
    code, out, err = cli("train", *SHORT, "--save", tmp_path / "model", *options)
    assert (code, err) == (2, "model: no space; it is tried again\nerror: model: no space; nothing is saved\n")
    assert "checkpoint: " not in out
    assert len(json.loads((tmp_path / "json").read_text())["curve"]) == 4
    assert len(load_checkpoint(tmp_path / "kept" / "model.safetensors").progress.history) == 4
