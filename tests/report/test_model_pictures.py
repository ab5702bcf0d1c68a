"""Images, and what a model makes of them, by what is in the pictures."""

import itertools
import warnings

import numpy as np
import pytest

from compare.data.registry import Dataset, load
from compare.report import model_pictures


def test_samples_show_the_first_images_of_each_class():
    dataset = load("digits")
    figure = model_pictures.samples(dataset)
    grid = np.array(figure.axes).reshape(10, 10)
    for k in (0, 7):
        index = np.flatnonzero(dataset.train[1] == k)[2]
        np.testing.assert_array_equal(grid[k, 2].images[0].get_array(), dataset.train[0][index].reshape(8, 8))
        assert grid[k, 0].texts[0].get_text() == str(k)
    assert figure.get_suptitle() == "digits: the first images of each class"
    assert figure.get_supxlabel() == "1,797 training images of 10 classes"


def test_classes_without_images_and_too_many_classes_leave_places_empty():
    images, labels = np.zeros((30, 2, 2), np.uint8), np.zeros(30, int)
    figure = model_pictures.samples(Dataset("many", (images, labels), None, classes=30))
    grid = np.array(figure.axes).reshape(26, 10)
    assert [len(axes.images) for axes in grid[0]] == [1] * 10
    assert not any(len(axes.images) for axes in grid[1:].flat)
    assert not any(axes.axison for axes in grid[1:].flat)


def test_one_image_is_described():
    image = np.array([0, 10, 20, 200], np.uint8)
    figure = model_pictures.one_image(image, (2, 2), "a title", ink=True)
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), [[0, 10], [20, 200]])
    assert (figure.get_suptitle(), figure.get_supxlabel()) == ("a title", "2 x 2 pixels, 0 ... 200")


NAMES = "cat", "dog", "cow"


def test_a_prediction_shows_the_image_and_the_bars_of_each_side():
    P = {"scratch": np.array([0.1, 0.7, 0.2]), "torch": np.array([0.6, 0.3, 0.1])}
    figure = model_pictures.prediction(np.arange(4), (2, 2), P, NAMES, 2, ink=True)
    picture, bars = figure.axes
    np.testing.assert_array_equal(picture.images[0].get_array(), [[0, 1], [2, 3]])
    widths = [[bar.get_width() for bar in container] for container in bars.containers]
    assert widths == [[0.1, 0.7, 0.2], [0.6, 0.3, 0.1]]
    first, second = bars.containers
    # the bars of a class touch, and do not cover each other
    assert first[0].get_y() + first[0].get_height() == second[0].get_y()
    assert second[0].get_y() + second[0].get_height() < first[1].get_y()
    assert [tick.get_text() for tick in bars.get_yticklabels()] == list(NAMES)
    assert bars.get_xlim() == (0, 1)
    assert bars.xaxis.get_major_formatter()(0.5, 0) == "50 %"
    assert bars.yaxis_inverted()
    assert figure.get_supxlabel() == "scratch: dog (70.0 %), torch: cat (60.0 %); it is cow"
    assert bars.get_legend()


def test_a_prediction_without_shape_and_label():
    figure = model_pictures.prediction(
        np.arange(3), None, {"scratch": np.array([0.5, 0.2, 0.3])}, NAMES, None, ink=True
    )
    (bars,) = figure.axes
    assert len(bars.containers) == 1
    assert figure.get_supxlabel() == "scratch: cat (50.0 %)"
    assert bars.get_legend() is None


def test_every_class_has_its_row_and_column_in_the_size_of_a_confusion_matrix():
    few, many = (model_pictures.confusion(np.eye(k, dtype=int), NAMES[:1] * k, "x").get_size_inches() for k in (3, 20))
    np.testing.assert_allclose(many - few, 17 * 0.45)


def test_the_confusion_matrix_is_drawn_with_its_counts():
    figure = model_pictures.confusion(np.array([[5, 1], [7, 7]]), ("no", "yes"), "digits, test")
    (axes,) = figure.axes
    texts = {text.get_position(): (text.get_text(), text.get_color()) for text in axes.texts}
    half = "7", "black"
    assert texts == {(0, 0): ("5", "white"), (1, 0): ("1", "black"), (0, 1): half, (1, 1): half}
    np.testing.assert_allclose(axes.images[0].get_array(), [[5 / 6, 1 / 6], [1 / 2, 1 / 2]])
    assert axes.images[0].get_clim() == (0, 1)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["no", "yes"]
    assert " ".join(figure.get_suptitle().split()) == "digits, test: what each class is taken for"
    expected = "12 of 20 images are right (the diagonal). Most often yes is taken for no, 7 times."
    assert " ".join(figure.get_supxlabel().split()) == expected


def test_a_confusion_matrix_without_confusion():
    (axes,) = model_pictures.confusion(np.diag([3, 4]), ("0", "1"), "x").axes
    assert " ".join(axes.figure.get_supxlabel().split()) == "7 of 7 images are right (the diagonal)."
    assert axes.get_xticklabels()[0].get_rotation() == 0
    (axes,) = model_pictures.confusion(np.diag([3, 4]), ("zero", "one"), "x").axes
    assert axes.get_xticklabels()[0].get_rotation() == 90


def test_a_class_without_images_divides_by_nothing_and_many_classes_have_no_numbers():
    counts = np.zeros((27, 27), int)
    counts[1, 1] = 2
    (axes,) = model_pictures.confusion(counts, tuple("abcdefghijklmnopqrstuvwxyzä"), "x").axes
    assert not axes.texts
    assert axes.images[0].get_array()[1, 1] == 1
    (axes,) = model_pictures.confusion(counts[:26, :26], tuple("abcdefghijklmnopqrstuvwxyz"), "x").axes
    assert len(axes.texts) == 1


def test_the_mistakes_that_the_model_is_surest_of_come_first():
    P = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.3, 0.7]])
    images = np.arange(16, dtype=np.uint8).reshape(4, 4)
    figure = model_pictures.mistakes(images, np.array([0, 1, 0, 1]), P, (2, 2), ("cat", "dog"), ink=True)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["is cat, read as dog (80 %)", "is dog, read as cat (60 %)", "", "", ""]
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), [[8, 9], [10, 11]])
    assert figure.get_supxlabel() == "2 of 4 images are classified wrongly; these are all."


def test_twenty_mistakes_are_shown_at_most():
    P = np.tile([0.4, 0.6], (30, 1))
    figure = model_pictures.mistakes(np.zeros((30, 4)), np.zeros(30, int), P, (2, 2), ("a", "b"), ink=True)
    assert len(figure.axes) == 20
    assert all(axes.images for axes in figure.axes)
    assert figure.get_supxlabel() == "30 of 30 images are classified wrongly; these are the 20 surest."


def test_no_mistakes_are_told():
    figure = model_pictures.mistakes(
        np.zeros((3, 4)), np.zeros(3, int), np.tile([0.6, 0.4], (3, 1)), (2, 2), ("a", "b"), ink=True
    )
    assert figure.get_supxlabel() == "No mistakes among 3 images."
    assert not any(axes.images for axes in figure.axes)


@pytest.mark.parametrize(("name", "colours"), [("digits", "gray_r"), ("./mine.npz", "gray")])
def test_images_of_ones_own_are_drawn_as_bright_as_they_are(name: str, colours: str):
    images = np.full((2, 2, 2), 99, np.uint8)
    (picture,) = model_pictures.samples(Dataset(name, (images, np.zeros(2, int)), None, classes=1)).axes[0].images
    assert picture.get_cmap().name == colours


@pytest.mark.parametrize(("ink", "colours"), [(True, "gray_r"), (False, "gray")])
def test_ink_is_handed_on(ink: bool, colours: str):
    image, P = np.array([0, 9, 99, 200], np.uint8), np.array([[0.4, 0.6]])
    figures = (
        model_pictures.one_image(image, (2, 2), "a title", ink=ink),
        model_pictures.prediction(image, (2, 2), {"scratch": P[0]}, ("a", "b"), 1, ink=ink),
        model_pictures.mistakes(image[None], np.array([0]), P, (2, 2), ("a", "b"), ink=ink),
    )
    assert [figure.axes[0].images[0].get_cmap().name for figure in figures] == [colours] * 3


def test_long_names_do_not_reach_into_the_next_mistake():
    names = "blaues Kreuz mit Rand und Kreis", "green square"
    P = np.tile([0.4, 0.6], (5, 1))
    figure = model_pictures.mistakes(np.zeros((5, 4)), np.zeros(5, int), P, (2, 2), names, ink=False)
    figure.draw_without_rendering()
    boxes = [axes.title.get_window_extent() for axes in figure.axes]
    assert [axes.get_title() for axes in figure.axes] == ["is blaues Kreuz mi…, read\nas green square (60 %)"] * 5
    assert all(left.x1 < right.x0 for left, right in itertools.pairwise(boxes))
    assert boxes[0].x0 >= 0
    assert boxes[-1].x1 <= figure.bbox.x1


def test_a_confusion_matrix_has_room_for_long_names():
    names = "blaues Kreuz mit Rand und Kreis", "W" * 16, "x"
    figure = model_pictures.confusion(np.eye(3, dtype=int), names, "a title")
    (axes,) = figure.axes
    shown = ["blaues Kreuz mi…", "W" * 16, "x"]
    for labels, is_upright in ((axes.get_xticklabels(), True), (axes.get_yticklabels(), False)):
        assert [label.get_text() for label in labels] == shown
        assert (labels[0].get_rotation() == 90) == is_upright
    small = model_pictures.confusion(np.eye(3, dtype=int), ("a", "bb", "c"), "a title")
    assert small.axes[0].get_xticklabels()[0].get_rotation() == 0
    assert figure.get_figwidth() > small.get_figwidth() + 1
    assert figure.get_figheight() > small.get_figheight() + 1
    with warnings.catch_warnings():
        # Matplotlib warns where there is no room
        warnings.simplefilter("error", UserWarning)
        figure.get_layout_engine().execute(figure)
