"""`evaluate`: a checkpoint on a data set."""

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

import scratch
from compare.cli.evaluate import Evaluated, _table, _undefined
from compare.data.splits import Split
from compare.report.tables import wide_console
from compare.training.checkpoint_images import CheckpointImages
from compare.training.classify import Classified
from compare.training.loop import Training
from compare.training.metrics import confusion_matrix


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_evaluate(cli, checkpoint: Path, trained: Training, tmp_path: Path, backend: str):
    code, out, _ = cli("evaluate", checkpoint, "--backend", backend, "--json", tmp_path / "json")
    assert code == 0
    result = json.loads((tmp_path / "json").read_text())
    model = scratch.SoftmaxRegression(*trained.side.state()[:2])
    loss, accuracy = scratch.evaluate(model, *trained.problem.validation)
    assert (result["data"], result["split"], result["images"]) == ("mnist5k", "validation", 1000)
    assert result["names"] == list("0123456789")
    assert result["loss"] == pytest.approx(loss, rel=1e-6)
    assert result["accuracy"] == accuracy > 0.9
    assert np.trace(result["confusion"]) == round(1000 * accuracy)
    assert len(re.findall(r"^\d( +[\d.]+){12}$", out, re.MULTILINE)) == 10
    assert out.splitlines()[-1] == f"mnist5k, validation: loss {loss:.4f}, accuracy {100 * accuracy:.2f} %"
    assert result["backend"] == backend
    predicted = scratch.predict(model, trained.problem.validation[0])
    confusion = confusion_matrix(trained.problem.validation[1], predicted, 10)
    assert result["confusion"] == confusion.tolist()
    for k, line in enumerate(out.splitlines()[3:13]):
        right, of, taken = confusion[k, k], confusion[k].sum(), confusion[:, k].sum()
        counts = [str(n) if n else "." for n in confusion[k]]
        assert line.split() == [str(k), *counts, f"{right / taken:.4f}", f"{right / of:.4f}"]
        assert (result["precision"][k], result["recall"][k]) == (right / taken, right / of)


def test_quiet_is_one_line_and_pictures_are_drawn(cli, checkpoint: Path, tmp_path: Path):
    code, out, _ = cli("evaluate", checkpoint, "--quiet", "--pictures", tmp_path / "new")
    assert (code, len(out.splitlines())) == (0, 1)
    names = {f"{what}{suffix}" for what in ("confusion", "mistakes") for suffix in (".png", ".svg")}
    assert {path.name for path in (tmp_path / "new").iterdir()} == names


def test_no_line_is_longer_than_a_terminal(cli, checkpoint: Path):
    assert max(map(len, cli("evaluate", checkpoint)[1].splitlines())) <= 80


@pytest.mark.parametrize("command", [("prove",), ("train",), ("evaluate", "no-file")])
def test_pictures_that_cannot_be_written_are_told_before_the_work(refused, tmp_path: Path, command: tuple[str, ...]):
    (tmp_path / "file").touch()
    line = refused(*command, "--pictures", tmp_path / "file" / "folder")
    assert line == f"error: --pictures {tmp_path / 'file' / 'folder'}: {tmp_path / 'file'} is not a folder"


REFUSED = {
    "other data": (["--data", "digits"], "takes 784 pixels to 10 classes; digits has 64 and 10"),
    "no test images": (["--split", "test"], "mnist5k has no test images; take --split validation"),
    "no such split": (["--split", "tset"], "tset"),
    "unknown backend": (["--backend", "jax"], "unknown backend 'jax'"),
    "unknown data": (["--data", "mnits"], "unknown data set 'mnits'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_one_line(refused, checkpoint: Path, case: str):
    options, words = REFUSED[case]
    assert words in refused("evaluate", checkpoint, *options)


def test_a_damaged_checkpoint_is_told(refused, checkpoint: Path, tmp_path: Path):
    (tmp_path / "cut").write_bytes(checkpoint.read_bytes()[:-5])
    for command in (["evaluate"], ["predict", "--index", 1], ["explain", "--index", 1]):
        assert "cut" in refused(command[0], tmp_path / "cut", *command[1:])


def test_what_has_no_precision_or_recall_is_told():
    names, images = ("a", "b", "c", "d"), np.zeros((4, 1))
    shown = CheckpointImages("any", Split.test, images, np.zeros(4, int), 4, (1,), names)
    counts = np.array([[1, 0, 1, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]])
    found = Evaluated(shown, Classified(images, np.zeros(4, int), 0.5, 0.5), counts)
    console = wide_console(io.StringIO())
    console.print(_table(found))
    rows = [line.split()[-2:] for line in console.file.getvalue().splitlines()[2:]]
    assert rows == [["0.5000", "0.5000"], ["-", "0.0000"], ["0.5000", "1.0000"], ["-", "-"]]
    assert _undefined(found) == ["never predicted, so without precision: b, d", "without images, so without recall: d"]


def test_a_model_that_always_answers_the_same_is_told_so(cli, tmp_path: Path):
    bias = np.eye(10, dtype=np.float32)[3]
    save_file({"linear.weight": np.zeros((10, 64), np.float32), "linear.bias": bias}, tmp_path / "model")
    _, out, _ = cli("evaluate", tmp_path / "model", "--data", "digits", "--json", tmp_path / "json")
    assert out.splitlines()[-2] == "never predicted, so without precision: 0, 1, 2, 4, 5, 6, 7, 8, 9"
    assert "nan" not in out
    assert json.loads((tmp_path / "json").read_text())["precision"][0] == "nan"


@pytest.mark.parametrize("command", ["evaluate", "predict --index 1", "explain --index 1"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_largest_weights_that_are_read_say_nothing_besides(cli, tmp_path: Path, command: str, dtype: str):
    signs = np.random.default_rng(1).uniform(-1, 1, (10, 64))
    weights = {"linear.weight": signs * float(np.finfo(dtype).max) / 300, "linear.bias": np.zeros(10)}
    save_file({name: array.astype(dtype) for name, array in weights.items()}, tmp_path / "model")
    name, *options = command.split()
    code, out, err = cli(name, tmp_path / "model", *options, "--data", "digits")
    assert (code, err) == (0, "")
    assert out
