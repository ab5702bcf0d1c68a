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


def test_empty_folders_hold_no_data(tmp_path: Path):
    for source in SOURCES.values():
        for pattern in source.files:
            (tmp_path / pattern).parent.mkdir(parents=True, exist_ok=True)
    assert {name for name, source in SOURCES.items() if source.is_here(tmp_path)} == {"mnist5k", "digits"}


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
        with Image.open(path) as image:
            assert np.asarray(image.convert("L")).std() > 10


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


def test_the_pictures_of_a_proof(cli, tmp_path: Path):
    code, _, _ = cli("prove", "--data", "digits", "--epochs", 3, "--quiet", "--pictures", tmp_path / "new" / "folder")
    assert code == 0
    names = {
        f"{what}-{dtype}" for what in ("curves", "errors", "gradients", "templates") for dtype in ("float32", "float64")
    }
    files = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    assert files == {f"{name}{suffix}" for name in names for suffix in pictures.SUFFIXES}


def test_curves_show_both_sides_and_what_is_published():
    history = [
        {"epoch": n, "train_loss": 2.0 - n, "train_accuracy": n / 2, "val_loss": 2.1 - n, "val_accuracy": 0.1 + n / 2}
        for n in range(2)
    ]
    figure = pictures.curves({"scratch": history, "torch": history}, (0.1, 0.5))
    losses, accuracies = figure.axes
    assert [line.get_ydata().tolist() for line in losses.lines] == [[2.0, 1.0], [2.1, 1.1]] * 2
    lines = {line.get_label(): line.get_ydata()[1] for line in accuracies.lines}
    sides = {
        f"{side}, {part}": y for side in ("scratch", "torch") for part, y in (("training", 0.5), ("validation", 0.6))
    }
    assert lines == {**sides, "published": 0.5}


def test_errors_are_on_a_log_scale_under_the_line_of_the_whole_budget():
    used = {reading: {name: [0.1, 0.0] for name in "abcdefgh"} for reading in ("resynchronised", "free_running")}
    figure = pictures.errors(used, "float32")
    assert [axes.get_yscale() for axes in figure.axes] == ["log", "log"]
    assert figure.axes[0].lines[0].get_ydata()[0] == 0.1
    assert np.isnan(figure.axes[0].lines[0].get_ydata()[1])
    assert figure.axes[0].lines[8].get_ydata()[0] == 1


def test_templates_share_one_scale_that_is_even_around_zero():
    before, after = np.eye(3, 12), np.full((3, 12), -2.0)
    figure = pictures.templates(before, after, (3, 2, 2), ("a", "b", "c"))
    images = [axes.images[0] for axes in figure.axes]
    assert {image.get_clim() for image in images} == {(-1.0, 1.0), (-2.0, 2.0)}
    np.testing.assert_array_equal(images[3].get_array(), np.full((2, 2), -6.0))


def test_the_most_confident_mistakes_come_first():
    P = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.3, 0.7]])
    figure = pictures.mistakes(np.zeros((4, 4), np.uint8), np.array([0, 1, 0, 1]), P, (2, 2), ("cat", "dog"))
    assert [axes.get_title() for axes in figure.axes[:3]] == ["dog (0.80), is cat", "cat (0.60), is dog", ""]


def test_the_confusion_matrix_is_drawn_with_its_counts():
    figure = pictures.confusion(np.array([[5, 1], [0, 7]]), ("no", "yes"))
    assert sorted(text.get_text() for text in figure.axes[0].texts) == ["1", "5", "7"]


@pytest.mark.parametrize(
    "command",
    [("prove", "--data", "digits"), ("train", "--backend", "scratch", "--data", "digits"), ("evaluate", "no-file")],
)
def test_pictures_that_cannot_be_written_are_told(cli, tmp_path: Path, command: tuple[str, ...]):
    (tmp_path / "file").touch()
    code, _, err = cli(*command, "--pictures", tmp_path / "file" / "folder")
    assert code == 2
    # before the work, which would have said more
    assert err == f"error: --pictures {tmp_path / 'file' / 'folder'}: {tmp_path / 'file'} is not a folder\n"
