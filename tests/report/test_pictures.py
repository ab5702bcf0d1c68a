"""The pictures that are drawn, by what is in them."""

from pathlib import Path

import numpy as np
import pytest

from compare.data.registry import load
from compare.report import pictures
from scratch import Record


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


def test_the_pictures_of_a_proof(cli, tmp_path: Path):
    code, _, _ = cli("prove", "--data", "digits", "--epochs", 3, "--quiet", "--pictures", tmp_path / "new" / "folder")
    assert code == 0
    names = {
        f"{what}-{dtype}" for what in ("curves", "errors", "gradients", "templates") for dtype in ("float32", "float64")
    }
    files = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    assert files == {f"{name}{suffix}" for name in names for suffix in pictures.SUFFIXES}


def test_curves_show_both_sides_and_what_is_published():
    history = [Record(n, 2.0 - n, n / 2, 2.1 - n, 0.1 + n / 2) for n in range(2)]
    figure = pictures.curves({"scratch": history, "torch": history}, (0.1, 0.5))
    losses, accuracies = figure.axes
    assert [line.get_ydata().tolist() for line in losses.lines] == [[2.0, 1.0], [2.1, 1.1]] * 2
    lines = {line.get_label(): line.get_ydata()[1] for line in accuracies.lines}
    sides = {
        f"{side}, {part}": y for side in ("scratch", "torch") for part, y in (("training", 0.5), ("validation", 0.6))
    }
    assert lines == {**sides, "published": 0.5}


def test_errors_are_on_a_log_scale_under_the_line_of_the_whole_budget():
    used = {reading: {name: [0.1, 0.0] for name in "abcdefgh"} for reading in ("one_step", "whole_run")}
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
