"""Bad input: one line on stderr that says what is wrong and where, exit code 2, nothing written."""

import gzip
import os
import re
from pathlib import Path

import numpy as np
import pytest

from tests.idx_files import TRAIN_IMAGES, TRAIN_LABELS, arrays, idx_bytes, write_mnist

IMAGES, LABELS = arrays()[TRAIN_IMAGES], arrays()[TRAIN_LABELS]
BYTES = idx_bytes(IMAGES)


def with_pixel(value: float) -> np.ndarray:
    images = IMAGES.astype(np.float32) / 255
    images[5, 2, 3] = value
    return images


def with_label(value: int) -> np.ndarray:
    labels = LABELS.astype(np.int16)
    labels[7] = value
    return labels


OPTIONS = {
    "unknown data set": (["--data", "mnits"], "unknown data set 'mnits'; known: mnist5k, digits, mnist"),
    "unknown option": (["--frobnicate"], "--frobnicate"),
    "unknown command": (["porve"], "porve"),
    "unknown dtype": (["--dtype", "float16"], "float16"),
    "epochs no number": (["--epochs", "many"], "--epochs"),
    "epochs 0": (["--epochs", "0"], "epochs must be at least 1, not 0"),
    "batch size 0": (["--batch-size", "0"], "batch size must be at least 1, not 0"),
    "batch size too large": (["--batch-size", "1439"], "batch size 1439 is larger than the training set of 1,438"),
    "lr negative": (["--lr", "-0.1"], "lr must be a finite number above 0, not -0.1"),
    "lr nan": (["--lr", "nan"], "lr must be a finite number above 0, not nan"),
    "lr infinite": (["--lr", "inf"], "lr must be a finite number above 0, not inf"),
    "lr beyond float32": (["--lr", "1e300"], "lr must be a finite number above 0, not 1e+300 (and float32 ends"),
    "diverges at the very end": (
        ["--lr", "1e38", "--batch-size", "1438", "--epochs", "1", "--dtype", "float32"],
        "the validation loss is",
    ),
    "lr 0": (["--lr", "0"], "lr must be a finite number above 0, not 0.0"),
    "seed negative": (["--seed", "-1"], "seed must be 0 or more, not -1"),
    "no validation": (["--val-fraction", "0"], "validation fraction must lie between 0 and 1, not 0.0"),
    "nothing to train on": (["--val-fraction", "0.9999"], "leaves 0 to train on"),
    "json in no folder": (["--json", "/no/such/folder/x.json"], "--json /no/such/folder/x.json: cannot be written: No"),
    "json a folder": (["--json", "."], "--json .: cannot be written: Is a directory"),
    "diverges": (["--lr", "1e38"], "both sides leave the finite numbers"),
}

FILES = {
    "truncated images": ({"TRAIN_IMAGES": BYTES[:-1]}, "train-images-idx3-ubyte: 975 bytes, its header asks for 976"),
    "too long": ({"TRAIN_IMAGES": BYTES + b"\0"}, "train-images-idx3-ubyte: 977 bytes, its header asks for 976"),
    "header cut": ({"TRAIN_IMAGES": BYTES[:9]}, "train-images-idx3-ubyte: 9 bytes, its header asks for 16"),
    "empty file": ({"TRAIN_LABELS": b""}, "train-labels-idx1-ubyte: not an IDX file (it starts with nothing)"),
    "wrong magic": ({"TRAIN_IMAGES": b"PNG!" + BYTES[4:]}, "not an IDX file (it starts with 504e4721)"),
    "unknown type": ({"TRAIN_IMAGES": b"\0\0\x0a\x03" + BYTES[4:]}, "not an IDX file (it starts with 00000a03)"),
    "huge header": ({"TRAIN_IMAGES": BYTES[:4] + b"\xff" * 12 + BYTES[16:]}, "its header asks for 79"),
    "200 dimensions": ({"TRAIN_IMAGES": b"\0\0\x08\xc8" + b"\0\0\0\1" * 200 + b"\7"}, "of impossible sizes"),
    "0 of too many": ({"TRAIN_IMAGES": b"\0\0\x08\3" + b"\0" * 4 + b"\xff" * 8}, "of impossible sizes"),
    "label too large": ({"TRAIN_LABELS": with_label(10)}, "mnist, train: label 10 of image 7 is not one of 0 ... 9"),
    "label negative": ({"TRAIN_LABELS": with_label(-1)}, "mnist, train: label -1 of image 7 is not one of 0 ... 9"),
    "labels of floats": ({"TRAIN_LABELS": LABELS.astype(np.float32)}, "labels must be integers, not float32"),
    "labels a column": ({"TRAIN_LABELS": LABELS[:, None]}, "labels must have shape (N,), not (60, 1)"),
    "labels missing": ({"TRAIN_LABELS": LABELS[:-1]}, "mnist, train: 60 images but 59 labels"),
    "nan pixel": ({"TRAIN_IMAGES": with_pixel(np.nan)}, "mnist, train: pixel 11 of image 5 is nan, not a finite"),
    "infinite pixel": ({"TRAIN_IMAGES": with_pixel(-np.inf)}, "mnist, train: pixel 11 of image 5 is -inf, not a"),
    "pixels of int32": ({"TRAIN_IMAGES": IMAGES.astype(np.int32)}, "pixels must be uint8 or floats, not int32"),
    "no images": ({"TRAIN_IMAGES": IMAGES[:0], "TRAIN_LABELS": LABELS[:0]}, "mnist, train: the data set is empty"),
    "test images wider": ({"TEST_IMAGES": np.zeros((20, 5, 5), np.uint8)}, "16 pixels in training images, 25 in test"),
}


@pytest.fixture
def refused(cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run the command line in an empty folder and check the manners of its refusal."""

    def run(*args: object) -> str:
        folder = tmp_path / "elsewhere"
        folder.mkdir()
        monkeypatch.chdir(folder)
        code, _, err = cli(*args)
        lines = [line for line in err.splitlines() if not re.match(r"downloading|\d+ %: ", line)]
        assert code == 2
        assert len(lines) == 1, err
        assert lines[0].startswith("error: ")
        assert "Traceback" not in err
        assert not list(folder.iterdir())
        return lines[0]

    return run


@pytest.mark.parametrize("case", OPTIONS)
def test_bad_options(refused, case: str):
    options, words = OPTIONS[case]
    data = [] if "--data" in options or options == ["porve"] else ["--data", "digits"]
    assert words in refused(*options, *data)


@pytest.mark.parametrize("case", FILES)
def test_bad_files(refused, tmp_path: Path, case: str):
    replaced, words = FILES[case]
    root = write_mnist(tmp_path / "data", **replaced)
    assert words in refused("--data", "mnist", "--data-root", root, "--batch-size", 5, "--json", "proof.json")


@pytest.mark.parametrize(
    "content", [b"", b"no gzip", gzip.compress(BYTES)[:-20], gzip.compress(BYTES)[:40] + bytes(99)]
)
def test_damaged_gzip_files(refused, tmp_path: Path, content: bytes):
    root = write_mnist(tmp_path / "data")
    file = root / "MNIST" / "raw" / TRAIN_IMAGES
    file.unlink()
    file.with_name(f"{TRAIN_IMAGES}.gz").write_bytes(content)
    assert f"{TRAIN_IMAGES}.gz" in refused("--data", "mnist", "--data-root", root)


def test_half_of_mnist_is_told_by_name(refused, tmp_path: Path):
    root = write_mnist(tmp_path / "data")
    (root / "MNIST" / "raw" / TRAIN_LABELS).unlink()
    assert f"raw: MNIST is not whole, it lacks {TRAIN_LABELS}" in refused("--data", "mnist", "--data-root", root)


def test_a_loop_of_links(refused, tmp_path: Path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "cannot be written: Too many levels" in refused("--data", "digits", "--json", tmp_path / "loop")


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_training_that_diverges_in_its_last_step(refused, backend: str):
    options = "--data", "digits", "--lr", "1e38", "--batch-size", 1438, "--epochs", 1
    assert "the validation loss is" in refused("train", "--backend", backend, *options)


def test_unknown_backend(refused):
    assert "unknown backend 'jax'; known: scratch, torch" in refused("train", "--backend", "jax")


@pytest.mark.parametrize("option", ["--json", "--save"])
def test_a_file_that_cannot_be_written_is_told_before_the_work(refused, capsys: pytest.CaptureFixture, option: str):
    line = refused("train", "--backend", "scratch", "--data", "digits", option, "/no/such/folder/file")
    assert f"{option} /no/such/folder/file: cannot be written" in line
    assert not capsys.readouterr().out


def test_training_needs_a_backend(refused):
    assert "--backend" in refused("train")


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_training_that_diverges(refused, backend: str):
    line = refused("train", "--backend", backend, "--data", "digits", "--lr", "1e38", "--json", "run.json")
    assert "epoch 1, step 2; training diverges, try a smaller --lr" in line


def test_a_data_root_that_is_no_folder(refused, tmp_path: Path):
    (tmp_path / "file").touch()
    assert "file: no such folder" in refused("--data", "mnist", "--data-root", tmp_path / "file")


def test_a_data_root_that_cannot_be_read(refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def deny(folder: Path):
        raise PermissionError(13, "Permission denied", str(folder))

    root = write_mnist(tmp_path / "data")
    monkeypatch.setattr(os, "scandir", deny)
    monkeypatch.setattr("compare.datasets.os.scandir", deny)
    monkeypatch.setattr(Path, "iterdir", lambda _: iter(()))
    line = refused("--data", "mnist", "--data-root", root)
    assert "raw: cannot be read: Permission denied" in line


def test_a_file_that_cannot_be_read(refused, tmp_path: Path):
    root = write_mnist(tmp_path / "data")
    file = root / "MNIST" / "raw" / TRAIN_LABELS
    file.unlink()
    file.mkdir()
    assert f"{TRAIN_LABELS}: cannot be read: Is a directory" in refused("--data", "mnist", "--data-root", root)


def test_missing_data_without_a_network(refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    line = refused("--data", "mnist", "--data-root", tmp_path)
    assert f"mnist is not in {tmp_path}, whole, and could not be downloaded" in line
    assert "name it with --data-root or COMPARE_DATA_ROOT, or take --data mnist5k" in line
