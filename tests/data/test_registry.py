"""Data sets by their names."""

import re
from pathlib import Path

import numpy as np
import pytest

from compare.data.mnist import load_mnist
from compare.data.own_data import tell
from compare.data.registry import DATA_ROOT_VARIABLE, SOURCES, Dataset, load
from compare.errors import InputError

# As those who made them say: training and test images, the shape of one, classes; and our epochs.
SETS = {
    "mnist5k": (5000, 0, (28, 28), 10, 240),
    "digits": (1797, 0, (8, 8), 10, 640),
    "mnist": (60000, 10000, (28, 28), 10, 20),
    "fashion-mnist": (60000, 10000, (28, 28), 10, 20),
    "kmnist": (60000, 10000, (28, 28), 10, 20),
    "emnist-letters": (124800, 20800, (28, 28), 26, 10),
    "emnist-balanced": (112800, 18800, (28, 28), 47, 11),
    "usps": (7291, 2007, (16, 16), 10, 164),
    "cifar10": (50000, 10000, (3, 32, 32), 10, 24),
    "cifar100": (50000, 10000, (3, 32, 32), 100, 24),
}
NAMES = list(SETS)
# One file of each, where torchvision has it.
FILES = {
    "fashion-mnist": "FashionMNIST/raw/train-images-idx3-ubyte",
    "kmnist": "KMNIST/raw/train-images-idx3-ubyte",
    "emnist-letters": "EMNIST/raw/emnist-letters-train-images-idx3-ubyte",
    "emnist-balanced": "EMNIST/raw/emnist-balanced-train-images-idx3-ubyte",
    "usps": "usps.bz2",
    "cifar10": "cifar-10-batches-py/data_batch_1",
    "cifar100": "cifar-100-python/train",
}


def test_the_ten_data_sets():
    assert {name: (*s.size, s.shape, s.classes, s.epochs) for name, s in SOURCES.items()} == SETS
    assert list(SOURCES) == NAMES


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_one_data_set_is_of_no_other(tmp_path: Path, name: str):
    (tmp_path / FILES[name]).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / FILES[name]).touch()
    assert {other for other, source in SOURCES.items() if source.is_here(tmp_path)} == {"mnist5k", "digits", name}


def test_an_unknown_name_is_told_with_the_known_ones():
    words = "unknown data set 'mnits'; data --list shows all"
    with pytest.raises(InputError, match=re.escape(words)):
        load("mnits")


def test_a_name_goes_before_a_folder_and_a_note_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    (tmp_path / "digits").mkdir()
    monkeypatch.chdir(tmp_path)
    tell.cache_clear()
    assert load("digits").classes == 10
    assert (
        capsys.readouterr().err == "note: digits is the data set of that name; what is here by this name is ./digits\n"
    )
    load("mnist5k")
    assert not capsys.readouterr().err


def test_each_name_loads_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    asked = []
    monkeypatch.setattr("compare.data.torchvision_sets.fetched", lambda name, root: asked.append((name, root)) or {})
    for name in NAMES[3:]:
        with pytest.raises(KeyError):
            load(name, tmp_path)
    assert asked == [(name, tmp_path) for name in NAMES[3:]]


def test_a_root_is_a_path_or_a_string(write_mnist, tmp_path: Path):
    root = write_mnist(tmp_path)
    expected = load("mnist", root).train[0]
    np.testing.assert_array_equal(load("mnist", str(root)).train[0], expected)
    np.testing.assert_array_equal(load_mnist(str(root)).train[0], expected)


@pytest.mark.parametrize("name", ["mnist5k", "digits"])
def test_embedded_sets_need_no_folder(name: str, cache: Path):
    data, source = load(name), SOURCES[name]
    assert data.name == name
    assert (len(data.train[1]), 0) == source.size
    assert (data.shape, data.classes) == (source.shape, source.classes)
    assert not cache.exists()


def test_listed_sizes_of_mnist_are_those_of_the_data(mnist_root: Path):
    data, source = load("mnist", mnist_root), SOURCES["mnist"]
    assert (len(data.train[1]), len(data.test[1])) == source.size
    assert (data.shape, data.classes) == (source.shape, source.classes)


@pytest.mark.parametrize("name", NAMES)
def test_an_outline_has_the_sizes_of_the_data(name: str):
    source, found = SOURCES[name], SOURCES[name].outline(name)
    assert (found.name, found.shape, found.classes) == (name, source.shape, source.classes)
    assert (len(found.train[1]), len(found.test[1]) if found.test else 0) == source.size


def test_what_is_refused_is_not_downloaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("compare.data.torchvision_sets.fetched", lambda *_: pytest.fail("downloaded"))

    def refuse(data: Dataset) -> None:
        raise InputError(f"{len(data.train[1])} are too many")

    with pytest.raises(InputError, match=r"^7291 are too many$"):
        load("usps", tmp_path, check=refuse)
    # of what is here the sizes may be others
    assert load("digits", check=refuse).name == "digits"


def test_a_root_that_is_no_folder_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    missing = tmp_path / "missing"
    with pytest.raises(InputError, match=f"^--data-root {missing}: no such folder$"):
        SOURCES["usps"].is_here(missing)
    monkeypatch.setenv(DATA_ROOT_VARIABLE, str(missing))
    with pytest.raises(InputError, match=f"^{DATA_ROOT_VARIABLE} {missing}: no such folder$"):
        load("mnist", missing)


def test_empty_folders_hold_no_data(tmp_path: Path):
    for source in SOURCES.values():
        for pattern in source.files:
            (tmp_path / pattern).parent.mkdir(parents=True, exist_ok=True)
    assert {name for name, source in SOURCES.items() if source.is_here(tmp_path)} == {"mnist5k", "digits"}


@pytest.mark.parametrize("folder", ["MNIST/raw", "raw", "."])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_mnist_is_here_in_each_of_its_folders(tmp_path: Path, folder: str, suffix: str):
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / folder / f"train-images-idx3-ubyte{suffix}").touch()
    assert SOURCES["mnist"].is_here(tmp_path)


def test_without_a_root_the_cache_is_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("compare.data.registry.cache_path", lambda: tmp_path)
    assert not SOURCES["usps"].is_here(None)
    (tmp_path / "usps.bz2").touch()
    assert SOURCES["usps"].is_here(None)


def test_the_epochs_of_each_make_about_9600_steps():
    for name, source in SOURCES.items():
        steps = source.epochs * -(-round(source.size[0] * 0.8) // 100)
        assert 9400 <= steps <= 10000, name
