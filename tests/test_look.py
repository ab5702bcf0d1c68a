"""Looking at the data, and the pictures that are drawn."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from compare import pictures
from compare.datasets import SOURCES, load
from tests.idx_files import write_mnist


def test_a_data_set_is_described(cli, tmp_path: Path):
    code, out, _ = cli("data", "digits", "--json", tmp_path / "json")
    assert code == 0
    result, dataset = json.loads((tmp_path / "json").read_text()), load("digits")
    assert result["counts"] == {"train": np.bincount(dataset.train[1]).tolist()}
    assert (result["shape"], result["features"], result["dtype"]) == ([8, 8], 64, "uint8")
    assert (result["pixels"]["min"], result["pixels"]["max"]) == (0, 255)
    assert "digits: 1,797 train images of 8 x 8 = 64 pixels, 10 classes" in out
    assert "pixels are uint8, 0 ... 255, on average 77.9" in out
    assert len([line for line in out.splitlines() if line.split()[:1] and line.split()[0].isdigit()]) == 10


def test_the_list_says_what_is_here(cli, tmp_path: Path):
    root = write_mnist(tmp_path)
    code, out, _ = cli("data", "--list", "--data-root", root, "--json", tmp_path / "json")
    assert code == 0
    rows = json.loads((tmp_path / "json").read_text())
    assert list(rows) == list(SOURCES)
    assert {name for name, row in rows.items() if row["here"]} == {"mnist5k", "digits", "mnist"}
    for name in SOURCES:
        line = next(line for line in out.splitlines() if line.startswith(f"{name} "))
        assert line.endswith("yes" if rows[name]["here"] else "no")
    assert max(map(len, out.splitlines())) <= 80


def test_listed_sizes_are_those_of_the_data(mnist_root: Path):
    for name in ("mnist5k", "digits", "mnist"):
        dataset, source = load(name, mnist_root), SOURCES[name]
        tests = len(dataset.test[1]) if dataset.test else 0
        assert (len(dataset.train[1]), tests) == source.size
        assert (dataset.shape, dataset.classes) == (source.shape, source.classes)


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_picture_of_samples(cli, tmp_path: Path, suffix: str):
    root, path = write_mnist(tmp_path), tmp_path / f"samples.{suffix}"
    code, out, _ = cli("data", "mnist", "--data-root", root, "--picture", path)
    assert code == 0
    assert out.splitlines()[-1] == f"sample images: {path}"
    if suffix == "svg":
        assert path.read_text().startswith("<?xml")
    else:
        assert np.asarray(Image.open(path).convert("L")).std() > 10


def test_samples_show_the_first_images_of_each_class():
    dataset = load("digits")
    figure = pictures.samples(dataset)
    grid = np.array(figure.axes).reshape(10, pictures.SAMPLES)
    for k in (0, 7):
        index = np.flatnonzero(dataset.train[1] == k)[2]
        np.testing.assert_array_equal(grid[k, 2].images[0].get_array(), dataset.train[0][index].reshape(8, 8))


def test_colour_images_are_turned_for_the_eye():
    image = np.arange(12, dtype=np.uint8)
    np.testing.assert_array_equal(pictures.as_image(image, (3, 2, 2))[:, :, 1], [[4, 5], [6, 7]])


REFUSED = {
    "neither": ([], "either a NAME or --list"),
    "both": (["digits", "--list"], "either a NAME or --list"),
    "unknown": (["mnits"], "unknown data set 'mnits'"),
    "no picture": (["digits", "--picture", "samples.doc"], "samples.doc: a picture is named *.png or *.svg"),
    "no folder": (["digits", "--picture", "/no/folder/x.png"], "--picture /no/folder/x.png: cannot be written"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_one_line(cli, case: str):
    options, words = REFUSED[case]
    code, _, err = cli("data", *options)
    assert (code, len(err.splitlines())) == (2, 1)
    assert words in err
