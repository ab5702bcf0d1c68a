"""What all pictures share: files, title and take-away, axes, images."""

import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from compare.errors import InputError
from compare.report import pictures


@pytest.fixture
def figure():
    return pictures.new_figure(4, 3, "Title", "what it says " * 8)


def test_a_picture_has_a_title_and_its_take_away(figure):
    assert figure.get_suptitle() == "Title"
    assert figure.get_supxlabel() == textwrap.fill(("what it says " * 8).strip(), 60)
    assert figure.get_size_inches().tolist() == [4, 3]


@pytest.mark.parametrize("name", ["x.png", "x.PNG", "x.svg"])
def test_the_name_says_which_kind_of_picture(figure, tmp_path: Path, name: str):
    path = tmp_path / name
    pictures.save_picture(figure, path)
    if name.endswith("svg"):
        assert path.read_text().startswith("<?xml")
    else:
        with Image.open(path) as image:
            assert (image.format, image.size) == ("PNG", (600, 450))
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["x.doc", "x", "png"])
def test_other_names_are_refused(figure, tmp_path: Path, name: str):
    for check in (pictures.check_picture, lambda path: pictures.save_picture(figure, path)):
        with pytest.raises(InputError, match=r"a picture is named \*\.png or \*\.svg"):
            check(tmp_path / name)


@pytest.mark.parametrize("name", ["a$b$c", "$", "_mine", "[b]", "a_{1}^2", "\\alpha"])
def test_names_are_drawn_as_they_are(tmp_path: Path, name: str):
    figure = pictures.new_figure(4, 3, name, name)
    axes = figure.subplots()
    axes.semilogy([1, 2], [1e-3, 1e3], label=f"validation, {name}")
    axes.legend()
    pictures.save_picture(figure, tmp_path / "x.png")
    texts = [figure._suptitle, figure._supxlabel, *axes.get_legend().get_texts()]
    assert [text.get_text() for text in texts] == [name, name, f"validation, {name}"]
    assert not any(text.get_parse_math() for text in texts)
    # powers of ten are still set as such
    assert all(label.get_parse_math() for label in axes.yaxis.get_ticklabels())


@pytest.mark.parametrize("name", ["$\\frac{a$", "$5 to $10", "日本語"])
def test_names_of_classes_along_an_axis_are_drawn_as_they_are(tmp_path: Path, recwarn: Any, name: str):
    """Also one that is no formula, and one in letters that the font has not."""
    figure = pictures.new_figure(4, 3, "title", "take-away")
    axes = figure.subplots()
    axes.set_xticks([0, 1], [name, "b"])
    axes.set_yticks([0, 1], labels=[name, "b"])
    pictures.save_picture(figure, tmp_path / "x.png")
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [(label.get_text(), label.get_parse_math()) for label in labels] == [(name, False), ("b", False)]
    assert [*recwarn] == []


def test_pictures_are_written_in_both_kinds(figure, tmp_path: Path):
    pictures.save_pictures({"a": figure, "b": figure}, tmp_path / "new" / "folder")
    names = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    assert names == {"a.png", "a.svg", "b.png", "b.svg"}


def test_what_cannot_be_written_is_told(figure, tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="the picture cannot be written: No such file"):
        pictures.save_picture(figure, tmp_path / "nowhere" / "x.png")
    with pytest.raises(InputError, match="folder: the pictures cannot be written: Not a directory"):
        pictures.save_pictures({}, tmp_path / "file" / "folder")


def test_axes_in_per_cent_and_whole_epochs(figure):
    axes = figure.subplots()
    axes.plot([0, 1, 2], [0.1, 0.945, 1.0])
    pictures.per_cent_axis(axes.yaxis)
    pictures.epoch_axis(axes)
    assert [axes.yaxis.get_major_formatter()(share, 0) for share in (0, 0.945, 1)] == ["0 %", "94.5 %", "100 %"]
    assert axes.get_xlabel() == "epoch"
    assert all(tick == round(tick) for tick in axes.xaxis.get_majorticklocs())
    # around a single epoch there is room for no other
    axes.set_xlim(0.95, 1.05)
    assert 1 in axes.xaxis.get_majorticklocs()
    assert all(tick == round(tick) for tick in axes.xaxis.get_majorticklocs())


def test_colour_images_are_turned_for_the_eye():
    image = np.arange(12, dtype=np.uint8)
    np.testing.assert_array_equal(pictures.as_image(image, (3, 2, 2))[:, :, 1], [[4, 5], [6, 7]])
    np.testing.assert_array_equal(pictures.as_image(image, (3, 4)), image.reshape(3, 4))


@pytest.mark.parametrize(("ink", "colours"), [(True, "gray_r"), (False, "gray")])
@pytest.mark.parametrize(
    ("pixels", "limits"),
    [
        (np.array([[0, 26]], np.uint8), (0, 255)),
        (np.array([[200, 200]], np.uint8), (0, 255)),
        # nearly black, so that 25 is meant to be white
        (np.array([[1, 25]], np.uint8), (0, 25)),
        (np.array([[0.2, 0.5]]), (0, 1)),
        (np.array([[-2.0, 0.5]]), (-2, 1)),
        (np.array([[0.0, 3.5]]), (0, 3.5)),
    ],
)
def test_grey_images_are_ink_on_paper_or_as_bright_as_they_are(figure, pixels, limits, ink, colours):
    axes = figure.subplots()
    pictures.show(axes, pixels, ink=ink)
    assert axes.images[0].get_cmap().name == colours
    assert axes.images[0].get_clim() == limits
    # a frame, and no numbers along it
    assert axes.axison != ink
    assert ink or not [*axes.get_xticks(), *axes.get_yticks()]


@pytest.mark.parametrize(
    ("pixels", "drawn"),
    [
        (np.array([[[0, 51, 255]]], np.uint8), [[[0, 0.2, 1]]]),
        # nearly black
        (np.array([[[0, 5, 25]]], np.uint8), [[[0, 0.2, 1]]]),
        (np.array([[[0, 0.25, 0.5]]]), [[[0, 0.25, 0.5]]]),
        (np.array([[[-1.0, 0.0, 3.0]]]), [[[0, 0.25, 1]]]),
        (np.zeros((1, 1, 3), np.uint8), [[[0, 0, 0]]]),
    ],
)
def test_colours_are_between_the_same_limits(figure, pixels, drawn):
    axes = figure.subplots()
    pictures.show(axes, pixels, ink=False)
    np.testing.assert_allclose(axes.images[0].get_array(), drawn)


def test_weights_are_red_above_0_and_blue_below(figure):
    axes = figure.subplots()
    pictures.show_weights(axes, np.arange(12.0) - 6, (3, 2, 2), 5.0)
    (image,) = axes.images
    np.testing.assert_array_equal(image.get_array(), [[-6, -3], [0, 3]])
    assert image.get_clim() == (-5, 5)
    blue, red = image.get_cmap()(0.0), image.get_cmap()(1.0)
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    assert not axes.axison


def test_a_folder_may_be_there_or_be_made(tmp_path: Path):
    for folder in (tmp_path, tmp_path / "a" / "b"):
        pictures.save_pictures({}, folder)
        assert folder.is_dir()
