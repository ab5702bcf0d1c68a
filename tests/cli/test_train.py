"""`train`: one side alone, by its output, its files and its exit codes."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from compare.training.checkpoint import load_checkpoint

SHORT = "--data", "digits", "--epochs", "3"


TWO_NUMBERS = r"Loss: \d\.\d{4}, accuracy: 0\.\d{4}"


@pytest.fixture
def proof(cli, tmp_path: Path) -> dict:
    code, _, _ = cli(*SHORT, "--json", tmp_path / "proof.json")
    assert code == 0
    return json.loads((tmp_path / "proof.json").read_text())


def test_one_seed_is_one_problem_and_another_is_another(cli, tmp_path: Path):
    def checksums(seed: int) -> dict[str, str]:
        path = tmp_path / "run.json"
        cli("train", "--backend", "scratch", *SHORT, "--seed", seed, "--json", path)
        return json.loads(path.read_text())["problem"]["checksums"]

    assert checksums(5) == checksums(5)
    first, second = checksums(5), checksums(6)
    assert all(first[name] != second[name] for name in first)


@pytest.mark.parametrize("backend", ["scratch", "torch"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_train_prints_the_tutorials_line_and_ends_in_the_weights_of_the_proof(
    cli, proof: dict, tmp_path: Path, backend: str, dtype: str
):
    path = tmp_path / "run.json"
    code, out, err = cli("train", "--backend", backend, *SHORT, "--dtype", dtype, "--json", path)
    assert (code, err) == (0, "")
    *epochs, said, last = out.splitlines()
    assert said.startswith("Accuracy ")
    assert len(epochs) == 3
    for n, line in enumerate(epochs, 1):
        assert re.fullmatch(rf"Epoch \[{n}/3\], {TWO_NUMBERS} \(training l{TWO_NUMBERS[1:]}\)", line)
    expected = next(run for run in proof["runs"] if run["dtype"] == dtype)
    assert last == f"final weights {expected['weights'][backend][:8]}, those that `prove` ends with in {dtype}"
    run = json.loads(path.read_text())
    assert run["weights"] == expected["weights"][backend]
    assert run["curve"] == [{"epoch": record["epoch"], **record[backend]} for record in expected["curve"]]
    assert run["problem"] == proof["problem"]


def test_each_data_set_has_its_own_epochs(cli):
    _, out, _ = cli("train", "--backend", "scratch", "--data", "digits", "--quiet")
    assert out.startswith("Epoch [640/640]")


def test_train_quietly(cli):
    code, out, err = cli("train", "--backend", "scratch", *SHORT, "--quiet")
    assert (code, err) == (0, "")
    assert re.fullmatch(rf"Epoch \[3/3\], {TWO_NUMBERS} \(training l{TWO_NUMBERS[1:]}\)\n", out)


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
    line = refused("train", "--backend", "scratch", "--data", "digits", option, "/no/such/folder/file")
    assert f"{option} /no/such/folder/file: cannot be written" in line
    assert not capsys.readouterr().out


MOVING = "--data", "digits", "--momentum", "0.9"


@pytest.mark.parametrize(("first", "second"), [("scratch", "scratch"), ("torch", "torch"), ("scratch", "torch")])
def test_resume_from_the_command_line(cli, tmp_path: Path, first: str, second: str):
    path = tmp_path / "model"
    whole = cli("train", "--backend", second, *MOVING, "--epochs", 6)[1].splitlines()
    assert cli("train", "--backend", first, *MOVING, "--epochs", 2, "--save", path)[0] == 0
    code, out, err = cli("train", "--backend", second, "--resume", path, "--epochs", 6)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("Epoch [3/6]")
    assert lines[:-1] == whole[2:-1]
    if first == second:
        # what the two sides did together is no proof's end, so a resumed run does not say so
        assert lines[-1] == whole[-1].partition(",")[0]


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_ctrl_c_saves_and_resuming_ends_in_the_same_bits(cli, root: Path, tmp_path: Path, backend: str):
    path, epochs = tmp_path / "model", 3000
    command = [sys.executable, "-m", "compare", "train", "--backend", backend, *MOVING, "--epochs", str(epochs)]
    process = subprocess.Popen([*command, "--save", path], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    time.sleep(0.2)
    # pressing it again and again, in a record or a save, must not change what is saved
    for _ in range(4):
        process.send_signal(signal.SIGINT)
        time.sleep(0.003)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, b"interrupted\n")
    done = len(load_checkpoint(path).progress.history) - 1
    assert 1 <= done < epochs

    def final(*args: object) -> dict:
        assert cli("train", "--backend", backend, *args, "--quiet", "--json", tmp_path / "json")[0] == 0
        return json.loads((tmp_path / "json").read_text())

    until = done + 2
    resumed, whole = final("--resume", path, "--epochs", until), final(*MOVING, "--epochs", until)
    assert resumed["weights"] == whole["weights"]
    assert resumed["curve"] == whole["curve"]


REFUSED = {
    "another lr": (["--lr", "0.1"], "leave away --lr"),
    "another data set and seed": (["--data", "mnist5k", "--seed", "9"], "leave away --data, --seed"),
    "a dtype": (["--dtype", "float64"], "leave away --dtype"),
    "fewer epochs": (["--epochs", "1"], "has 2 epochs behind it already; --epochs cannot be 1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_resume_takes_its_choices_from_the_file(cli, tmp_path: Path, case: str):
    options, words = REFUSED[case]
    path = tmp_path / "model"
    cli("train", "--backend", "scratch", *MOVING, "--epochs", 2, "--save", path)
    code, _, err = cli("train", "--backend", "scratch", "--resume", path, *options)
    assert (code, len(err.splitlines())) == (2, 1)
    assert words in err


def test_resume_needs_to_know_how_it_was_trained(cli, tmp_path: Path):
    tensors = {"linear.weight": np.ones((3, 2), np.float32), "linear.bias": np.ones(3, np.float32)}
    save_file(tensors, tmp_path / "weights")
    code, _, err = cli("train", "--backend", "scratch", "--resume", tmp_path / "weights")
    assert code == 2
    assert "holds weights only" in err
    code, _, err = cli("train", "--backend", "scratch", "--resume", tmp_path / "nothing")
    assert (code, err) == (
        2,
        f"error: {tmp_path / 'nothing'}: the checkpoint cannot be read: No such file or directory\n",
    )


def test_a_diverging_run_does_not_overwrite_its_checkpoint(cli, tmp_path: Path):
    path = tmp_path / "model"
    cli("train", "--backend", "scratch", *MOVING, "--epochs", 1, "--save", path)
    before = path.read_bytes()
    assert cli("train", "--backend", "scratch", "--data", "digits", "--lr", "1e38", "--save", path)[0] == 2
    assert path.read_bytes() == before


def test_log_every_prints_the_second_tutorials_line(cli):
    _, out, _ = cli("train", "--backend", "scratch", "--data", "digits", "--epochs", 2, "--log-every", 5)
    lines = [line for line in out.splitlines() if "Step" in line]
    assert len(lines) == 6
    assert re.fullmatch(r"Epoch: \[1/2\], Step: \[5/15\], Loss: \d\.\d{4}", lines[0])


@pytest.mark.parametrize(
    ("backend", "name", "code"), [("torch", "auto", 0), ("scratch", "auto", 0), ("scratch", "cuda", 2)]
)
def test_devices(cli, backend: str, name: str, code: int):
    options = "train", "--backend", backend, "--data", "digits", "--epochs", 1, "--device", name
    ended, _, err = cli(*options)
    assert ended == code
    assert not code or "--device cuda is for --backend torch" in err


@pytest.mark.skipif(torch.cuda.is_available(), reason="shows what is said where there is no CUDA")
def test_a_device_that_is_not_there(cli):
    code, _, err = cli("train", "--backend", "torch", "--data", "digits", "--device", "cuda")
    assert (code, err) == (2, "error: --device cuda: there is none here for float32; take --device cpu or auto\n")


def test_training_ends_with_advice(cli):
    _, out, _ = cli("train", "--backend", "scratch", "--data", "digits", "--epochs", 64, "--lr", "0.1")
    assert "is normal here, 91.7% to 97.4% being usual. Still improving" in out.splitlines()[-2]
