"""A picture for a model of images of one's own in arrays: scaled as it is, or made as MNIST made its own."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from compare.report import model_pictures
from compare.training.checkpoint import load_checkpoint

TRAINED = "--epochs", "2", "--lr", "0.1", "--batch-size", "20"


@pytest.mark.parametrize("shape", [(3, 6, 6), (3, 4, 6), (6, 4), (6, 6)])
def test_a_picture_is_scaled_to_images_in_colour_or_of_no_square_or_not_black_at_the_edge(
    cli, tmp_path: Path, rng: np.random.Generator, shape: tuple[int, ...]
):
    own, saved, file = tmp_path / "own.npz", tmp_path / "own.safetensors", tmp_path / "me.png"
    np.savez(own, images=rng.integers(0, 256, (40, *shape), np.uint8), labels=np.arange(40) % 2)
    assert cli("train", "--data", own, *TRAINED, "--save", saved, "--quiet")[0] == 0
    Image.fromarray(rng.integers(0, 256, (12, 12, 3), np.uint8)).save(file)
    assert cli("predict", saved, "--image", file, "--json", tmp_path / "json")[0] == 0
    with Image.open(file) as picture:
        pixels = picture.convert("RGB" if len(shape) == 3 else "L").resize(shape[:-3:-1], Image.Resampling.BOX)
    expected = np.asarray(pixels).transpose(2, 0, 1) if len(shape) == 3 else np.asarray(pixels)
    np.testing.assert_array_equal(json.loads((tmp_path / "json").read_text())["pixels"], expected.ravel())
    assert cli("explain", saved, "--image", file, "--label", 1)[0] == 0
    assert cli("train", "--resume", saved, "--epochs", 3)[0] == 0
    code, _, err = cli("predict", saved, "--image", own)
    assert (code, err) == (2, f"error: {own}: not a picture that can be read; save it anew as PNG or JPEG\n")


@pytest.mark.parametrize("shape", [(1, 12), (2, 1025)])
def test_rows_of_numbers_are_no_pictures(cli, tmp_path: Path, shape: tuple[int, ...]):
    own, saved = tmp_path / "own.npz", tmp_path / "own.safetensors"
    np.savez(own, images=np.full((40, *shape), 200, np.uint8), labels=np.arange(40) % 2)
    assert cli("train", "--data", own, *TRAINED, "--save", saved, "--quiet")[0] == 0
    assert load_checkpoint(saved).shape is None


@pytest.mark.parametrize("place", [(0, 2), (-1, 2), (2, 0), (2, -1)])
@pytest.mark.parametrize(("lit", "shape"), [(8, None), (9, (6, 6))])
def test_squares_that_are_black_at_the_edge_are_taken_for_such_as_mnist_has(
    cli, tmp_path: Path, place: tuple[int, int], lit: int, shape: tuple | None
):
    """Of the 800 pixels at the edges of 40 images 8 may be lit."""
    own, saved = tmp_path / "own.npz", tmp_path / "own.safetensors"
    images = np.zeros((40, 6, 6), np.uint8)
    images[:, 1:-1, 1:-1] = 200
    images[:lit, place[0], place[1]] = 1
    labels = np.arange(40) % 2
    np.savez(own, images=images, labels=labels, test_images=images, test_labels=labels)
    assert cli("train", "--data", own, *TRAINED, "--val-fraction", 0, "--save", saved, "--quiet")[0] == 0
    assert load_checkpoint(saved).shape == shape


@pytest.mark.parametrize("command", [("predict",), ("explain", "--label", "0")])
def test_floats_beyond_0_and_1_are_no_pictures(cli, tmp_path: Path, rng: np.random.Generator, command: tuple):
    own, saved, file = tmp_path / "own.npz", tmp_path / "own.safetensors", tmp_path / "me.png"
    images = rng.uniform(-1, 2, (40, 6, 6)).astype("float32")
    images[0, 0, :2] = -1, 2
    np.savez(own, images=images, labels=np.arange(40) % 2)
    assert cli("train", "--data", own, *TRAINED, "--save", saved, "--quiet")[0] == 0
    Image.fromarray(rng.integers(0, 256, (12, 12), np.uint8)).save(file)
    name, *options = command
    code, out, err = cli(name, saved, "--image", file, *options)
    words = f"error: {saved}: was trained on pixels in -1 ... 2, and those of a picture are in 0 ... 1: "
    assert (code, out, err) == (2, "", f"{words}show it an image of your data by --index N\n")
    assert cli(name, saved, "--index", 3)[0] == 0


def test_names_in_wide_letters_stand_below_each_other(cli, tmp_path: Path, rng: np.random.Generator):
    own, saved = tmp_path / "own.npz", tmp_path / "own.safetensors"
    images = rng.integers(0, 256, (40, 6, 6), np.uint8)
    np.savez(own, images=images, labels=np.arange(40) % 3, names=["猫", "horse", "ネズミ"])
    assert cli("train", "--data", own, *TRAINED, "--save", saved, "--quiet")[0] == 0
    lines = cli("predict", saved, "--index", 3)[1].splitlines()[-4:-1]
    assert [re.split(r"  +(?=\d)", line)[0] for line in lines] == ["    猫", " horse", "ネズミ"]


def test_images_of_ones_own_are_bright_in_every_picture_and_others_ink(
    cli, tmp_path: Path, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
):
    own, saved, file = tmp_path / "own.npz", tmp_path / "own.safetensors", tmp_path / "me.png"
    np.savez(own, images=rng.integers(0, 256, (40, 8, 8), np.uint8), labels=np.arange(40) % 10)
    Image.fromarray(rng.integers(0, 256, (12, 12), np.uint8)).save(file)
    drawn: set[bool] = set()
    monkeypatch.setattr(model_pictures, "show", lambda *_, ink: drawn.add(ink))

    def seen(*arguments: object) -> set[bool]:
        drawn.clear()
        assert cli(*arguments)[0] == 0
        return drawn.copy()

    picture = "--picture", tmp_path / "x.png"
    for data, ink in ((own, {False}), ("digits", {True})):
        assert cli("train", "--data", data, *TRAINED, "--save", saved, "--quiet")[0] == 0
        assert seen("data", data, "--index", 3, *picture) == ink
        assert seen("predict", saved, "--index", 3, *picture) == ink
        assert seen("explain", saved, "--index", 3, *picture) == ink
        assert seen("predict", saved, "--image", file, *picture) == ink
        assert seen("evaluate", saved, "--pictures", tmp_path / "pictures") == ink
    # the model is of digits, and the images are one's own
    assert seen("predict", saved, "--index", 3, "--data", own, *picture) == {False}


def test_many_classes_are_numbered_in_one_column(cli, tmp_path: Path, rng: np.random.Generator):
    own, saved = tmp_path / "own.npz", tmp_path / "own.safetensors"
    names = [f"class-{letter}" for letter in "abcdefghijk"]
    np.savez(own, images=rng.integers(0, 256, (110, 4, 4), np.uint8), labels=np.arange(110) % 11, names=names)
    assert cli("train", "--data", own, *TRAINED, "--save", saved, "--quiet", "--json", tmp_path / "json")[0] == 0
    lines = cli("evaluate", saved)[1].splitlines()
    shown = [line[:10] for line in lines if re.match(r"[ \d]\d class-", line)]
    assert shown == [f"{k:2} {name}" for k, name in enumerate(names)]
    about = json.loads((tmp_path / "json").read_text())["data"]
    assert (about["names"], about["shape"], about["prepared"]) == (names, [4, 4], None)
