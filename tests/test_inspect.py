"""evaluate, predict and explain: a checkpoint looked at from the command line."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from safetensors.numpy import save_file

import scratch
from compare import imaging, metrics
from compare.checkpoint import load_checkpoint, save_checkpoint
from compare.datasets import load
from compare.errors import InputError
from compare.explanation import QUANTITIES
from compare.problem import Hyperparameters, Problem


@pytest.fixture(scope="module")
def problem() -> Problem:
    return Problem(load("mnist5k"), Hyperparameters(epochs=20, lr=0.1))


@pytest.fixture(scope="module")
def checkpoint(problem: Problem, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of mnist5k, well trained."""
    model, state = scratch.SoftmaxRegression(*problem.start("float32")), {}
    scratch.fit(model, problem.train, problem.validation, problem.batches, lr=0.1, state=state)
    path = tmp_path_factory.mktemp("inspect") / "model.safetensors"
    save_checkpoint(path, "scratch", model, problem, state)
    return path


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1))
def test_the_confusion_matrix_counts_every_image(pairs: list[tuple[int, int]]):
    labels, predicted = np.array(pairs).T
    confusion = metrics.confusion_matrix(labels, predicted, 4)
    assert confusion.sum() == len(pairs)
    assert all(confusion[i, j] == pairs.count((i, j)) for i in range(4) for j in range(4))
    for k in range(4):
        given_k, taken_for_k = labels == k, predicted == k
        right = (given_k & taken_for_k).sum()
        for share, whole in ((metrics.recall, given_k.sum()), (metrics.precision, taken_for_k.sum())):
            value = share(confusion)[k]
            assert np.isnan(value) if whole == 0 else value == right / whole


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_evaluate(cli, checkpoint: Path, problem: Problem, tmp_path: Path, backend: str):
    code, out, _ = cli("evaluate", checkpoint, "--backend", backend, "--json", tmp_path / "json")
    assert code == 0
    result = json.loads((tmp_path / "json").read_text())
    loaded = load_checkpoint(checkpoint)
    model = scratch.SoftmaxRegression(loaded.weight, loaded.bias)
    loss, accuracy = scratch.evaluate(model, *problem.validation)
    assert (result["data"], result["split"], result["images"]) == ("mnist5k", "validation", 1000)
    assert result["loss"] == pytest.approx(loss, rel=1e-6)
    assert result["accuracy"] == accuracy > 0.9
    assert np.trace(result["confusion"]) == round(1000 * accuracy)
    assert len(re.findall(r"^ +\d( +[\d.]+){12}$", out, re.MULTILINE)) == 10
    assert out.splitlines()[-1] == f"mnist5k, validation: loss {loss:.4f}, accuracy {accuracy:.4f}"


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_predict_an_image_of_the_data_set(cli, checkpoint: Path, problem: Problem, tmp_path: Path, backend: str):
    code, out, _ = cli("predict", checkpoint, "--index", 7, "--backend", backend, "--json", tmp_path / "json")
    assert code == 0
    result = json.loads((tmp_path / "json").read_text())
    loaded = load_checkpoint(checkpoint)
    P = scratch.probabilities(scratch.SoftmaxRegression(loaded.weight, loaded.bias), problem.validation[0][7:8])[0]
    np.testing.assert_allclose(result["probabilities"], P, rtol=1e-5)
    assert result["label"] == problem.validation[1][7]
    np.testing.assert_array_equal(result["pixels"], problem.validation[0][7])
    lines = out.splitlines()
    assert len(lines) == 28 + 10 + 1
    assert lines[28 + result["label"]].endswith("<- label")
    assert lines[-1].startswith(f"prediction {P.argmax()}, probability ")


def redrawn(digit: np.ndarray, random: np.random.Generator, tmp_path: Path) -> Path:
    """A digit of MNIST as a person might hand it in: large, dark on light, anywhere on the page, as JPEG."""
    edge = int(random.integers(120, 260))
    ink = Image.fromarray(digit).resize((edge, edge), Image.Resampling.BICUBIC)
    page = Image.new("L", (600, 500), int(random.integers(200, 256)))
    place = int(random.integers(0, 600 - edge)), int(random.integers(0, 500 - edge))
    page.paste(int(random.integers(0, 60)), (*place, place[0] + edge, place[1] + edge), mask=ink)
    path = tmp_path / "digit.jpg"
    page.save(path, quality=85)
    return path


def test_preparation_reads_digits_redrawn_large_inverted_and_off_centre(
    checkpoint: Path, problem: Problem, tmp_path: Path
):
    loaded, random = load_checkpoint(checkpoint), np.random.default_rng(11)
    model = scratch.SoftmaxRegression(loaded.weight, loaded.bias)
    images, labels = (part[:200] for part in problem.validation)
    right = {"as they were": (scratch.predict(model, images) == labels).mean()}
    pictures = [imaging.read_picture(redrawn(image.reshape(28, 28), random, tmp_path)) for image in images]
    for how, make in (("prepared", imaging.prepare), ("raw", imaging.squeeze)):
        shown = np.array([make(picture, 28).reshape(-1) for picture in pictures])
        right[how] = (scratch.predict(model, shown) == labels).mean()
    print("accuracy on 200 digits:", right)
    assert right["prepared"] > right["as they were"] - 0.05
    assert right["raw"] < 0.3


@pytest.mark.parametrize("background", [0, 255, 128])
def test_preparation_is_mnists(background: int):
    """A square of any size on any ground becomes 20 pixels wide, white on black, in the middle."""
    picture = np.full((300, 200), background, float)
    picture[30:130, 90:190] = 255 if background < 200 else 10
    prepared = imaging.prepare(picture, 28)
    expected = np.zeros((28, 28), np.uint8)
    expected[4:24, 4:24] = 255
    np.testing.assert_array_equal(prepared, expected)


def test_preparation_centres_by_mass():
    picture = np.zeros((100, 100))
    picture[20:80, 20:50] = 255  # a heavy bar on the left, a thinner one to the right
    picture[45:55, 50:80] = 255
    rows, columns = np.nonzero(imaging.prepare(picture, 28))
    weights = imaging.prepare(picture, 28)[rows, columns].astype(float)
    assert np.average(columns, weights=weights) == pytest.approx(13.5, abs=0.6)
    assert np.average(rows, weights=weights) == pytest.approx(13.5, abs=0.6)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "1", "P", "LA"])
@pytest.mark.parametrize("suffix", ["png", "bmp"])
def test_pictures_of_every_kind_are_read(tmp_path: Path, mode: str, suffix: str):
    grey = Image.new("L", (40, 30), "white")
    grey.paste(0, (10, 10, 20, 20))
    picture = grey.convert(mode)
    if suffix == "bmp" and mode in ("LA", "RGBA"):
        picture = picture.convert("RGB")
    picture.save(tmp_path / f"picture.{suffix}")
    np.testing.assert_array_equal(imaging.read_picture(tmp_path / f"picture.{suffix}"), np.asarray(grey))


def test_what_is_transparent_is_paper(tmp_path: Path):
    drawing = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    drawing.paste((0, 0, 0, 255), (10, 10, 20, 20))
    drawing.save(tmp_path / "drawing.png")
    assert imaging.read_picture(tmp_path / "drawing.png")[0, 0] == 255
    assert imaging.read_picture(tmp_path / "drawing.png")[15, 15] == 0


def test_a_white_drawing_on_nothing_is_seen(tmp_path: Path):
    drawing = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    drawing.paste((255, 255, 255, 255), (10, 10, 20, 20))
    drawing.save(tmp_path / "drawing.png")
    assert imaging.read_picture(tmp_path / "drawing.png")[0, 0] == 0
    assert imaging.read_picture(tmp_path / "drawing.png")[15, 15] == 255


def test_a_picture_is_turned_as_the_camera_says(tmp_path: Path):
    picture = Image.new("L", (40, 30), "white")
    picture.paste(0, (0, 0, 10, 10))
    orientation = Image.Exif()
    orientation[0x0112] = 6
    picture.save(tmp_path / "turned.jpg", exif=orientation, quality=100)
    seen = imaging.read_picture(tmp_path / "turned.jpg")
    assert seen.shape == (40, 30)
    assert seen[3, 26] < 50
    assert seen[3, 3] > 200


def test_a_photo_that_is_brighter_on_one_side_is_prepared_like_an_even_one():
    y, x = np.mgrid[:200, :300]
    random = np.random.default_rng(2)
    ink = np.where((abs(y - 100) < 40) & (abs(x - 140) < 8), 0.3, 1.0)
    even = imaging.prepare(230 * ink, 28)
    shaded = imaging.prepare(230 * ink * (0.5 + x / 600) + random.normal(0, 4, ink.shape), 28)
    assert np.abs(even.astype(float) - shaded).mean() < 5
    assert even.max() == shaded.max() == 255


def test_predict_a_picture(cli, checkpoint: Path, problem: Problem, tmp_path: Path):
    image, label = problem.validation[0][3], problem.validation[1][3]
    path = redrawn(image.reshape(28, 28), np.random.default_rng(0), tmp_path)
    code, out, _ = cli("predict", checkpoint, "--image", path, "--quiet")
    assert (code, out[:12]) == (0, f"prediction {label}")
    assert cli("predict", checkpoint, "--image", path, "--raw")[0] == 0


def test_explain_shows_every_equation_and_small_differences(cli, checkpoint: Path, tmp_path: Path):
    code, out, _ = cli("explain", checkpoint, "--index", 7, "--json", tmp_path / "json")
    assert code == 0
    result = json.loads((tmp_path / "json").read_text())
    assert list(result["quantities"]) == list(QUANTITIES)
    assert re.findall(r"^(E\d) ", out, re.MULTILINE) == [tag for tag, _ in QUANTITIES.values()]
    for name, row in result["quantities"].items():
        ours, theirs = np.array(row["scratch"]), np.array(row["torch"])
        assert np.abs(ours).max() > 0, name
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-6 * np.abs(theirs).max())
    values = {name: np.array(row["scratch"]) for name, row in result["quantities"].items()}
    np.testing.assert_allclose(values["exponentials"] / values["sum"], values["probabilities"], rtol=1e-6)
    assert values["loss"] == pytest.approx(-np.log(values["probabilities"][result["label"]]), rel=1e-5)
    assert values["dZ"].sum() == pytest.approx(0, abs=1e-6)


REFUSED = {
    "index too large": (["predict", "--index", 1000], "index 1000: mnist5k, validation has the images 0 ... 999"),
    "index negative": (["explain", "--index", -1], "index -1: mnist5k, validation has the images 0 ... 999"),
    "nothing to predict": (["predict"], "either --index N or --image FILE"),
    "two things to predict": (["predict", "--index", 1, "--image", "x.png"], "either --index N or --image FILE"),
    "no picture": (["predict", "--image", "no.png"], "no.png: the picture cannot be read: No such file"),
    "other data": (["evaluate", "--data", "digits"], "takes 784 pixels to 10 classes; digits has 64 and 10"),
    "no test images": (["evaluate", "--split", "test"], "mnist5k has no test images; take --split validation"),
    "no such split": (["evaluate", "--split", "tset"], "tset"),
    "unknown backend": (["evaluate", "--backend", "jax"], "unknown backend 'jax'"),
    "unknown data": (["evaluate", "--data", "mnits"], "unknown data set 'mnits'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_one_line(cli, checkpoint: Path, case: str):
    (command, *options), words = REFUSED[case]
    code, _, err = cli(command, checkpoint, *options)
    assert (code, len(err.splitlines())) == (2, 1)
    assert words in err


def test_pictures_without_a_digit_are_refused(cli, checkpoint: Path, tmp_path: Path):
    Image.new("L", (50, 50), 200).save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("no picture")
    for name, words in (("blank.png", "of one colour"), ("text.png", "not a picture that can be read")):
        code, _, err = cli("predict", checkpoint, "--image", tmp_path / name)
        assert (code, len(err.splitlines())) == (2, 1)
        assert words in err


def test_a_model_of_no_square_takes_no_picture(cli, tmp_path: Path):
    save_file(
        {"linear.weight": np.ones((3, 12), np.float32), "linear.bias": np.ones(3, np.float32)}, tmp_path / "model"
    )
    code, _, err = cli("predict", tmp_path / "model", "--image", tmp_path / "model")
    assert code == 2
    assert "pictures need a model of square grey images" in err


def test_a_damaged_checkpoint_is_told(cli, checkpoint: Path, tmp_path: Path):
    (tmp_path / "cut").write_bytes(checkpoint.read_bytes()[:-5])
    for command in (["evaluate"], ["predict", "--index", 1], ["explain", "--index", 1]):
        code, _, err = cli(command[0], tmp_path / "cut", *command[1:])
        assert (code, len(err.splitlines())) == (2, 1)
    with pytest.raises(InputError):
        load_checkpoint(tmp_path / "cut")
