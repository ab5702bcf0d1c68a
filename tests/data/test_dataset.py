"""A data set checks itself."""

import re

import numpy as np
import pytest

from compare.data.dataset import Dataset
from compare.errors import InputError

IMAGES, LABELS = np.arange(24).reshape(3, 2, 4).astype(np.uint8), np.array([0, 1, 2])


def with_pixel(value: float) -> np.ndarray:
    images = IMAGES.astype(np.float64)
    images[1, 0, 3] = value
    return images


REFUSED = {
    "label too large": ((IMAGES, [0, 1, 3]), "mine, train: label 3 of image 2 is not one of 0 ... 2"),
    "label negative": ((IMAGES, [0, -1, -2]), "mine, train: label -1 of image 1 is not one of 0 ... 2"),
    "labels of floats": ((IMAGES, LABELS.astype(np.float32)), "labels must be integers, not float32"),
    "labels a column": ((IMAGES, LABELS[:, None]), "labels must have shape (N,), not (3, 1)"),
    "labels missing": ((IMAGES, LABELS[:-1]), "mine, train: 3 images but 2 labels"),
    "nan pixel": ((with_pixel(np.nan), LABELS), "mine, train: pixel 3 of image 1 is nan, not a finite number"),
    "a pixel beyond float32": (
        (with_pixel(1e300), LABELS),
        "mine, train: pixel 3 of image 1 is 1e+300, not a finite number of float32",
    ),
    "infinite pixel": ((with_pixel(-np.inf), LABELS), "mine, train: pixel 3 of image 1 is -inf, not a finite number"),
    "pixels of int32": ((IMAGES.astype(np.int32), LABELS), "pixels must be uint8 or floats, not int32"),
    "no images": ((IMAGES[:0], LABELS[:0]), "mine, train: the data set is empty"),
    "no pixels": ((IMAGES[:, :0], LABELS), "mine, train: the data set is empty"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_data_are_refused(case: str):
    data, words = REFUSED[case]
    with pytest.raises(InputError, match=re.escape(words)):
        Dataset("mine", data, None, classes=3)
    if "train" in words:
        with pytest.raises(InputError, match=re.escape(words.replace("train", "test"))):
            Dataset("mine", (IMAGES, LABELS), data, classes=3)


def test_test_images_are_as_wide_as_training_images():
    with pytest.raises(InputError, match="mine: 8 pixels in training images, 5 in test images"):
        Dataset("mine", (IMAGES, LABELS), (np.zeros((3, 5), np.uint8), LABELS), classes=3)


def test_images_become_rows_and_labels_int64():
    data = Dataset("mine", (IMAGES, LABELS.astype(np.uint8)), (IMAGES[:2], LABELS[:2]), classes=3)
    assert (data.shape, data.names) == ((2, 4), ("0", "1", "2"))
    for (images, labels), count in ((data.train, 3), (data.test, 2)):
        np.testing.assert_array_equal(images, np.arange(8 * count, dtype=np.uint8).reshape(count, 8), strict=True)
        np.testing.assert_array_equal(labels, np.arange(count, dtype=np.int64), strict=True)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_are_left_as_they_are(dtype: type):
    data = Dataset("mine", (IMAGES.astype(dtype), LABELS), None, classes=3)
    assert data.train[0].dtype == dtype


@pytest.mark.parametrize(
    ("train", "test", "beyond"),
    [
        (np.array([[0, 255]], np.uint8), None, None),
        (np.array([[0.0, 1.0]]), np.array([[0.5, 1.0]]), None),
        (np.array([[-0.5, 1.0]]), None, (-0.5, 1)),
        (np.array([[0.0, 1.5]], np.float32), None, (0, 1.5)),
        (np.array([[0.5, 0.5]]), np.array([[0.25, 7.0]]), (0.25, 7)),
        (np.array([[0, 255]], np.uint8), np.array([[-0.25, 0.5]]), (-0.25, 0.5)),
    ],
)
def test_floats_beyond_0_and_1_are_known(train: np.ndarray, test: np.ndarray | None, beyond: tuple | None):
    label = np.zeros(1, int)
    found = Dataset("mine", (train, label), None if test is None else (test, label), classes=1).beyond
    assert found == beyond
    assert found is None or set(map(type, found)) == {float}


def test_names_are_kept_and_a_repr_is_one_line():
    data = Dataset("mine", (IMAGES, LABELS), (IMAGES[:2], LABELS[:2]), classes=3, names=("a", "b", "c"))
    assert data.names == ("a", "b", "c")
    assert repr(data) == "<Dataset mine: 3 training and 2 test images of 2 x 4, 3 classes>"
    assert repr(Dataset("mine", (IMAGES, LABELS), None, classes=3)).startswith("<Dataset mine: 3 training images of")
