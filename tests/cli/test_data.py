"""`data`: what a data set holds."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from compare.data.registry import SOURCES, load


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


def test_the_list_says_what_is_here(cli, write_mnist, tmp_path: Path):
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


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_picture_of_samples(cli, write_mnist, tmp_path: Path, suffix: str):
    root, path = write_mnist(tmp_path), tmp_path / f"samples.{suffix}"
    code, out, _ = cli("data", "mnist", "--data-root", root, "--picture", path)
    assert code == 0
    assert out.splitlines()[-1] == f"sample images: {path}"
    if suffix == "svg":
        assert path.read_text().startswith("<?xml")
    else:
        with Image.open(path) as image:
            assert np.asarray(image.convert("L")).std() > 10


REFUSED = {
    "neither": ([], "either a NAME or --list"),
    "both": (["digits", "--list"], "either a NAME or --list"),
    "unknown": (["mnits"], "unknown data set 'mnits'"),
    "no picture": (["digits", "--picture", "samples.doc"], "samples.doc: a picture is named *.png or *.svg"),
    "no folder": (["digits", "--picture", "/no/folder/x.png"], "--picture /no/folder/x.png: cannot be written"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_one_line(refused, case: str):
    options, words = REFUSED[case]
    assert words in refused("data", *options)
