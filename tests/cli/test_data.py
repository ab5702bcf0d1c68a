"""`data`: what a data set holds."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from compare.data.own_data import tell
from compare.data.registry import SOURCES, Dataset, load
from compare.report.characters import as_text


def test_a_data_set_is_described(cli, tmp_path: Path):
    code, out, _ = cli("data", "digits", "--json", tmp_path / "json")
    assert code == 0
    result, dataset = json.loads((tmp_path / "json").read_text()), load("digits")
    assert result["counts"] == {"train": np.bincount(dataset.train[1]).tolist()}
    assert (result["shape"], result["features"], result["dtype"]) == ([8, 8], 64, "uint8")
    assert (result["pixels"]["min"], result["pixels"]["max"]) == (0, 255)
    assert "digits: 1,797 train images of 8 x 8 = 64 pixels, 10 classes" in out
    assert (result["classes"], result["name"]) == (list("0123456789"), "digits")
    assert result["pixels"]["mean"] == pytest.approx(dataset.train[0].mean())
    assert "pixels are uint8, 0 ... 255, on average 77.85" in out
    assert (
        f"digits: image 0 of all 1,797 before the split, class 0\n{as_text(dataset.train[0][0].reshape(8, 8))}\n" in out
    )
    assert len([line for line in out.splitlines() if line.split()[:1] and line.split()[0].isdigit()]) == 10


def test_a_long_row_of_numbers_is_shown_in_steps(cli, tmp_path: Path):
    np.savez(tmp_path / "rows.npz", images=np.full((4, 99), 255, np.uint8), labels=np.arange(4) % 2)
    lines = cli("data", tmp_path / "rows.npz")[1].splitlines()
    assert lines[-2:] == ["@" * 66, "of 3 pixels one is shown: --picture FILE draws all"]


@pytest.mark.parametrize(("edge", "lines"), [(40, 40), (41, 21), (64, 32)])
def test_a_large_image_is_no_wider_than_the_text(cli, tmp_path: Path, edge: int, lines: int):
    images = np.full((4, edge, edge), 255, np.uint8)
    np.savez(tmp_path / "large.npz", images=images, labels=np.arange(4) % 2)
    _, out, _ = cli("data", tmp_path / "large.npz", "--index", 0)
    drawn = [line for line in out.splitlines() if set(line) == {"@"}]
    assert {len(line) for line in drawn} == {2 * lines}
    assert len(drawn) == lines <= 40
    assert ("one is shown: --picture FILE draws all" in out) == (edge > 40)


def test_an_image_that_is_nearly_black_is_shown_bright(cli, tmp_path: Path):
    images = np.zeros((4, 3, 3), np.uint8)
    images[:, 1, 1] = 16
    np.savez(tmp_path / "dark.npz", images=images, labels=np.arange(4) % 2)
    assert "  @@\n" in cli("data", tmp_path / "dark.npz", "--index", 0)[1]


def test_the_list_says_what_is_here(cli, write_mnist, tmp_path: Path):
    root = write_mnist(tmp_path)
    code, out, _ = cli("data", "--list", "--data-root", root, "--json", tmp_path / "json")
    assert code == 0
    rows = json.loads((tmp_path / "json").read_text())["data_sets"]
    assert list(rows) == list(SOURCES)
    assert {name for name, row in rows.items() if row["here"]} == {"mnist5k", "digits", "mnist"}
    for name in SOURCES:
        line = next(line for line in out.splitlines() if line.startswith(f"{name} "))
        assert line.endswith("yes" if rows[name]["here"] else "no")
        cells = [f"{size:,}" for size in SOURCES[name].size] + [" x ".join(map(str, SOURCES[name].shape))]
        assert " ".join([name, *cells, str(SOURCES[name].classes), SOURCES[name].origin]) in " ".join(line.split())
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("suffix", ["png", pytest.param("svg", marks=pytest.mark.heavy)])
def test_the_picture_of_samples(cli, write_mnist, tmp_path: Path, suffix: str):
    root, path = write_mnist(tmp_path), tmp_path / f"samples.{suffix}"
    code, out, _ = cli("data", "mnist", "--data-root", root, "--picture", path)
    assert code == 0
    assert out.splitlines()[-1] == f"picture: {path}"
    if suffix == "svg":
        assert path.read_text().startswith("<?xml")
    else:
        with Image.open(path) as image:
            assert np.asarray(image.convert("L")).std() > 10


def test_one_image_is_shown(cli, tmp_path: Path):
    images, labels = load("digits").train
    picture = tmp_path / "one.png"
    code, out, _ = cli("data", "digits", "--index", 17, "--json", tmp_path / "json", "--picture", picture)
    assert code == 0
    place = f"digits: image 17 of all 1,797 before the split, class {labels[17]}"
    assert out == f"{place}\n{as_text(images[17].reshape(8, 8))}\npicture: {picture}\n"
    assert json.loads((tmp_path / "json").read_text()) == {
        "version": 2,
        "name": "digits",
        "shape": [8, 8],
        "index": 17,
        "label": labels[17],
        "pixels": images[17].tolist(),
    }
    with Image.open(picture) as drawn:
        assert drawn.size[0] == 600


def test_the_first_and_the_last_image_are_there(cli):
    assert cli("data", "digits", "--index", 0)[0] == 0
    assert cli("data", "digits", "--index", 1796)[0] == 0


def test_test_images_are_counted(cli, write_mnist, tmp_path: Path):
    _, out, _ = cli("data", "mnist", "--data-root", write_mnist(tmp_path), "--json", tmp_path / "json")
    assert "mnist: 60 train and 20 test images of 4 x 4 = 16 pixels, 10 classes" in out
    assert json.loads((tmp_path / "json").read_text())["counts"] == {"train": [6] * 10, "test": [2] * 10}


def test_a_colour_image_is_not_printed_as_characters(cli, monkeypatch: pytest.MonkeyPatch):
    images = np.zeros((4, 3, 2, 2), np.uint8)
    colour = Dataset("colour", (images, np.array([0, 1, 1, 0])), None, classes=2, names=("cat", "dog"))
    monkeypatch.setattr("compare.cli.data.load_data", lambda *_, **__: colour)
    _, out, _ = cli("data", "colour", "--index", 1)
    place, image = out.splitlines()
    assert place == "colour: image 1 of all 4 before the split, class dog"
    assert image == "a colour image of 3 x 2 x 2 pixels: --picture FILE draws it"


@pytest.mark.parametrize("most", [1, 255, 1e30, 3e38])
def test_floats_are_shades_from_0_to_1_or_as_far_as_they_go(
    cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: float
):
    monkeypatch.chdir(tmp_path)
    tell.cache_clear()
    images = np.zeros((2, 1, 3), np.float32)
    images[0] = 0, most / 2, most
    np.savez("own.npz", images=images, labels=[0, 1])
    code, out, err = cli("data", "own.npz", "--index", 0)
    assert (code, out.splitlines()[-1]) == (0, "  ++@@")
    assert len(err.splitlines()) == (most > 1)
    assert max(map(len, cli("data", "own.npz")[1].splitlines())) <= 80


REFUSED = {
    "neither": ([], "either a NAME or --list"),
    "both": (["digits", "--list"], "either a NAME or --list"),
    "unknown": (["mnits"], "unknown data set 'mnits'"),
    "a picture of the list": (["--list", "--picture", "x.png"], "--picture and --index are for one data set"),
    "an image of the list": (["--list", "--index", 0], "--picture and --index are for one data set"),
    "no such image": (["digits", "--index", 1797], "--index 1797: digits has the training images 0 ... 1796"),
    "before the first": (["digits", "--index", -1], "--index -1: digits has the training images 0 ... 1796"),
    "no picture": (["digits", "--picture", "samples.doc"], "samples.doc: a picture is named *.png or *.svg"),
    "no folder": (["digits", "--picture", "/no/folder/x.png"], "--picture /no/folder/x.png: cannot be written"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_one_line(refused, case: str):
    options, words = REFUSED[case]
    assert words in refused("data", *options)
