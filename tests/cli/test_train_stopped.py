"""`train` that is refused, or does not end as usual: divergence, a full disk, Ctrl-C."""

import signal
from pathlib import Path

import pytest
import torch

from compare.training.checkpoint import load_checkpoint

SHORT = "--data", "digits", "--epochs", "3"


def test_a_name_is_checked_before_the_work(refused, tmp_path: Path, capsys: pytest.CaptureFixture):
    (tmp_path / "taken").mkdir()
    assert "is there already" in refused("train", *SHORT, "--runs-root", tmp_path, "--run", "taken")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("option", "most"), [("--log-epochs", "3, the epochs of the run"), ("--log-every", "15, the steps of an epoch")]
)
def test_lines_are_at_least_one_apart(refused, option: str, most: str):
    assert refused("train", *SHORT, option, 0) == f"error: {option} must lie in 1 ... {most}, not 0"


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_training_that_diverges(refused, backend: str):
    line = refused("train", "--backend", backend, "--data", "digits", "--lr", "1e38", "--json", "run.json")
    assert "epoch 1, step 2; training diverges, try a smaller --lr" in line


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_training_that_diverges_in_its_last_step(refused, backend: str):
    options = "--data", "digits", "--lr", "1e38", "--batch-size", 1438, "--epochs", 1
    assert "the validation loss is" in refused("train", "--backend", backend, *options)


def test_unknown_backend(refused):
    assert "unknown backend 'jax'; known: scratch, torch" in refused("train", "--backend", "jax")


@pytest.mark.parametrize("option", ["--json", "--save"])
def test_a_file_that_cannot_be_written_is_told_before_the_work(refused, capsys: pytest.CaptureFixture, option: str):
    line = refused("train", "--data", "digits", option, "/no/such/folder/file")
    assert f"{option} /no/such/folder/file: cannot be written" in line
    assert not capsys.readouterr().out


def test_a_diverging_run_does_not_overwrite_its_checkpoint(cli, tmp_path: Path):
    path = tmp_path / "model"
    cli("train", "--data", "digits", "--epochs", 1, "--save", path)
    before = path.read_bytes()
    assert cli("train", "--data", "digits", "--lr", "1e38", "--save", path)[0] == 2
    assert path.read_bytes() == before


@pytest.mark.skipif(torch.cuda.is_available(), reason="shows what is said where there is no CUDA")
def test_a_device_that_is_not_there(cli):
    code, _, err = cli("train", "--backend", "torch", "--data", "digits", "--device", "cuda")
    assert (code, err) == (2, "error: --device cuda: there is none here for float32; take --device cpu or auto\n")


@pytest.mark.parametrize("name", ["model.pth", "model.pt"])
def test_a_checkpoint_is_not_named_as_another_kind_of_file(refused, name: str):
    line = refused("train", "--data", "nowhere", "--save", name)
    assert line == f"error: {name}: a checkpoint is a safetensors file; name it model.safetensors, or without an ending"


def test_a_diverging_run_writes_nothing_else(cli, tmp_path: Path):
    options = "--json", tmp_path / "json", "--run", "kept", "--runs-root", tmp_path
    assert cli("train", "--data", "digits", "--lr", "1e38", *options)[0] == 2
    assert not list(tmp_path.iterdir())


def test_a_disk_too_full_for_the_log_ends_no_training(cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for line in ("start", "epoch", "step"):
        monkeypatch.setattr(f"compare.report.training_log.TrainingLog.{line}", full)
    code, out, err = cli("train", *SHORT, "--save", tmp_path / "model")
    assert (code, err) == (0, "output cannot be written: No space left on device; training goes on\n")
    assert out.splitlines()[-1] == f"checkpoint: {tmp_path / 'model'}"
    assert len(load_checkpoint(tmp_path / "model").progress.history) == 4


@pytest.mark.parametrize("saved", [True, False])
def test_ctrl_c_says_when_nothing_is_saved(cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saved: bool):
    def press(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("compare.report.training_log.TrainingLog.epoch", press)
    code, _, err = cli("train", *SHORT, *(["--save", tmp_path / "model"] if saved else []))
    assert code == 130
    where = (
        f"{tmp_path / 'model'}: what is saved ends after epoch 0"
        if saved
        else "nothing is saved: that takes --save FILE"
    )
    assert err == f"{where}\ninterrupted\n"
    assert (tmp_path / "model").exists() == saved
