"""Data sets: what comes in is what was in the file, and a cache is whole or not there."""

import bz2
import gzip
import http.server
import pickle
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torchvision

from compare import datasets
from compare.datasets import SOURCES, Dataset, cache_path, load
from compare.errors import InputError
from compare.files import whole_file
from compare.idx import read_idx
from tests.idx_files import CODES, TEST_IMAGES, TRAIN_IMAGES, TRAIN_LABELS, arrays, idx_bytes, write_mnist


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(datasets, "cache_path", lambda: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dtype", CODES)
def test_idx_files_of_every_type_come_back_as_written(tmp_path: Path, dtype: str, compressed: bool):
    array = (np.arange(24).reshape(2, 3, 4) - (0 if dtype == "uint8" else 12)).astype(dtype)
    path = tmp_path / ("file.gz" if compressed else "file")
    path.write_bytes(gzip.compress(idx_bytes(array)) if compressed else idx_bytes(array))
    np.testing.assert_array_equal(read_idx(path), array, strict=True)


@pytest.mark.parametrize("compressed", [False, True])
def test_mnist_is_read_where_it_lies(tmp_path: Path, compressed: bool):
    root = write_mnist(tmp_path)
    if compressed:
        for file in (root / "MNIST" / "raw").iterdir():
            file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes()))
            file.unlink()
    data, expected = load("mnist", root), arrays()
    np.testing.assert_array_equal(data.train[0], expected[TRAIN_IMAGES].reshape(60, 16), strict=True)
    np.testing.assert_array_equal(data.train[1], expected[TRAIN_LABELS])
    np.testing.assert_array_equal(data.test[0], expected[TEST_IMAGES].reshape(20, 16), strict=True)
    assert data.classes == 10
    # the folder of the files themselves will do as well, and the one between
    for inner in (root / "MNIST", root / "MNIST" / "raw"):
        np.testing.assert_array_equal(load("mnist", inner).train[0], data.train[0])


def test_torchvision_reads_the_same_from_the_same_files(tmp_path: Path):
    ours = load("mnist", write_mnist(tmp_path))
    for train, (images, labels) in ((True, ours.train), (False, ours.test)):
        theirs = torchvision.datasets.MNIST(str(tmp_path), train=train, download=False)
        np.testing.assert_array_equal(theirs.data.reshape(len(labels), 16).numpy(), images)
        np.testing.assert_array_equal(theirs.targets.numpy(), labels)


def test_mnist5k_has_500_images_of_each_digit():
    data = load("mnist5k")
    assert data.train[0].shape == (5000, 784)
    assert data.train[0].dtype == np.uint8
    assert data.test is None
    np.testing.assert_array_equal(np.bincount(data.train[1]), np.full(10, 500))


def test_digits_keep_their_17_grey_levels():
    from sklearn.datasets import load_digits

    data, original = load("digits"), load_digits().data
    assert data.train[0].shape == (1797, 64)
    assert data.train[0].dtype == np.uint8
    np.testing.assert_array_equal(np.rint(data.train[0] / 255 * 16), original)


def damaged(path: Path, how: str) -> None:
    content = path.read_bytes()
    spoiled = {
        "empty": b"",
        "truncated": content[: len(content) // 2],
        "garbled": content[:200] + bytes(255 - byte for byte in content[200:400]) + content[400:],
        "something else": b"no archive at all",
    }
    path.write_bytes(spoiled[how])


@pytest.mark.parametrize("how", ["empty", "truncated", "garbled", "something else"])
def test_a_damaged_cache_is_made_again(cache: Path, how: str):
    first = load("digits")
    damaged(cache / "digits.npz", how)
    second = load("digits")
    np.testing.assert_array_equal(first.train[0], second.train[0])
    with np.load(cache / "digits.npz") as again:
        np.testing.assert_array_equal(again["images"].reshape(1797, 64), first.train[0])


def test_a_cache_of_other_things_is_made_again(cache: Path):
    cache.mkdir()
    np.savez(cache / "digits.npz", images=np.zeros((3, 8, 8), np.uint8), labels=np.zeros(3, int))
    assert len(load("digits").train[1]) == 1797


def test_the_cache_is_used(cache: Path, monkeypatch: pytest.MonkeyPatch):
    first = load("digits")
    assert [file.name for file in cache.iterdir()] == ["digits.npz"]
    monkeypatch.setattr("sklearn.datasets.load_digits", None)
    np.testing.assert_array_equal(load("digits").train[0], first.train[0])


def test_a_cache_that_cannot_be_written_costs_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a file").touch()
    monkeypatch.setattr(datasets, "cache_path", lambda: tmp_path / "a file" / "cache")
    assert load("digits").train[0].shape == (1797, 64)


@pytest.mark.parametrize("before", [None, b"old"])
def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, before: bytes | None):
    path = tmp_path / "file"
    if before:
        path.write_bytes(before)

    def crash() -> None:
        with whole_file(path) as stream:
            stream.write(b"half")
            stream.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash()
    assert [file.read_bytes() for file in tmp_path.iterdir()] == ([before] if before else [])
    with whole_file(path) as stream:
        stream.write(b"whole")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"whole"]


def test_a_link_stays_a_link(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder" / "file")
    with whole_file(tmp_path / "link") as stream:
        stream.write(b"whole")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "folder" / "file").read_bytes() == b"whole"


def test_what_is_no_regular_file_is_written_to_and_not_replaced():
    with whole_file(Path("/dev/null")) as stream:
        stream.write(b"gone")
    assert not Path("/dev/null").is_file()


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder served on this machine, from which torchvision downloads in a process of its own."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site = tmp_path / "site"
    site.mkdir()
    # the subprocess is told of the mirror, and not to ask for the checksums of the real files
    (site / "sitecustomize.py").write_text(
        "import torchvision.datasets.mnist as m\n"
        f"m.MNIST.mirrors = ['http://127.0.0.1:{server.server_port}/']\n"
        "m.MNIST.resources = [(name, None) for name, _ in m.MNIST.resources]\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(site))
    yield folder
    server.shutdown()
    server.server_close()


def test_missing_mnist_is_downloaded_once_and_whole(mirror: Path, cache: Path, capfd: pytest.CaptureFixture):
    for name, array in arrays().items():
        (mirror / f"{name}.gz").write_bytes(gzip.compress(idx_bytes(array)))
    data = load("mnist")
    np.testing.assert_array_equal(data.train[0], arrays()[TRAIN_IMAGES].reshape(60, 16))
    assert "downloading mnist" in capfd.readouterr().err
    assert {path.name for path in cache.iterdir()} == {"MNIST"}

    for file in mirror.iterdir():
        file.unlink()
    np.testing.assert_array_equal(load("mnist").train[0], data.train[0])
    assert not capfd.readouterr().err


def test_a_failed_download_leaves_nothing_and_says_what_to_do(mirror: Path, cache: Path):
    first, *_ = arrays()
    (mirror / f"{first}.gz").write_bytes(gzip.compress(idx_bytes(arrays()[first])))
    with pytest.raises(InputError, match=r"mnist is not in .* could not be downloaded .*--data-root.*mnist5k"):
        load("mnist")
    assert not list(cache.iterdir())


def test_data_sets_check_themselves_from_python_too():
    images, labels = np.zeros((3, 4), np.uint8), np.array([0, 1, 2])
    with pytest.raises(InputError, match=r"label 2 of image 2 is not one of 0 \.\.\. 1"):
        Dataset("mine", (images, labels), None, classes=2)
    with pytest.raises(InputError, match="4 pixels in training images, 5 in test images"):
        Dataset("mine", (images, labels), (np.zeros((3, 5), np.uint8), labels), classes=3)


def test_the_registry_and_the_cache_have_a_place():
    assert list(SOURCES)[:3] == ["mnist5k", "digits", "mnist"]
    assert cache_path().name == "softmax-regression-twice"


def sources_of_torchvision() -> list[str]:
    return [name for name, source in SOURCES.items() if source.origin == "torchvision"]


def folder_of(name: str, root: Path) -> Path:
    return (root / SOURCES[name].files[0]).parent


def write_original(name: str, root: Path, random: np.random.Generator) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Write a small data set in the format of the original files; the images and labels that should come back."""
    classes, shape = SOURCES[name].classes, SOURCES[name].shape
    parts = {}
    for part in ("train", "test"):
        images = random.integers(0, 256, (2 * classes, *shape)).astype(np.uint8)
        parts[part] = images, np.arange(2 * classes) % classes
        labels = parts[part][1]
        if name in ("mnist", "fashion-mnist", "kmnist"):
            folder = folder_of(name, root)
            prefix = "train" if part == "train" else "t10k"
            write_idx(folder, f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte", images, labels)
        elif name.startswith("emnist"):
            kind = name.removeprefix("emnist-")
            prefix = f"emnist-{kind}-{part}"
            stored = images.transpose(0, 2, 1), labels + (kind == "letters")
            write_idx(folder_of(name, root), f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte", *stored)
        elif name == "usps":
            # libsvm's text: label from 1, then index:value for each pixel from -1 to 1
            rows = zip(labels, images.reshape(len(labels), -1) / 255 * 2 - 1, strict=True)
            lines = (f"{y + 1} " + " ".join(f"{d}:{v:.9f}" for d, v in enumerate(row, 1)) for y, row in rows)
            file = root / ("usps.bz2" if part == "train" else "usps.t.bz2")
            file.write_bytes(bz2.compress("\n".join(lines).encode() + b"\n"))
        else:
            write_cifar(folder_of(name, root), name, part, images.reshape(len(labels), -1), labels)
    return parts


def write_idx(folder: Path, images_name: str, labels_name: str, images: np.ndarray, labels: np.ndarray) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / images_name).write_bytes(idx_bytes(np.ascontiguousarray(images)))
    (folder / labels_name).write_bytes(idx_bytes(labels.astype(np.uint8)))


def write_cifar(folder: Path, name: str, part: str, rows: np.ndarray, labels: np.ndarray) -> None:
    folder.mkdir(exist_ok=True)
    key = "labels" if name == "cifar10" else "fine_labels"
    if name == "cifar100":
        files = {part: slice(None)}
    elif part == "test":
        files = {"test_batch": slice(None)}
    else:
        files = {f"data_batch_{n}": slice(4 * (n - 1), 4 * n) for n in range(1, 6)}
    for file, piece in files.items():
        (folder / file).write_bytes(pickle.dumps({"data": rows[piece], key: labels[piece].tolist()}))
    meta = ("batches.meta", "label_names") if name == "cifar10" else ("meta", "fine_label_names")
    (folder / meta[0]).write_bytes(pickle.dumps({meta[1]: [f"name {k}" for k in range(SOURCES[name].classes)]}))


@pytest.mark.parametrize("name", sources_of_torchvision())
def test_each_loader_reads_the_original_format(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch):
    root, site = tmp_path / "root", tmp_path / "site"
    root.mkdir()
    site.mkdir()
    expected = write_original(name, root, np.random.default_rng(4))
    # small files have other checksums than the real ones, which torchvision insists on
    (site / "sitecustomize.py").write_text(
        "import sys\n"
        "if any(part.endswith('fetch.py') for part in sys.orig_argv):\n"
        "    import torchvision.datasets as d\n"
        "    d.CIFAR10._check_integrity = lambda self: True\n"
        "    d.cifar.check_integrity = lambda *_: True\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(site))
    assert SOURCES[name].is_here(root)
    data = load(name, root)
    assert (data.classes, data.shape, len(data.names)) == (SOURCES[name].classes, SOURCES[name].shape, data.classes)
    for part, (images, labels) in expected.items():
        got_images, got_labels = getattr(data, part)
        flat = images.reshape(len(labels), -1)
        # the text of USPS is cut to uint8 by torchvision, up to one level down
        atol = 1 if name == "usps" else 0
        np.testing.assert_allclose(got_images.astype(int), flat.astype(int), rtol=0, atol=atol)
        np.testing.assert_array_equal(got_labels, labels)
        assert got_images.dtype == np.uint8
    assert list(tmp_path.rglob(".download-*")) == []


def test_the_epochs_of_each_make_about_9600_steps():
    for name, source in SOURCES.items():
        steps = source.epochs * -(-round(source.size[0] * 0.8) // 100)
        assert 9400 <= steps <= 10000, name
