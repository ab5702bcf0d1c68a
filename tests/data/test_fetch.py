"""Every data set of torchvision, read from small files in the format of the originals."""

import bz2
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torchvision.datasets
from numpy.typing import NDArray

from compare.data import fetch
from compare.data.registry import SOURCES

Parts = dict[str, tuple[NDArray, NDArray]]

FOLDERS = {
    "mnist": "MNIST/raw",
    "fashion-mnist": "FashionMNIST/raw",
    "kmnist": "KMNIST/raw",
    "emnist-letters": "EMNIST/raw",
    "emnist-balanced": "EMNIST/raw",
    "usps": ".",
    "cifar10": "cifar-10-batches-py",
    "cifar100": "cifar-100-python",
}
NAMES = {"cifar10": ("batches.meta", "label_names"), "cifar100": ("meta", "fine_label_names")}


@pytest.fixture
def write_original(idx_bytes: Callable[[NDArray], bytes]) -> Callable[[str, Path], Parts]:
    """Write a small data set in the format of the original files; the images and labels that should come back."""

    def write(name: str, root: Path) -> Parts:
        random, classes, parts = np.random.default_rng(4), SOURCES[name].classes, {}
        folder = root / FOLDERS[name]
        folder.mkdir(parents=True, exist_ok=True)
        for part in ("train", "test"):
            images = random.integers(0, 256, (2 * classes, *SOURCES[name].shape)).astype(np.uint8)
            parts[part] = images, np.arange(2 * classes) % classes
            if name == "usps":
                write_usps(folder, part, *parts[part])
            elif name in NAMES:
                write_cifar(folder, name, part, *parts[part])
            else:
                write_idx(folder, name, part, *parts[part])
        return parts

    def write_idx(folder: Path, name: str, part: str, images: NDArray, labels: NDArray) -> None:
        prefix = "train" if part == "train" else "t10k"
        if name.startswith("emnist"):
            kind = name.removeprefix("emnist-")
            # its images lie on their side, and its letters are counted from 1
            prefix, images, labels = f"{name}-{part}", images.transpose(0, 2, 1), labels + (kind == "letters")
        (folder / f"{prefix}-images-idx3-ubyte").write_bytes(idx_bytes(np.ascontiguousarray(images)))
        (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(idx_bytes(labels.astype(np.uint8)))

    def write_usps(folder: Path, part: str, images: NDArray, labels: NDArray) -> None:
        # libsvm's text: label from 1, then index:value for each pixel from -1 to 1
        rows = zip(labels, images.reshape(len(labels), -1) / 255 * 2 - 1, strict=True)
        lines = (f"{y + 1} " + " ".join(f"{d}:{v:.9f}" for d, v in enumerate(row, 1)) for y, row in rows)
        file = folder / ("usps.bz2" if part == "train" else "usps.t.bz2")
        file.write_bytes(bz2.compress("\n".join(lines).encode() + b"\n"))

    def write_cifar(folder: Path, name: str, part: str, images: NDArray, labels: NDArray) -> None:
        key = "labels" if name == "cifar10" else "fine_labels"
        files = {f"data_batch_{n}": slice(4 * (n - 1), 4 * n) for n in range(1, 6)}
        if name == "cifar100":
            files = {part: slice(None)}
        elif part == "test":
            files = {"test_batch": slice(None)}
        for file, piece in files.items():
            rows = images[piece].reshape(len(labels[piece]), -1)
            (folder / file).write_bytes(pickle.dumps({"data": rows, key: labels[piece].tolist()}))
        file, key = NAMES[name]
        (folder / file).write_bytes(pickle.dumps({key: [f"name {k}" for k in range(SOURCES[name].classes)]}))

    return write


@pytest.fixture
def any_checksum(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files have other checksums than the real ones, on which torchvision insists."""
    monkeypatch.setattr(torchvision.datasets.CIFAR10, "_check_integrity", lambda _: True)
    monkeypatch.setattr("torchvision.datasets.cifar.check_integrity", lambda *_: True)
    monkeypatch.setattr(fetch, "check_integrity", lambda path, _: Path(path).is_file())


def test_all_sets_of_the_registry_but_the_embedded_ones_are_known():
    assert set(FOLDERS) == set(fetch.TORCHVISION_SETS) == set(SOURCES) - {"mnist5k", "digits"}


@pytest.mark.usefixtures("any_checksum")
@pytest.mark.parametrize("name", FOLDERS)
def test_each_original_format_is_read(write_original, tmp_path: Path, name: str):
    assert not SOURCES[name].is_here(tmp_path)
    expected = write_original(name, tmp_path)
    assert SOURCES[name].is_here(tmp_path)
    arrays = fetch.read(name, tmp_path, download=False)
    assert set(arrays) == {"train_images", "train_labels", "test_images", "test_labels", "names"}
    for part, (images, labels) in expected.items():
        # torchvision cuts the text of USPS to uint8, up to one level down
        atol = 1 if name == "usps" else 0
        got = arrays[f"{part}_images"]
        assert (got.shape, got.dtype) == (images.shape, np.uint8)
        np.testing.assert_allclose(got.astype(int), images.astype(int), rtol=0, atol=atol)
        np.testing.assert_array_equal(arrays[f"{part}_labels"], labels)


@pytest.mark.usefixtures("any_checksum")
@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("mnist", "0 - zero", "9 - nine"),
        ("fashion-mnist", "T-shirt/top", "Ankle boot"),
        ("kmnist", "o", "wo"),
        ("emnist-letters", "a", "z"),
        ("emnist-balanced", "0", "t"),
        ("usps", "0", "9"),
        ("cifar10", "name 0", "name 9"),
        ("cifar100", "name 0", "name 99"),
    ],
)
def test_each_class_has_a_name(write_original, tmp_path: Path, name: str, first: str, last: str):
    write_original(name, tmp_path)
    names = fetch.read(name, tmp_path, download=False)["names"].tolist()
    assert (len(names), names[0], names[-1]) == (SOURCES[name].classes, first, last)


@pytest.mark.parametrize("name", FOLDERS)
def test_what_is_not_there_is_not_downloaded_unasked(tmp_path: Path, name: str):
    with pytest.raises(RuntimeError, match="not found"):
        fetch.read(name, tmp_path, download=False)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_usps_is_not_unpacked_unless_it_is_the_original(
    write_original, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_original("usps", tmp_path)
    monkeypatch.setattr(bz2, "open", lambda *_: pytest.fail("it is unpacked"))
    with pytest.raises(RuntimeError, match=r"usps\.bz2 not found, or not the original"):
        fetch.read("usps", tmp_path, download=False)


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Let `read` write a file where it may download, and raise as torchvision does where not; the folders it used."""
    folders: list[Path] = []

    def read(name: str, root: Path, *, download: bool) -> dict[str, NDArray]:
        if not download:
            raise RuntimeError("not found")
        folders.append(root)
        (root / "KMNIST" / "raw").mkdir(parents=True)
        (root / "KMNIST" / "raw" / "file").write_bytes(b"content")
        if name == "broken":
            raise RuntimeError("the line went dead")
        return {"names": np.arange(3)}

    monkeypatch.setattr(fetch, "read", read)
    return folders


def test_a_download_is_moved_to_its_place_when_it_is_whole(downloads, tmp_path: Path, capsys: pytest.CaptureFixture):
    assert fetch.fetch("kmnist", tmp_path)["names"].tolist() == [0, 1, 2]
    assert downloads[0].parent == tmp_path
    assert [path.name for path in tmp_path.iterdir()] == ["KMNIST"]
    assert (tmp_path / "KMNIST" / "raw" / "file").read_bytes() == b"content"
    assert capsys.readouterr().err == f"downloading kmnist to {tmp_path}\n"


def test_a_download_that_breaks_off_leaves_nothing(downloads, tmp_path: Path):
    with pytest.raises(RuntimeError, match="the line went dead"):
        fetch.fetch("broken", tmp_path)
    assert len(downloads) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("any_checksum")
def test_what_is_there_is_not_downloaded_again(write_original, tmp_path: Path, capsys: pytest.CaptureFixture):
    write_original("kmnist", tmp_path)
    assert len(fetch.fetch("kmnist", tmp_path)["train_labels"]) == 20
    assert not capsys.readouterr().err
