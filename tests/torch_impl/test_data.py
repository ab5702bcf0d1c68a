"""Pixels and labels: both packages give the model the same numbers, those of torchvision."""

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import ToTensor

import scratch
import torch_impl
from torch_impl.data import as_images, as_labels, loader

ALL_PIXELS = np.arange(256, dtype=np.uint8).reshape(1, 256)


def pixels_of_both(images: np.ndarray, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """The first image as X (1, D), by scratch and by torch_impl."""
    X, _ = torch_impl.Images(images, np.zeros(len(images), int), getattr(torch, dtype))[np.array([0])]
    return scratch.pixels(images[:1], np.dtype(dtype)), X.numpy()


def test_a_batch_equals_totensor_bit_for_bit():
    expected = ToTensor()(Image.fromarray(ALL_PIXELS)).reshape(1, 256).numpy()
    for X in pixels_of_both(ALL_PIXELS, "float32"):
        np.testing.assert_array_equal(X, expected, strict=True)
    assert (ALL_PIXELS * np.float32(1 / 255) != expected).any(), "the product is not the quotient"


def test_pixels_agree_in_both_precisions_and_leave_their_input(dtype: str):
    images = ALL_PIXELS.copy()
    ours, theirs = pixels_of_both(images, dtype)
    np.testing.assert_array_equal(ours, theirs, strict=True)
    np.testing.assert_array_equal(images, ALL_PIXELS)


def test_float_images_keep_their_values():
    images = np.array([[0.25, 0.5, 200.0]])
    before = images.copy()
    for X in pixels_of_both(images, "float64"):
        np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(images, before)


def test_a_batch_is_the_images_at_its_indices(rng: np.random.Generator, dtype: str):
    images, labels = rng.integers(0, 256, (9, 4)).astype(np.uint8), rng.integers(0, 3, 9)
    dataset, index = torch_impl.Images(images, labels, getattr(torch, dtype)), np.array([7, 0, 7])
    assert len(dataset) == 9
    expected = scratch.batch(images, labels, index, np.dtype(dtype))
    batches = [dataset[index], *loader(dataset, [index, index[:2]])]
    for X, y in batches[:2]:
        np.testing.assert_array_equal(X.numpy(), expected[0], strict=True)
        np.testing.assert_array_equal(y.numpy(), expected[1])
    assert [len(y) for _, y in batches] == [3, 3, 2]


REFUSED = {
    "integers": (np.zeros((2, 3), int), "uint8 or floats, not int64"),
    "booleans": (np.zeros((2, 3), bool), "uint8 or floats, not bool"),
    "rows of integers": (
        scratch.Rows(np.zeros((2, 3), int), np.arange(2)),
        "uint8 or floats, not int64",
    ),
    "a list": ([[0, 1], [2, 3]], "a NumPy array, not list"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_images_of_another_kind_are_refused(case: str):
    """Integers and booleans would be taken as they are, and bytes as 255ths."""
    images, told = REFUSED[case]
    with pytest.raises(TypeError) as error:
        torch_impl.Images(images, np.zeros(2, int), torch.float32)
    assert str(error.value) == f"images must be {told}"
    model = torch_impl.SoftmaxRegression(np.zeros((2, 3)), np.zeros(2))
    with pytest.raises(TypeError, match=r"^images must be"):
        torch_impl.evaluate(model, images, np.zeros(2, int))


def test_images_are_not_copied():
    images = np.zeros((2, 3), np.uint8)
    tensor = as_images(images)
    images[1, 2] = 7
    assert tensor[1, 2] == 7


def test_read_only_arrays_are_not_copied_and_rows_stay_in_their_array(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(8, dtype=np.uint8).reshape(4, 2))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    rows = scratch.Rows(mapped, np.array([3, 1]))
    dataset = torch_impl.Images(rows, np.array([1, 0]), torch.float32)
    assert dataset.images.data_ptr() == mapped.ctypes.data
    assert len(dataset) == 2
    X, y = dataset[np.array([1, 0, 0])]
    assert (X.numpy() * 255).round().tolist() == [[2, 3], [6, 7], [6, 7]]
    assert y.tolist() == [0, 1, 1]


BAD_LABELS = {
    "floats": (np.array([0.0, 1.0]), TypeError, "labels must be integers, not float64"),
    # PyTorch would ignore it, and the image with it
    "-100": (np.array([0, -100]), ValueError, "labels must be 0 or more, not -100"),
    "a tensor of floats": (torch.zeros(2), TypeError, "not float32"),
}


@pytest.mark.parametrize("case", BAD_LABELS)
def test_bad_labels_are_refused(case: str):
    labels, error, words = BAD_LABELS[case]
    with pytest.raises(error, match=words):
        as_labels(labels)
    with pytest.raises(error, match=words):
        torch_impl.Images(np.zeros((2, 3)), labels, torch.float32)


@pytest.mark.parametrize("kind", ["uint8", "int32", ">i8"])
def test_labels_of_any_integer_become_int64(kind: str):
    labels = as_labels(np.array([3, 0, 2]).astype(kind))
    assert labels.dtype == torch.int64
    assert labels.tolist() == [3, 0, 2]
    assert as_labels(np.zeros(0, kind)).shape == (0,)


def test_images_fit_a_line():
    images = torch_impl.Images(np.zeros((1200, 4), np.uint8), np.zeros(1200, int), torch.float64)
    assert repr(images) == "<Images: 1,200 of 4 pixels, as torch.float64>"
