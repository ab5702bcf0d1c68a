"""One image of a data set, or a picture of one's own, and what its class is called."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from compare.backends.protocol import State
from compare.cli.one_image import class_of, of_data, own_picture
from compare.data.registry import load
from compare.data.splits import Split
from compare.errors import InputError
from compare.problem import Hyperparameters
from compare.training.checkpoint import Checkpoint

MODEL = Checkpoint(State(np.zeros((10, 64), np.float32), np.zeros(10, np.float32)), "digits", Hyperparameters(epochs=1))
NAMES = "cat", "2", "dog"


def test_an_image_of_a_data_set_has_its_label_and_its_place():
    shown = of_data(MODEL, 3, None, None, Split.train)
    assert shown.place.startswith("digits, train: image 3 of 1,4")
    assert (shown.data, shown.shape, shown.names) == ("digits", (8, 8), tuple("0123456789"))
    images, labels = load("digits").train
    assert shown.label in range(10)
    same = np.flatnonzero((images == shown.image).all(axis=1))
    assert shown.label in labels[same]


@pytest.mark.parametrize(("text", "k"), [("cat", 0), ("dog", 2), ("2", 1), ("0", 0), ("1", 1)])
def test_a_class_is_found_by_its_name_and_then_by_its_number(text: str, k: int):
    assert class_of(text, NAMES) == k


@pytest.mark.parametrize("text", ["3", "-1", "Cat", "1.0", "\u00b2", "", None])
def test_what_is_no_class_is_refused(text: str | None):
    with pytest.raises(
        InputError, match="--image needs --label" if text is None else "no class of the model; they are cat"
    ):
        class_of(text, NAMES)


def test_pictures_need_a_square(tmp_path):
    model = Checkpoint(State(np.zeros((2, 7), np.float32), np.zeros(2, np.float32)))
    with pytest.raises(InputError, match="m: pictures need a model of square grey images"):
        own_picture(tmp_path / "m", model, tmp_path / "me.png", False, ("a", "b"))


@pytest.mark.parametrize("command", ["predict", "explain", "data"])
def test_an_image_that_is_drawn_brighter_than_it_is_is_told(cli, checkpoint: Path, tmp_path: Path, command: str):
    images = np.zeros((2, 28, 28), np.uint8)
    images[:, 10:20] = np.array([20, 200], np.uint8)[:, None, None]
    np.savez(tmp_path / "a.npz", images=images, labels=[0, 1])
    found = []
    for n, image in enumerate(images):
        picture = tmp_path / f"{n}.png"
        Image.fromarray(image).save(picture)
        own = [checkpoint, "--image", picture, "--raw", *(["--label", "0"] if command == "explain" else [])]
        _, out, _ = cli(command, *([tmp_path / "a.npz", "--index", n] if command == "data" else own))
        found.append([line for line in out.splitlines() if "brighter" in line])
    assert found == [["drawn brighter than it is: the largest pixel is 20, and white is 255"], []]
