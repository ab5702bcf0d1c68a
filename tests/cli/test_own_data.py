"""Pictures and arrays of one's own through every command."""

import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from compare.data.own_data import tell
from compare.data.registry import load
from compare.training.checkpoint import load_checkpoint

TRAINED = "--epochs", "2", "--lr", "0.1", "--batch-size", "20"


@pytest.fixture(autouse=True)
def untold() -> None:
    tell.cache_clear()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty pictures of each of the digits 3 and 5, of 9 x 9 pixels, the first in colour."""
    folder = tmp_path_factory.mktemp("own") / "pictures"
    images, labels = load("digits").train
    for label, name in ((3, "three"), (5, "five")):
        (folder / name).mkdir(parents=True)
        for n, index in enumerate(np.flatnonzero(labels == label)[:20]):
            picture = Image.fromarray(images[index].reshape(8, 8)).resize((9, 9))
            (picture if n else picture.convert("RGB")).save(folder / name / f"{n}.png")
    return folder


ALIKE = "--size", "8", "--grey"
NOTE = "note: {}: 40 of 40 pictures scaled to 8 x 8 and 2 in colour made grey\n"


@pytest.fixture
def trained(cli, pictures: Path, tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    assert cli("train", "--data", pictures, *ALIKE, *TRAINED, "--save", path, "--quiet")[0] == 0
    return path


def test_data_shows_them(cli, pictures: Path, tmp_path: Path):
    code, out, err = cli("data", pictures, *ALIKE, "--json", tmp_path / "json")
    assert (code, err) == (0, NOTE.format(pictures))
    assert f"{pictures}: 40 train images of 8 x 8 = 64 pixels, 2 classes" in " ".join(out.split())
    found = json.loads((tmp_path / "json").read_text())
    assert (found["classes"], found["counts"]) == (["five", "three"], {"train": [20, 20]})


def test_data_that_have_changed_since_the_training_are_told(cli, pictures: Path, tmp_path: Path):
    """Another image more or less is another split."""
    own, path = tmp_path / "own", tmp_path / "model.safetensors"
    shutil.copytree(pictures, own)
    assert cli("train", "--data", own, *ALIKE, *TRAINED, "--save", path, "--quiet")[0] == 0
    assert "has changed" not in cli("evaluate", path)[2]
    (own / "five" / "3.png").unlink()
    told = f"note: {own} has changed since the training: the model may know some of its validation images\n"
    assert told in cli("evaluate", path)[2]
    assert "has changed" not in cli("evaluate", path, "--quiet")[2]


def test_they_are_trained_on_and_the_checkpoint_remembers_how(cli, trained: Path, pictures: Path, tmp_path: Path):
    read = load_checkpoint(trained)
    assert (read.names, read.prepared.size, read.prepared.grey, read.shape) == (("five", "three"), 8, True, (8, 8))
    code, out, _ = cli("evaluate", trained, "--split", "train", "--json", tmp_path / "json")
    assert code == 0
    assert f"{pictures}, train: loss" in out
    assert json.loads((tmp_path / "json").read_text())["names"] == ["five", "three"]
    assert re.findall(r"^(\d \w+) +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+$", out, re.MULTILINE) == ["0 five", "1 three"]
    code, out, _ = cli("predict", trained, "--image", pictures / "three" / "0.png", "--json", tmp_path / "json")
    assert code == 0
    assert "prediction three" in out or "prediction five" in out
    assert json.loads((tmp_path / "json").read_text())["names"] == ["five", "three"]
    assert cli("explain", trained, "--index", 1)[0] == 0
    code, out, _ = cli("train", "--resume", trained, "--epochs", 3, "--save", tmp_path / "more.safetensors")
    assert code == 0
    assert "epoch 3/3" in out


def test_a_picture_is_prepared_as_those_that_were_trained_on(cli, trained: Path, pictures: Path, tmp_path: Path):
    file = pictures / "three" / "0.png"
    assert cli("predict", trained, "--image", file, "--json", tmp_path / "json")[0] == 0
    shown = json.loads((tmp_path / "json").read_text())["pixels"]
    with Image.open(file) as picture:
        expected = picture.convert("L").resize((8, 8), Image.Resampling.BOX)
    np.testing.assert_array_equal(shown, np.asarray(expected).ravel())
    code, _, err = cli("predict", trained, "--image", file, "--raw")
    assert code == 2
    assert f"{trained}: pictures for it are only scaled: omit --raw" in err


def test_they_are_proven_on(cli, pictures: Path):
    code, out, _ = cli("prove", "--data", pictures, *ALIKE, *TRAINED, "--dtype", "float32")
    assert code == 0
    assert "match: every quantity is within budget, in 4 steps of float32" in out
    assert max(len(line) for line in out.splitlines() if "--details" not in line) <= 80


@pytest.mark.heavy
def test_without_epochs_there_are_about_9600_steps(cli, pictures: Path):
    code, out, _ = cli("train", "--data", pictures, *ALIKE, "--batch-size", 32, "--lr", 0.1, "--log-epochs", 9600)
    assert code == 0
    assert "epoch 9600/9600" in out


def test_of_few_pictures_a_step_has_all_unless_told_otherwise(cli, pictures: Path, tmp_path: Path):
    saved, note = (
        tmp_path / "own.safetensors",
        "images of {} to train on, so a step has all of them; --batch-size takes",
    )
    few = "--data", pictures, *ALIKE, "--epochs", 2
    code, _, err = cli("train", *few, "--save", saved)
    assert code == 0
    assert f"note: 32 {note.format(pictures)}" in err
    assert load_checkpoint(saved).chosen.batch_size == 32
    tell.cache_clear()
    code, _, err = cli("prove", *few, "--dtype", "float32", "--train-subset", 10)
    assert code == 0
    assert f"note: 10 {note.format(pictures)}" in err
    tell.cache_clear()
    assert "so a step has all" not in cli("train", *few, "--batch-size", 32)[2]
    assert cli("train", "--resume", saved, "--epochs", 3)[0] == 0


def test_a_checkpoint_keeps_the_classes_in_their_order(cli, trained: Path, pictures: Path, tmp_path: Path):
    shutil.copytree(pictures, tmp_path / "other")
    (tmp_path / "other" / "five").rename(tmp_path / "other" / "zero")
    code, _, err = cli("evaluate", trained, "--data", tmp_path / "other")
    told = f"which was trained on {pictures}: zero is not known and five is missing"
    assert (code, err.splitlines()[-1]) == (
        2,
        f"error: {tmp_path / 'other'} has other classes than the checkpoint, {told}",
    )
    # the same pictures elsewhere were trained on, and of others none was, so all are read
    shutil.copytree(pictures, tmp_path / "same")
    shutil.copytree(pictures, tmp_path / "changed")
    shutil.copy(pictures / "three" / "1.png", tmp_path / "changed" / "three" / "2.png")
    for data, split, images in (("same", "validation", 8), ("changed", "all", 40)):
        assert cli("evaluate", trained, "--data", tmp_path / data, "--json", tmp_path / "json")[0] == 0
        found = json.loads((tmp_path / "json").read_text())
        assert (found["split"], found["images"]) == (split, images)
    (tmp_path / "changed" / "three" / "2.png").unlink()
    out = cli("evaluate", trained, "--data", tmp_path / "changed", "--quiet")[1]
    # a long path makes the line two
    assert ", all:" in " ".join(out.split())


BAD = {
    "no path": (["prove", "--data", "./nowhere"], "./nowhere: no such file or folder"),
    "a name and --size": (
        ["prove", "--data", "digits", "--size", "8"],
        "--size and --grey are for folders of pictures",
    ),
    "a size": (["data", "PICTURES", "--size", "0"], "--size must lie in 1 ... 1,024, not 0"),
    "unlike": (["train", "--data", "PICTURES"], "2 in colour; --grey makes all grey"),
    "--data-root": (["train", "--data", "PICTURES", "--data-root", "x"], "yours has a path: omit --data-root"),
    "batch": (
        ["train", "--data", "PICTURES", *ALIKE, "--batch-size", "33"],
        "but only 32 training images: take --batch",
    ),
    "no test": (["train", "--data", "PICTURES", *ALIKE, "--val-fraction", "0"], "validation fraction 0 needs test"),
    "list": (["data", "--list", "--grey"], "--size and --grey are for one data set"),
    "page": (["page", "--val-fraction", "0"], "validation fraction 0 needs test images"),
    "experiment, few": (["experiment", "subset", "--data", "PICTURES", *ALIKE], "this question needs 300"),
    "experiment, size": (["experiment", "lr", "--size", "8"], "--data names none: omit --size"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_is_one_line(cli, pictures: Path, case: str):
    line, words = BAD[case]
    code, _, err = cli(*(str(pictures) if part == "PICTURES" else part for part in line))
    told = [line for line in err.splitlines() if not line.startswith("note: ")]
    assert (code, len(told)) == (2, 1)
    assert words in told[0]


@pytest.fixture
def arrays(tmp_path: Path) -> Path:
    """60 training and 20 test images of two classes, 7 and 9."""
    images, labels = load("digits").train
    chosen = np.flatnonzero((labels == 7) | (labels == 9))[:80]
    parts = images[chosen].reshape(-1, 8, 8), labels[chosen]
    train, test = ([part[:60] for part in parts], [part[60:] for part in parts])
    np.savez(tmp_path / "a.npz", images=train[0], labels=train[1], test_images=test[0], test_labels=test[1])
    return tmp_path / "a.npz"


def test_without_validation_each_epoch_prints_test_figures_called_test(cli, arrays: Path, tmp_path: Path):
    path = tmp_path / "model.safetensors"
    options = "--data", arrays, "--val-fraction", 0, *TRAINED
    code, out, err = cli("train", *options, "--save", path, "--json", tmp_path / "json", "--pictures", tmp_path / "p")
    assert (code, err) == (0, f"note: labels of {arrays}: 7, 9 are the classes 0 and 1\n")
    assert "60 training images, 20 for test" in out
    assert out.count(", test 0.") == 3
    assert ", validation" not in out
    assert "for validation" not in out
    found = json.loads((tmp_path / "json").read_text())
    assert (found["data"]["validation"], found["data"]["evaluated_on"]) == (0, "test")
    assert found["curve"][-1]["val_accuracy"] == found["test"]
    assert cli("evaluate", path, "--json", tmp_path / "json")[0] == 0
    assert json.loads((tmp_path / "json").read_text())["accuracy"] == found["test"]


@pytest.mark.heavy
def test_the_proof_says_test_too(cli, arrays: Path):
    options = "prove", "--data", arrays, "--val-fraction", 0, *TRAINED, "--dtype", "float32"
    code, out, _ = cli(*options)
    assert code == 0
    assert "20 test images, the same on both sides" in out
    assert "20 of 20 images are put in the same class" in out
    code, out, _ = cli(*options, "--details")
    assert "60 training and 20 test images" in " ".join(out.split())
    assert out.count("test accuracy") == 1
    assert "validation accuracy" not in out


def test_an_experiment_says_what_it_ran_with(cli, arrays: Path, tmp_path: Path):
    options = "--data", arrays, "--epochs", 2, "--seed", 5, "--json", tmp_path / "json"
    code, out, _ = cli("experiment", "batch-size", *options)
    assert code == 0
    assert f"on {arrays}, 2 epochs, seed 5" in " ".join(out.split())
    rows = json.loads((tmp_path / "json").read_text())["rows"]
    assert [(row["setting"], row["data"], row["epochs"], row["seed"]) for row in rows] == [
        ("10", str(arrays), 2, 5), ("30", str(arrays), 2, 5),
    ]  # fmt: skip


def test_no_output_takes_the_place_of_the_data(cli, arrays: Path):
    before = arrays.read_bytes()
    for command in (["train", "--data", arrays], ["data", arrays], ["experiment", "lr", "--data", arrays]):
        code, _, err = cli(*command, "--json", arrays)
        assert (code, "choose another name" in err) == (2, True)
    assert arrays.read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="names of files with a line in them")
def test_the_name_of_a_picture_is_shown_in_one_line(cli, trained: Path, pictures: Path, tmp_path: Path):
    path = tmp_path / "a\nb.png"
    shutil.copy(pictures / "five" / "1.png", path)
    out = cli("predict", trained, "--image", path)[1]
    assert out.splitlines()[0].endswith(r"a\nb.png")
