"""MNIST's files, spoiled in every way: one line that says which file and what is wrong with it."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from compare.data.registry import load
from compare.errors import InputError

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"


def refusal(root: Path) -> str:
    """What `load` says of MNIST in this folder: one line."""
    with pytest.raises(InputError) as refused:
        load("mnist", root)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def header(images: NDArray) -> bytes:
    return bytes([0, 0, 8, 3]) + np.array(images.shape, ">u4").tobytes()


def with_value(array: NDArray, dtype: type, place: tuple[int, ...], value: float) -> NDArray:
    changed = array.astype(dtype)
    changed[place] = value
    return changed


# the bytes of the images, or the labels, and what becomes of them
IMAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "truncated": (lambda file: file[:-1], "train-images-idx3-ubyte: 975 bytes, its header asks for 976"),
    "too long": (lambda file: file + b"\0", "train-images-idx3-ubyte: 977 bytes, its header asks for 976"),
    "header cut": (lambda file: file[:9], "train-images-idx3-ubyte: 9 bytes, its header asks for 16"),
    "empty": (lambda _: b"", "not an IDX file (it starts with nothing)"),
    "wrong magic": (lambda file: b"PNG!" + file[4:], "not an IDX file (it starts with 504e4721)"),
    "unknown type": (lambda file: b"\0\0\x0a\x03" + file[4:], "not an IDX file (it starts with 00000a03)"),
    "huge header": (lambda file: file[:4] + b"\xff" * 12 + file[16:], "its header asks for 79"),
    "200 dimensions": (lambda _: b"\0\0\x08\xc8" + b"\0\0\0\1" * 200 + b"\7", "of impossible sizes"),
    "0 of too many": (lambda _: b"\0\0\x08\3" + b"\0" * 4 + b"\xff" * 8, "of impossible sizes"),
}

ARRAYS: dict[str, tuple[str, Callable[[NDArray], NDArray], str]] = {
    "label too large": (TRAIN_LABELS, lambda y: with_value(y, np.int16, (7,), 10), "label 10 of image 7 is not one"),
    "label negative": (TRAIN_LABELS, lambda y: with_value(y, np.int16, (7,), -1), "label -1 of image 7 is not one"),
    "labels of floats": (TRAIN_LABELS, lambda y: y.astype(np.float32), "labels must be integers, not float32"),
    "labels a column": (TRAIN_LABELS, lambda y: y[:, None], "labels must have shape (N,), not (60, 1)"),
    "labels missing": (TRAIN_LABELS, lambda y: y[:-1], "mnist, train: 60 images but 59 labels"),
    "nan pixel": (TRAIN_IMAGES, lambda X: with_value(X, np.float32, (5, 2, 3), np.nan), "pixel 11 of image 5 is nan"),
    "infinite": (TRAIN_IMAGES, lambda X: with_value(X, np.float32, (5, 2, 3), -np.inf), "pixel 11 of image 5 is -inf"),
    "pixels of int32": (TRAIN_IMAGES, lambda X: X.astype(np.int32), "pixels must be uint8 or floats, not int32"),
    "test images wider": (TEST_IMAGES, lambda _: np.zeros((20, 5, 5), np.uint8), "16 pixels in training images, 25"),
}


@pytest.mark.parametrize("case", IMAGES)
def test_bytes_that_are_not_idx(write_mnist, mnist_arrays, tmp_path: Path, case: str):
    spoil, words = IMAGES[case]
    images = mnist_arrays[TRAIN_IMAGES]
    root = write_mnist(tmp_path, {TRAIN_IMAGES: spoil(header(images) + images.tobytes())})
    assert words in refusal(root)


@pytest.mark.parametrize("case", ARRAYS)
def test_values_that_are_no_data_set(write_mnist, mnist_arrays, tmp_path: Path, case: str):
    name, spoil, words = ARRAYS[case]
    assert words in refusal(write_mnist(tmp_path, {name: spoil(mnist_arrays[name])}))


def test_no_images_at_all(write_mnist, mnist_arrays, tmp_path: Path):
    nothing = {name: mnist_arrays[name][:0] for name in (TRAIN_IMAGES, TRAIN_LABELS)}
    assert refusal(write_mnist(tmp_path, nothing)) == "mnist, train: the data set is empty"


@pytest.mark.parametrize("how", ["empty", "no gzip", "truncated", "damaged"])
def test_damaged_gzip_files(write_mnist, tmp_path: Path, how: str):
    root = write_mnist(tmp_path)
    file = root / "MNIST" / "raw" / TRAIN_IMAGES
    whole = gzip.compress(file.read_bytes())
    content = {"empty": b"", "no gzip": b"no gzip", "truncated": whole[:-20], "damaged": whole[:40] + bytes(99)}
    file.unlink()
    file.with_name(f"{TRAIN_IMAGES}.gz").write_bytes(content[how])
    assert f"{TRAIN_IMAGES}.gz" in refusal(root)


def test_half_of_mnist_is_told_by_name(write_mnist, tmp_path: Path):
    root = write_mnist(tmp_path)
    (root / "MNIST" / "raw" / TRAIN_LABELS).unlink()
    assert f"raw: MNIST is not whole, it lacks {TRAIN_LABELS}" in refusal(root)


def test_a_data_root_that_is_no_folder(tmp_path: Path):
    (tmp_path / "file").touch()
    assert "file: no such folder" in refusal(tmp_path / "file")


def test_a_data_root_that_cannot_be_read(write_mnist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def deny(folder: Path):
        raise PermissionError(13, "Permission denied", str(folder))

    root = write_mnist(tmp_path)
    monkeypatch.setattr(os, "scandir", deny)
    assert "raw: cannot be read: Permission denied" in refusal(root)


def test_a_file_that_cannot_be_read(write_mnist, tmp_path: Path):
    root = write_mnist(tmp_path)
    file = root / "MNIST" / "raw" / TRAIN_LABELS
    file.unlink()
    file.mkdir()
    assert f"{TRAIN_LABELS}: cannot be read: Is a directory" in refusal(root)


def test_missing_data_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    line = refusal(tmp_path)
    assert f"mnist is not in {tmp_path}, whole, and could not be downloaded" in line
    assert "name it with --data-root or COMPARE_DATA_ROOT, or take --data mnist5k" in line
