"""`predict`: one image, and what the model makes of it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

import scratch
from compare.cli import predict as predict_command
from compare.data.dataset import Dataset
from compare.data.own_picture import prepare, read_picture, squeeze
from compare.data.registry import SOURCES
from compare.problem import Hyperparameters, Problem
from compare.report.characters import as_text
from compare.training.checkpoint import load_checkpoint, save_checkpoint
from compare.training.loop import Training
from compare.training.train import train


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_predict_an_image_of_the_data_set(cli, checkpoint: Path, trained: Training, tmp_path: Path, backend: str):
    code, out, _ = cli("predict", checkpoint, "--index", 7, "--backend", backend, "--json", tmp_path / "json")
    assert code == 0
    result = json.loads((tmp_path / "json").read_text())
    problem = trained.problem
    P = scratch.probabilities(scratch.SoftmaxRegression(*trained.side.state()[:2]), problem.validation[0][7:8])[0]
    np.testing.assert_allclose(result["probabilities"], P, rtol=1e-5)
    assert result["label"] == problem.validation[1][7]
    np.testing.assert_array_equal(result["pixels"], problem.validation[0][7])
    lines = out.splitlines()
    place, among = lines.pop(0).split(" (data ")
    assert place == "mnist5k, validation: image 7 of 1,000"
    assert cli("data", "mnist5k", *among.rstrip(")").split(), "--json", tmp_path / "data")[0] == 0
    assert json.loads((tmp_path / "data").read_text())["pixels"] == result["pixels"]
    # without the black rows above and below
    image = as_text(problem.validation[0][7].reshape(28, 28)).strip("\n").splitlines()
    assert len(lines) == len(image) + 10 + 1
    assert lines[: len(image)] == image
    assert lines[len(image) + result["label"]].endswith("<- label")
    for k, line in enumerate(lines[len(image) : -1]):
        assert (
            line.removesuffix(" <- label").rstrip() == f"  {k}  {100 * P[k]:6.2f} %  {'█' * round(40 * P[k])}".rstrip()
        )
    answer = P.argmax()
    assert lines[-1] == f"prediction {answer}, probability {100 * P[answer]:.2f} %, label {result['label']}"
    assert (result["prediction"], result["backend"]) == (answer, backend)


def test_a_part_of_the_data_can_be_chosen(cli, checkpoint: Path, trained: Training, tmp_path: Path):
    assert cli("predict", checkpoint, "--index", 2, "--split", "train", "--quiet", "--json", tmp_path / "json")[0] == 0
    image = trained.problem.train[0][2]
    np.testing.assert_array_equal(json.loads((tmp_path / "json").read_text())["pixels"], image)


def test_the_prediction_is_drawn(cli, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    drawn = []
    monkeypatch.setattr(predict_command, "save_picture", lambda figure, path: drawn.append((figure, path)))
    assert cli("predict", checkpoint, "--index", 7, "--picture", tmp_path / "x.png")[0] == 0
    ((figure, path),) = drawn
    assert path == tmp_path / "x.png"
    picture, bars = figure.axes
    assert picture.images[0].get_array().shape == (28, 28)
    assert len(bars.containers) == 1
    assert "it is " in figure.get_supxlabel()


def test_predict_a_picture(cli, checkpoint: Path, trained: Training, tmp_path: Path):
    image, label = (part[3] for part in trained.problem.validation)
    path = tmp_path / "digit.png"
    Image.fromarray(255 - image.reshape(28, 28)).resize((280, 280)).save(path)
    code, out, _ = cli("predict", checkpoint, "--image", path, "--quiet")
    assert (code, out[:12]) == (0, f"prediction {label}")
    code, out, _ = cli("predict", checkpoint, "--image", path, "--json", tmp_path / "json")
    result = json.loads((tmp_path / "json").read_text())
    np.testing.assert_array_equal(result["pixels"], prepare(read_picture(path), 28).ravel())
    assert result["label"] is None
    assert "label" not in out
    assert cli("predict", checkpoint, "--image", path, "--raw", "--json", tmp_path / "json")[0] == 0
    result = json.loads((tmp_path / "json").read_text())
    np.testing.assert_array_equal(result["pixels"], squeeze(read_picture(path), 28).ravel())


CLOTHES = "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """A picture of one's own."""
    picture = Image.new("L", (50, 50), 255)
    picture.paste(0, (20, 10, 28, 40))
    picture.save(tmp_path / "me.png")
    return tmp_path / "me.png"


@pytest.fixture
def clothes(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """fashion-mnist, on this computer."""
    images = np.random.default_rng(2).integers(0, 256, (40, 4, 4)).astype(np.uint8)
    data = Dataset("fashion-mnist", (images, np.arange(40) % 10), None, 10, CLOTHES)
    source = replace(SOURCES["fashion-mnist"], load=lambda _root: data, files=())
    monkeypatch.setitem(SOURCES, "fashion-mnist", source)
    return data


def test_a_picture_of_ones_own_is_given_the_names_of_the_classes(cli, clothes: Dataset, drawn: Path, tmp_path: Path):
    save_checkpoint(tmp_path / "model", train(Problem(clothes, Hyperparameters(epochs=1, batch_size=8))))
    code, out, _ = cli("predict", tmp_path / "model", "--image", drawn)
    assert code == 0
    *_, answer = lines = out.splitlines()
    assert [line.split()[0] for line in lines[-11:-1]] == [*CLOTHES]
    assert answer.split()[1].rstrip(",") in CLOTHES
    # a checkpoint that has none is told where they are
    weights = dict(zip(("linear.weight", "linear.bias"), load_checkpoint(tmp_path / "model").state, strict=False))
    save_file(weights, tmp_path / "weights")
    assert "  7  " in cli("predict", tmp_path / "weights", "--image", drawn)[1]
    assert "sneaker  " in cli("predict", tmp_path / "weights", "--image", drawn, "--data", "fashion-mnist")[1]


def test_a_data_set_of_other_classes_has_no_names_for_a_picture(refused, clothes: Dataset, drawn: Path, tmp_path: Path):
    save_file({"linear.weight": np.ones((3, 16)), "linear.bias": np.ones(3)}, tmp_path / "model")
    line = refused("predict", tmp_path / "model", "--image", drawn, "--data", clothes.name)
    assert line == "error: the checkpoint has 3 classes; fashion-mnist has 10"


REFUSED = {
    "index too large": (["--index", 1000], "--index 1000: mnist5k, validation has the images 0 ... 999"),
    "nothing to predict": ([], "either --index N or --image FILE"),
    "two things to predict": (["--index", 1, "--image", "x.png"], "either --index N or --image FILE"),
    "raw without a picture of one's own": (["--index", 1, "--raw"], "--raw is for --image"),
    "a name of no picture": (["--index", 1, "--picture", "x.doc"], "x.doc: a picture is named *.png or *.svg"),
    "no picture": (["--image", "no.png"], "no.png: the picture cannot be read: No such file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_one_line(refused, checkpoint: Path, case: str):
    options, words = REFUSED[case]
    assert words in refused("predict", checkpoint, *options)


def test_pictures_without_a_digit_are_refused(refused, checkpoint: Path, tmp_path: Path):
    Image.new("L", (50, 50), 200).save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("no picture")
    for name, words in (("blank.png", "of one colour"), ("text.png", "not a picture that can be read")):
        line = refused("predict", checkpoint, "--image", tmp_path / name)
        assert words in line
        assert line.startswith(f"error: {tmp_path / name}: ")


def test_a_model_of_no_square_takes_no_picture(refused, tmp_path: Path):
    weights = {"linear.weight": np.ones((3, 12), np.float32), "linear.bias": np.ones(3, np.float32)}
    save_file(weights, tmp_path / "model")
    line = refused("predict", tmp_path / "model", "--image", tmp_path / "model")
    assert "pictures need a model of square grey images" in line
