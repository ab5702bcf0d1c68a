"""Checkpoints: what one backend writes the other reads, and a file that is not whole does nothing but say so."""

import json
import pickle
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save_file

import scratch
import torch_impl
from compare.checkpoint import load_checkpoint, save_checkpoint
from compare.errors import InputError
from compare.problem import Problem
from tests.conftest import DTYPES, ROOT

PACKAGES = {"scratch": scratch, "torch": torch_impl}
SHORT = "--data", "digits", "--momentum", "0.9"


def trained(problem: Problem, name: str, dtype: str = "float32"):
    """A model and the state of its training."""
    model, state = PACKAGES[name].SoftmaxRegression(*problem.start(dtype)), {}
    descent = problem.chosen.descent | {"momentum": 0.5}
    PACKAGES[name].fit(model, problem.train, problem.validation, problem.batches, **descent, state=state)
    return model, state


@pytest.fixture(scope="module")
def saved(small: Problem, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "model.safetensors"
    save_checkpoint(path, "scratch", *insert(small, trained(small, "scratch")))
    return path


def insert(problem: Problem, model_and_state: tuple) -> tuple:
    model, state = model_and_state
    return model, problem, state


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("writer", "reader"), [("scratch", "torch"), ("torch", "scratch")])
def test_trained_by_one_side_evaluated_by_the_other(
    small: Problem, tmp_path: Path, writer: str, reader: str, dtype: str
):
    model, state = trained(small, writer, dtype)
    save_checkpoint(tmp_path / "file", writer, model, small, state)
    checkpoint = load_checkpoint(tmp_path / "file")
    other = PACKAGES[reader].SoftmaxRegression(checkpoint.weight, checkpoint.bias)
    assert (checkpoint.dtype, checkpoint.backend, checkpoint.data) == (dtype, writer, "small")
    assert checkpoint.chosen == small.chosen
    np.testing.assert_array_equal(checkpoint.weight, np.asarray(model.weight))
    np.testing.assert_array_equal(checkpoint.state["velocity"][0], np.asarray(state["velocity"][0]))
    assert checkpoint.state["history"] == state["history"]
    ours, theirs = (PACKAGES[n].evaluate(m, *small.test) for n, m in ((writer, model), (reader, other)))
    assert ours.loss == pytest.approx(theirs.loss, rel=16 * float(np.finfo(dtype).eps))
    images = small.test[0]
    np.testing.assert_array_equal(PACKAGES[writer].predict(model, images), PACKAGES[reader].predict(other, images))


def test_pytorch_reads_the_file_without_us(saved: Path):
    with safe_open(saved, framework="pt") as file:
        model = torch.nn.Linear(12, 4)
        model.load_state_dict({name: file.get_tensor(f"linear.{name}") for name in ("weight", "bias")})
    np.testing.assert_array_equal(model.weight.detach().numpy(), load_checkpoint(saved).weight)


@pytest.mark.parametrize("length", [0x80 + 0x100, 0x4B50], ids=["begins like a pickle", "begins like a zip"])
def test_a_header_of_any_length_is_safetensors(tmp_path: Path, length: int):
    path = tmp_path / "file"
    for padding in range(length):
        save_file(GOOD, path, {"note": "x" * padding})
        if int.from_bytes(path.read_bytes()[:8], "little") == length:
            break
    assert path.read_bytes().startswith((b"\x80", b"PK"))
    np.testing.assert_array_equal(load_checkpoint(path).weight, GOOD["linear.weight"])


@pytest.mark.parametrize("legacy", [False, True])
def test_a_file_of_torch_save_is_read(saved: Path, tmp_path: Path, legacy: bool):
    checkpoint = load_checkpoint(saved)
    model = torch_impl.SoftmaxRegression(checkpoint.weight, checkpoint.bias)
    torch.save(model.state_dict(), tmp_path / "model.pt", _use_new_zipfile_serialization=not legacy)
    again = load_checkpoint(tmp_path / "model.pt")
    np.testing.assert_array_equal(again.weight, checkpoint.weight)
    np.testing.assert_array_equal(again.bias, checkpoint.bias)
    assert again.chosen is None


def same(a, b) -> bool:
    tensors = [(a.weight, b.weight), (a.bias, b.bias), *zip(a.state["velocity"], b.state["velocity"], strict=True)]
    plain = ("data", "chosen", "checksums", "backend")
    return (
        all(np.array_equal(x, y) for x, y in tensors)
        and all(getattr(a, name) == getattr(b, name) for name in plain)
        and {**a.state, "velocity": 0} == {**b.state, "velocity": 0}
    )


def loads_the_same_or_refuses(path: Path, whole) -> None:
    with suppress(InputError):
        assert same(load_checkpoint(path), whole)


@settings(max_examples=300)
@given(data=st.data())
def test_flipped_bytes_load_the_same_or_are_refused(saved: Path, data: st.DataObject):
    content = bytearray(saved.read_bytes())
    # the header is what decides how the rest is read, so half of the flips go there
    places = st.one_of(st.integers(0, len(content) - 1), st.integers(0, 200))
    for place in data.draw(st.lists(places, min_size=1, max_size=4)):
        content[place] ^= data.draw(st.integers(1, 255))
    path = saved.with_name("flipped")
    path.write_bytes(content)
    loads_the_same_or_refuses(path, load_checkpoint(saved))


@settings(max_examples=100)
@given(data=st.data())
def test_truncated_files_are_refused(saved: Path, data: st.DataObject):
    content = saved.read_bytes()
    path = saved.with_name("truncated")
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(InputError, match="truncated"):
        load_checkpoint(path)


@settings(max_examples=100, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 255)), min_size=1, max_size=4))
def test_damaged_files_of_torch_save_never_raise_anything_else(saved: Path, flips: list[tuple[int, int]]):
    path = saved.with_name("damaged.pt")
    model = torch_impl.SoftmaxRegression(*(getattr(load_checkpoint(saved), name) for name in ("weight", "bias")))
    torch.save(model.state_dict(), path)
    content = bytearray(path.read_bytes())
    for place, flip in flips:
        content[place % len(content)] ^= flip
    path.write_bytes(content)
    with suppress(InputError):
        assert load_checkpoint(path).weight.shape[0] == len(load_checkpoint(path).bias)


class Evil:
    """Unpickled, it writes a file."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


GOOD = {"linear.weight": np.ones((3, 2), np.float32), "linear.bias": np.ones(3, np.float32)}
FOREIGN = {
    "other names": ({"weight": GOOD["linear.weight"]}, "this file holds weight"),
    "no bias": ({"linear.weight": GOOD["linear.weight"]}, "a checkpoint holds linear.weight and linear.bias"),
    "weight a vector": (GOOD | {"linear.weight": np.ones(3, np.float32)}, "not (3,) and (3,)"),
    "bias too long": (GOOD | {"linear.bias": np.ones(4, np.float32)}, "not (3, 2) and (4,)"),
    "integers": ({name: value.astype(int) for name, value in GOOD.items()}, "not int64 and int64"),
    "two dtypes": (GOOD | {"linear.bias": np.ones(3)}, "not float32 and float64"),
    "nan": (GOOD | {"linear.bias": np.full(3, np.nan, np.float32)}, "not all finite"),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_foreign_tensors_are_refused(tmp_path: Path, case: str):
    tensors, words = FOREIGN[case]
    save_file(tensors, tmp_path / "file")
    with pytest.raises(InputError) as refused:
        load_checkpoint(tmp_path / "file")
    assert words in str(refused.value)


@pytest.mark.parametrize("how", ["pickle", "torch.save", "inside a dict"])
def test_a_pickle_is_refused_and_never_run(tmp_path: Path, how: str):
    path, trace = tmp_path / "evil.pt", tmp_path / "it ran"
    if how == "pickle":
        path.write_bytes(pickle.dumps(Evil(trace)))
    else:
        evil = Evil(trace) if how == "torch.save" else {"linear.weight": Evil(trace)}
        torch.save(evil, path)
    with pytest.raises(InputError, match=r"evil\.pt: not a file of plain tensors"):
        load_checkpoint(path)
    assert not trace.exists()


def test_a_crash_while_saving_leaves_the_old_checkpoint(small: Problem, saved: Path, monkeypatch: pytest.MonkeyPatch):
    before, files = saved.read_bytes(), len(list(saved.parent.iterdir()))

    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(saved, "torch", *insert(small, trained(small, "torch")))
    assert saved.read_bytes() == before
    assert len(list(saved.parent.iterdir())) == files


@pytest.mark.parametrize(("first", "second"), [("scratch", "scratch"), ("torch", "torch"), ("scratch", "torch")])
def test_resume_from_the_command_line(cli, tmp_path: Path, first: str, second: str):
    path = tmp_path / "model"
    whole = cli("train", "--backend", second, *SHORT, "--epochs", 6)[1].splitlines()
    assert cli("train", "--backend", first, *SHORT, "--epochs", 2, "--save", path)[0] == 0
    code, out, err = cli("train", "--backend", second, "--resume", path, "--epochs", 6)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("Epoch [3/6]")
    assert lines[:-1] == whole[2:-1]
    if first == second:
        # what the two sides did together is no proof's end, so a resumed run does not say so
        assert lines[-1] == whole[-1].partition(",")[0]


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_ctrl_c_saves_and_resuming_ends_in_the_same_bits(cli, tmp_path: Path, backend: str):
    path, epochs = tmp_path / "model", 3000
    command = [sys.executable, "-m", "compare", "train", "--backend", backend, *SHORT, "--epochs", str(epochs)]
    process = subprocess.Popen([*command, "--save", path], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    time.sleep(0.2)
    # pressing it again and again, in a record or a save, must not change what is saved
    for _ in range(4):
        process.send_signal(signal.SIGINT)
        time.sleep(0.003)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, b"interrupted\n")
    done = len(load_checkpoint(path).state["history"]) - 1
    assert 1 <= done < epochs

    def final(*args: object) -> dict:
        assert cli("train", "--backend", backend, *args, "--quiet", "--json", tmp_path / "json")[0] == 0
        return json.loads((tmp_path / "json").read_text())

    until = done + 2
    resumed, whole = final("--resume", path, "--epochs", until), final(*SHORT, "--epochs", until)
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
    cli("train", "--backend", "scratch", *SHORT, "--epochs", 2, "--save", path)
    code, _, err = cli("train", "--backend", "scratch", "--resume", path, *options)
    assert (code, len(err.splitlines())) == (2, 1)
    assert words in err


def test_resume_needs_to_know_how_it_was_trained(cli, tmp_path: Path):
    save_file(GOOD, tmp_path / "weights")
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
    cli("train", "--backend", "scratch", *SHORT, "--epochs", 1, "--save", path)
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
