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
    assert out.splitlines()[-1].startswith("final weights ")
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
    options = "--json", tmp_path / "json", "--run", "kept", "--runs-root", tmp_path
    code, out, err = cli("train", *SHORT, "--save", tmp_path / "model", *options)
    assert (code, err) == (2, "error: model: no space; nothing is saved\n")
    assert "checkpoint: " not in out
    assert len(json.loads((tmp_path / "json").read_text())["curve"]) == 4
    assert len(load_checkpoint(tmp_path / "kept" / "model.safetensors").progress.history) == 4
