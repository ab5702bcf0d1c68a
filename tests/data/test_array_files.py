"""Pairs of files and .npz: found, mapped, bounded; nothing in them is run."""

import gzip
import io
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from compare.data.array_files import as_pixels, find_pair, load_npz, load_pair, read_array
from compare.data.mapped import place_of
from compare.data.regular_files import LARGEST
from compare.errors import InputError

IMAGES = np.arange(96, dtype=np.uint8).reshape(6, 4, 4)
LABELS = np.array([0, 1, 2, 0, 1, 2], np.uint8)


@pytest.fixture
def write(tmp_path: Path, idx_bytes: Callable) -> Callable[..., Path]:
    """Write arrays by the names of files, .npy or IDX, and return the folder."""

    def files(**arrays: np.ndarray) -> Path:
        for name, array in arrays.items():
            stem, _, ending = name.partition("__")
            if ending == "npy":
                np.save(tmp_path / f"{stem}.npy", array)
            else:
                (tmp_path / stem.replace("_", "-")).write_bytes(idx_bytes(array))
        return tmp_path

    return files


NAMES = {
    "MNIST's": ("train_images_idx3_ubyte", "train_labels_idx1_ubyte", "t10k_images_idx3_ubyte"),
    "IDX": ("train_images", "train_labels", "test_images"),
    "npy": ("images__npy", "labels__npy", "test_images__npy"),
    "npy, train": ("x_train_images__npy", "x_train_labels__npy", "x_test_images__npy"),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_pair_is_mapped_with_the_test_files_beside_it(write, case: str):
    images, labels, test = NAMES[case]
    arrays = {images: IMAGES, labels: LABELS}
    folder = write(**arrays)
    path = find_pair(folder)
    train, none = load_pair(path)
    assert none is None
    write(**{test: IMAGES[:2], test.replace("images", "labels").replace("idx3", "idx1"): LABELS[:2]})
    assert find_pair(folder) == path
    again, found = load_pair(path)
    for one in (train, again):
        np.testing.assert_array_equal(one[0], IMAGES, strict=True)
        np.testing.assert_array_equal(one[1], LABELS, strict=True)
    np.testing.assert_array_equal(found[0], IMAGES[:2])
    assert all(place_of(array) for array in (*again, found[0]))


def test_a_folder_without_a_pair_has_none_and_of_two_one_is_to_be_named(write, tmp_path: Path):
    assert find_pair(tmp_path) is None
    (tmp_path / "images1.png").write_bytes(b"\x89PNG")
    assert find_pair(tmp_path) is None
    write(b_images__npy=IMAGES)
    assert find_pair(tmp_path) == tmp_path / "b_images.npy"
    write(a_images__npy=IMAGES)
    with pytest.raises(InputError, match=r"more than one file of images, a_images.npy and b_images.npy: name one of"):
        find_pair(tmp_path)


def test_a_gzipped_copy_beside_a_file_is_no_other_one(write, tmp_path: Path):
    """As torchvision leaves both; the one that is mapped is taken."""
    write(train_images=IMAGES, train_labels=LABELS, t10k_images=IMAGES, t10k_labels=LABELS)
    for path in [*tmp_path.iterdir()]:
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert find_pair(tmp_path) == tmp_path / "train-images"
    assert place_of(load_pair(tmp_path / "train-images")[0][0])
    (tmp_path / "train-images").unlink()
    assert find_pair(tmp_path) == tmp_path / "train-images.gz"
    (tmp_path / "train-labels.gz").unlink()
    assert len(load_pair(tmp_path / "train-images.gz")[0][1]) == len(LABELS)
    (tmp_path / "train-labels").unlink()
    with pytest.raises(InputError, match=r"its labels are not there: no file train-labels.gz beside it"):
        load_pair(tmp_path / "train-images.gz")
    write(train_images=IMAGES)
    (tmp_path / "train-labels.gz").write_bytes((tmp_path / "t10k-labels.gz").read_bytes())
    assert len(load_pair(tmp_path / "train-images")[0][1]) == len(LABELS)


def test_what_is_missing_is_told(write, tmp_path: Path):
    write(train_images=IMAGES, pixels__npy=IMAGES)
    with pytest.raises(InputError, match="its labels are not there: no file train-labels beside it"):
        load_pair(tmp_path / "train-images")
    with pytest.raises(InputError, match="in its name where this has `images`, which it has not"):
        load_pair(tmp_path / "pixels.npy")


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


GOOD = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }\n"
BROKEN = {
    "too short": (header(GOOD) + bytes(5), "damaged one"),
    "too long": (header(GOOD) + bytes(7), "bytes, its header asks for"),
    "huge": (header(GOOD.replace("(2, 3)", "(999999999999, 999999)")), "damaged one"),
    "objects": (header(GOOD.replace("|u1", "|O")) + bytes(48), "not an .npy file of numbers"),
    "no header": (b"\x93NUMPY\x01\x00", "damaged one"),
    "no kind": (header(GOOD.replace("'|u1'", "()")) + bytes(6), "damaged one"),
    "a kind of four parts": (header(GOOD.replace("'|u1'", "[('a', 'b', 'c', 'd')]")) + bytes(6), "damaged one"),
    "numbers as names": (header("{1: 2, 'descr': '|u1', 'shape': (2,)}\n") + bytes(2), "damaged one"),
    "no end": (header(GOOD.replace(")", "").replace("}", "")) + bytes(6), "damaged one"),
    "too deep": (header("-" * 6000 + "1\n"), "damaged one"),
    "code": (header("__import__('os').abort()\n") + bytes(6), "damaged one"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_damaged_npy_file_is_told_in_one_line(tmp_path: Path, case: str):
    content, words = BROKEN[case]
    (tmp_path / "images.npy").write_bytes(content)
    with pytest.raises(InputError, match=re.escape(words)) as error:
        read_array(tmp_path / "images.npy")
    assert str(error.value).startswith(str(tmp_path / "images.npy"))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("make", [np.asfortranarray, lambda array: array.astype(">f4")], ids=["Fortran", "big-endian"])
def test_other_orders_are_copied(tmp_path: Path, make: Callable):
    np.save(tmp_path / "images.npy", make(IMAGES))
    found = read_array(tmp_path / "images.npy")
    np.testing.assert_array_equal(found, IMAGES)
    assert found.dtype.isnative
    assert found.flags.c_contiguous


def test_an_npz_has_images_labels_and_more(tmp_path: Path):
    arrays = {"images": IMAGES, "labels": LABELS, "test_images": IMAGES[:2], "test_labels": LABELS[:2], "extra": IMAGES}
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "a.npz", **arrays, names=np.array(["a", "b", "c"]))
        train, test, names = load_npz(tmp_path / "a.npz")
        np.testing.assert_array_equal(train[0], IMAGES, strict=True)
        np.testing.assert_array_equal(test[1], LABELS[:2], strict=True)
        assert names == ("a", "b", "c")
    np.savez(tmp_path / "b.npz", images=np.asfortranarray(IMAGES), labels=LABELS)
    train, test, names = load_npz(tmp_path / "b.npz")
    np.testing.assert_array_equal(train[0], IMAGES, strict=True)
    assert (test, names) == (None, ())


def archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(f"{name}.npy", content)
    return stream.getvalue()


BAD_NPZ = {
    "no zip": (b"PK\x03\x04 and no more", "damaged one"),
    "text": (b"hello", "damaged one"),
    "one of two": (archive(images=header(GOOD) + bytes(6)), "needs images and labels"),
    "other names": (archive(x_train=b"", y_train=b""), "it has 'x_train', 'y_train'"),
    "objects": (archive(images=header(GOOD.replace("|u1", "|O")), labels=b""), "only numbers and words are read"),
    "huge shape": (archive(images=header(GOOD.replace("(2, 3)", "(2, 99999999999)")), labels=b""), "says that it has"),
    "too long": (archive(images=header(GOOD) + bytes(9), labels=b""), "another length than it says"),
    "a bomb": (archive(images=header(GOOD) + bytes(LARGEST), labels=b""), "unpacks to more than 268,435,456 bytes"),
    "half a test": (
        archive(images=header(GOOD) + bytes(6), labels=header(GOOD) + bytes(6), test_images=header(GOOD) + bytes(6)),
        "test_images and test_labels come together",
    ),
}


@pytest.mark.parametrize("case", BAD_NPZ)
def test_a_bad_npz_is_told_and_makes_no_room(tmp_path: Path, case: str):
    content, words = BAD_NPZ[case]
    (tmp_path / "x.npz").write_bytes(content)
    tracemalloc.start()
    with pytest.raises(InputError, match=re.escape(words)) as error:
        load_npz(tmp_path / "x.npz")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "\n" not in str(error.value)
    assert most < 3 * 10**6


SHAPES = {
    "rows of a square": ((6, 16), (6, 4, 4)),
    "rows of no square": ((6, 15), (6, 1, 15)),
    "grey": ((6, 4, 5), (6, 4, 5)),
    "colour first": ((6, 3, 4, 4), (6, 3, 4, 4)),
    "colour last": ((6, 4, 5, 3), (6, 3, 4, 5)),
    "one channel last": ((6, 4, 4, 1), (6, 4, 4)),
    "one channel first": ((6, 1, 4, 4), (6, 4, 4)),
    "one channel first, three columns": ((6, 1, 4, 3), (6, 4, 3)),
}


@pytest.mark.parametrize("case", SHAPES)
def test_images_of_every_usual_shape_are_taken(case: str):
    given, expected = SHAPES[case]
    images = np.arange(np.prod(given)).reshape(given).astype(np.uint8)
    found = as_pixels(images, "x")
    assert found.shape == expected
    if case == "colour last":
        np.testing.assert_array_equal(found[2, 1], images[2, :, :, 1])


@pytest.mark.parametrize("shape", [(6,), (6, 2, 4, 4), (6, 1, 1, 4, 4)])
def test_other_shapes_are_refused(shape: tuple[int, ...]):
    with pytest.raises(InputError, match=r"x: images are \(N, H, W\)"):
        as_pixels(np.zeros(shape, np.uint8), "x")


def test_whole_numbers_become_bytes_and_floats_stay():
    found = as_pixels(np.array([[[0, 255]]]), "x")
    assert (found.dtype, found.tolist()) == (np.uint8, [[[0, 255]]])
    assert as_pixels(np.zeros((0, 2, 2), int), "x").shape == (0, 2, 2)
    assert as_pixels(np.zeros((1, 2, 2), np.float32), "x").dtype == np.float32
    with pytest.raises(InputError, match=r"^x: image 0 has the pixel -1, and whole numbers must be in 0 \.\.\. 255$"):
        as_pixels(np.array([[[-1, 256]]]), "x")


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.int64])
def test_pixels_of_more_bits_are_told_how_to_be_saved(monkeypatch: pytest.MonkeyPatch, dtype: type):
    """The largest is that of all images, and not of the first that is beyond a byte."""
    monkeypatch.setattr("compare.data.mapped.PIECE", 2)
    images = np.array([[[0, 256]], [[4095, 7]], [[300, 1]]], dtype)
    with pytest.raises(InputError, match=r"^x: image 1 has the pixel 4095, and whole") as error:
        as_pixels(images, "x")
    code = re.search(r'; if 4095 is white, save (\(images / 4095\)\.astype\("float32"\))$', str(error.value))
    found = as_pixels(eval(code[1], {"images": images}), "x")
    assert (found.dtype, found.min(), found.max()) == (np.float32, 0, 1)
