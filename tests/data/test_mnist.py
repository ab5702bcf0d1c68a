"""The complete MNIST is read where it is, whatever the folder is called, and downloaded once if it is not there."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest
import torchvision

from compare.data.mnist import SHA256, load_mnist
from compare.errors import InputError

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


@pytest.mark.parametrize("compressed", [False, True])
def test_it_is_read_where_it_lies(write_mnist, mnist_arrays, tmp_path: Path, compressed: bool):
    root = write_mnist(tmp_path)
    if compressed:
        for file in (root / "MNIST" / "raw").iterdir():
            file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes()))
            file.unlink()
    for folder in (root, root / "MNIST", root / "MNIST" / "raw"):
        data = load_mnist(folder)
        for (images, labels), image_file, label_file in (
            (data.train, TRAIN_IMAGES, TRAIN_LABELS),
            (data.test, TEST_IMAGES, TEST_LABELS),
        ):
            np.testing.assert_array_equal(images, mnist_arrays[image_file].reshape(-1, 16), strict=True)
            np.testing.assert_array_equal(labels, mnist_arrays[label_file])
        assert (data.name, data.classes, data.shape) == ("mnist", 10, (4, 4))


def test_torchvision_reads_the_same_from_the_same_files(write_mnist, tmp_path: Path):
    ours = load_mnist(write_mnist(tmp_path))
    for train, (images, labels) in ((True, ours.train), (False, ours.test)):
        theirs = torchvision.datasets.MNIST(str(tmp_path), train=train, download=False)
        np.testing.assert_array_equal(theirs.data.reshape(len(labels), 16).numpy(), images)
        np.testing.assert_array_equal(theirs.targets.numpy(), labels)


def test_all_four_files_are_asked_for():
    assert set(SHA256) == {TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS}


def test_other_files_are_told_from_the_original_in_one_line(write_mnist, tmp_path: Path, capsys: pytest.CaptureFixture):
    root = write_mnist(tmp_path)
    load_mnist(root)
    said = capsys.readouterr()
    assert said.err == (
        f"note: the files in {root / 'MNIST' / 'raw'} are not the original MNIST; figures of it do not apply\n"
    )
    assert said.out == ""
    # an experiment reads them again and again
    load_mnist(root)
    assert not capsys.readouterr().err


def test_the_original_is_known(mnist_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    load_mnist(mnist_root)
    assert not capsys.readouterr().err
    for name in SHA256:
        content = (mnist_root / "MNIST" / "raw" / name).read_bytes()
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content, 1))
    load_mnist(tmp_path)
    assert not capsys.readouterr().err
    # one label of the smallest file is enough
    (tmp_path / f"{TEST_LABELS}.gz").write_bytes(gzip.compress(content[:-1] + bytes([content[-1] ^ 1])))
    load_mnist(tmp_path)
    assert "are not the original MNIST" in capsys.readouterr().err


@pytest.mark.parametrize("gone", [(TRAIN_LABELS,), (TEST_IMAGES, TRAIN_IMAGES), (TEST_LABELS,)])
def test_files_that_are_missing_are_told_by_name(write_mnist, tmp_path: Path, gone: tuple[str, ...]):
    root = write_mnist(tmp_path)
    for name in gone:
        (root / "MNIST" / "raw" / name).unlink()
    with pytest.raises(InputError, match=f"raw: MNIST is not whole, it lacks {', '.join(gone)}$"):
        load_mnist(root)


def test_a_bad_label_is_told_with_its_part(write_mnist, mnist_arrays, tmp_path: Path):
    labels = mnist_arrays[TEST_LABELS].copy()
    labels[7] = 10
    with pytest.raises(InputError, match=r"mnist, test: label 10 of image 7 is not one of 0 \.\.\. 9"):
        load_mnist(write_mnist(tmp_path, {TEST_LABELS: labels}))


def test_a_folder_that_may_not_be_read(write_mnist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def deny(folder: Path):
        raise PermissionError(13, "Permission denied", str(folder))

    root = write_mnist(tmp_path)
    monkeypatch.setattr(os, "scandir", deny)
    with pytest.raises(InputError, match="raw: cannot be read: Permission denied"):
        load_mnist(root)


@pytest.mark.heavy
def test_missing_files_are_downloaded_once_and_whole(
    mirror: Path, cache: Path, mnist_arrays, idx_bytes, capfd: pytest.CaptureFixture
):
    for name, array in mnist_arrays.items():
        (mirror / f"{name}.gz").write_bytes(gzip.compress(idx_bytes(array)))
    data = load_mnist(None)
    np.testing.assert_array_equal(data.train[0], mnist_arrays[TRAIN_IMAGES].reshape(60, 16))
    assert f"downloading mnist to {cache}" in capfd.readouterr().err
    assert {path.name for path in cache.iterdir()} == {"MNIST"}

    for file in mirror.iterdir():
        file.unlink()
    np.testing.assert_array_equal(load_mnist(None).train[0], data.train[0])
    assert "downloading" not in capfd.readouterr().err


@pytest.mark.heavy
def test_a_failed_download_leaves_nothing_and_says_what_to_do(mirror: Path, cache: Path, mnist_arrays, idx_bytes):
    first, array = next(iter(mnist_arrays.items()))
    (mirror / f"{first}.gz").write_bytes(gzip.compress(idx_bytes(array)))
    with pytest.raises(InputError, match=r"mnist: not whole in .* no download .*--data-root.*mnist5k"):
        load_mnist(None)
    assert not list(cache.iterdir())


@pytest.mark.heavy
def test_without_a_network_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with pytest.raises(InputError, match=f"mnist: not whole in {tmp_path}, no download") as error:
        load_mnist(tmp_path)
    assert "\n" not in str(error.value)
