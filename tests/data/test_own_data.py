"""Data by a path: each kind is found, its labels become classes, and that is told once."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from compare.data.own_data import load_own, tell
from compare.data.registry import is_path, load
from compare.errors import InputError

IMAGES = np.arange(96, dtype=np.uint8).reshape(6, 4, 4)
LABELS = np.array([3, 5, 9, 3, 5, 9])


@pytest.fixture(autouse=True)
def untold() -> None:
    tell.cache_clear()


@pytest.fixture
def folder(tmp_path: Path, idx_bytes: Callable) -> Path:
    """The same six images in every format."""
    np.savez(tmp_path / "a.npz", images=IMAGES, labels=LABELS)
    np.save(tmp_path / "images.npy", IMAGES)
    np.save(tmp_path / "labels.npy", LABELS)
    rows = np.column_stack([LABELS, IMAGES.reshape(6, -1)])
    (tmp_path / "a.csv").write_text("\n".join(["label," + ",".join("p" * 16), *(",".join(map(str, r)) for r in rows)]))
    (tmp_path / "idx").mkdir()
    (tmp_path / "idx" / "train-images-idx3-ubyte").write_bytes(idx_bytes(IMAGES))
    (tmp_path / "idx" / "train-labels-idx1-ubyte").write_bytes(idx_bytes(LABELS.astype(np.uint8)))
    for n, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True)):
        (tmp_path / "pictures" / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(tmp_path / "pictures" / str(label) / f"{n}.png")
    return tmp_path


@pytest.mark.parametrize("name", ["a.npz", "images.npy", "a.csv", "idx", "idx/train-images-idx3-ubyte", "pictures"])
def test_every_format_gives_the_same_data(folder: Path, name: str, capsys: pytest.CaptureFixture):
    data = load_own(str(folder / name))
    order = np.argsort(LABELS, kind="stable") if name == "pictures" else np.arange(6)
    np.testing.assert_array_equal(data.train[0], IMAGES.reshape(6, -1)[order], strict=True)
    np.testing.assert_array_equal(data.train[1], np.array([0, 1, 2, 0, 1, 2])[order], strict=True)
    assert (data.classes, data.names, data.shape, data.name) == (3, ("3", "5", "9"), (4, 4), str(folder / name))
    assert (data.prepared is not None) == (name == "pictures")
    told = f"note: labels of {folder / name}: 3, 5, 9 are the classes 0 ... 2\n"
    assert capsys.readouterr().err == ("" if name == "pictures" else told)
    load_own(str(folder / name))
    assert not capsys.readouterr().err, "it is told once"


@pytest.mark.parametrize(("name", "other"), [("a.npz", "A.NPZ"), ("a.csv", "a.Csv")])
def test_the_ending_may_be_in_capitals(folder: Path, name: str, other: str):
    (folder / name).rename(folder / other)
    assert load_own(str(folder / other)).classes == 3


@pytest.mark.parametrize("name", ["a.txt", "x.png", "a.tsv", "images.txt", "images"])
def test_other_files_are_told_which_kinds_are_taken(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(b"3,0,1\n")
    kinds = "a folder of pictures, an .npz or .csv file, or a pair of IDX or .npy files"
    with pytest.raises(InputError, match=f"{name}: not a kind of file that is taken; data of your own are {kinds}$"):
        load_own(str(tmp_path / name))


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0, 1, None),
        (0, 256, "whole numbers in 0 ... 256"),
        (-1, 1, "whole numbers in -1 ... 1"),
        (-1, 0.5, "floats in -1 ... 0.5"),
        (0.5, 2.55e32, "floats in 0.5 ... 2.55e+32"),
    ],
)
def test_floats_beyond_0_and_1_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture, low: float, high: float, told: str | None
):
    images, labels = np.full((4, 2, 2), low, np.float32), np.arange(4) % 2
    tests = images.copy()
    tests[3, 1, 1] = high
    path = tmp_path / "a.npz"
    np.savez(path, images=images, labels=labels, test_images=tests, test_labels=labels)
    load_own(str(path))
    note = f"note: pixels of {path} are {told} and taken as they are; whole numbers in 0 ... 255 are divided by 255\n"
    assert capsys.readouterr().err == (note if told else "")


@pytest.mark.parametrize("pixel", [-1, 256])
def test_whole_numbers_beyond_bytes_are_refused_in_every_kind_of_file(tmp_path: Path, pixel: int):
    for ending in ("npz", "npy"):
        _saved(tmp_path, ending, images=np.array([[0, 9], [7, pixel]]), labels=np.array([0, 1]))
    (tmp_path / "a.csv").write_text(f"label,a,b\n0,0,9\n1,7,{pixel}\n")
    for place in ("a.npz, train: image 1 has", "images.npy, train: image 1 has", "a.csv, line 3, column 3:"):
        with pytest.raises(
            InputError, match=rf"{place} the pixel (is )?{pixel}, and whole numbers must be in 0 \.\.\. 255"
        ):
            load_own(str(tmp_path / place.split(",")[0]))


FLOATS = {
    "whole, as bytes": ((0, 255), (0, 1), True),
    "whole, few": ((0, 2), (0, 0), True),
    "only 0 and 1": ((0, 1), (0, 1), False),
    "a fraction": ((0, 2.5), (0, 1), False),
    "a fraction in the test": ((0, 255), (0, 0.5), False),
    "one above": ((0, 256), (0, 1), False),
    "one below": ((-1, 255), (0, 1), False),
}


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("case", FLOATS)
def test_whole_floats_are_the_bytes_that_they_were(
    tmp_path: Path, capsys: pytest.CaptureFixture, case: str, dtype: type
):
    train, test, whole = FLOATS[case]
    parts = {name: np.tile(np.array(ends, dtype), (4, 2)) for name, ends in {"": train, "test_": test}.items()}
    arrays = {f"{name}images": images for name, images in parts.items()}
    np.savez(tmp_path / "a.npz", **arrays, **{f"{name}labels": np.arange(4) % 2 for name in parts})
    found = load_own(str(tmp_path / "a.npz"))
    for part, images in ((found.train, parts[""]), (found.test, parts["test_"])):
        np.testing.assert_array_equal(part[0], images.astype(np.uint8) if whole else images, strict=True)
    note = "are whole numbers, stored as floats, and are divided by 255"
    told = capsys.readouterr().err.splitlines()
    assert (told[:1] == [f"note: pixels of {tmp_path / 'a.npz'} {note}"]) == whole


def test_where_the_labels_of_a_csv_stand_is_told_if_it_was_guessed(tmp_path: Path, capsys: pytest.CaptureFixture):
    path = tmp_path / "a.csv"
    path.write_text("9,200,0\n8,7,0\n")
    load_own(str(path))
    where = "its first column, for no line has names"
    assert capsys.readouterr().err == f"note: labels of {path}: they are {where}; 8, 9 are the classes 0 and 1\n"
    path.write_text("9,200,0\n9,7,1\n")
    with pytest.raises(InputError, match=f"a.csv, labels in {where}: two classes at least are needed"):
        load_own(str(path))
    path.write_text("label,a,b\n0.0,200,0\n1.0,7,0\n")
    load_own(str(path))
    assert capsys.readouterr().err == ""


KINDS = {
    "images of truth values": (("images", bool), '"float32"'),
    "labels of truth values": (("labels", bool), '"int64"'),
    "labels of bytes": (("labels", "S1"), "str"),
    "images of long doubles": (("images", "g"), '"float32"'),
    "complex images": (("images", complex), ""),
}


@pytest.mark.parametrize("ending", ["npz", "npy"])
@pytest.mark.parametrize("case", KINDS)
def test_an_array_of_another_kind_is_told_how_to_be_saved(tmp_path: Path, case: str, ending: str):
    (name, kind), made = KINDS[case]
    arrays = {"images": np.eye(4, dtype=np.uint8).reshape(4, 2, 2), "labels": np.arange(4) % 2}
    given = arrays | {name: arrays[name].astype(kind)}
    path = _saved(tmp_path, ending, **given)
    mended = f"save {name}.astype({made})" if made else "save it as one of these"
    words = re.escape(f"holds {given[name].dtype}, and only numbers and words are read; {mended}") + "$"
    with pytest.raises(InputError, match=words):
        load_own(str(path))
    if made:
        mended = arrays | {name: given[name].astype(made.strip('"'))}
        np.testing.assert_array_equal(load_own(str(_saved(tmp_path, ending, **mended))).train[1], arrays["labels"])


@pytest.mark.parametrize(("name", "made"), [("test_labels", '"int64"'), ("test_images", '"float32"')])
def test_an_array_of_the_test_is_told_by_its_name(tmp_path: Path, name: str, made: str):
    arrays = {"images": np.zeros((4, 2, 2), np.uint8), "labels": np.arange(4) % 2}
    tests = {f"test_{kind}": array for kind, array in arrays.items()}
    path = _saved(tmp_path, "npz", **arrays, **tests | {name: tests[name] > 0})
    with pytest.raises(InputError, match=re.escape(f"save {name}.astype({made})") + "$"):
        load_own(str(path))


def _saved(folder: Path, ending: str, **arrays: np.ndarray) -> Path:
    if ending == "npz":
        np.savez(folder / "a.npz", **arrays)
        return folder / "a.npz"
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return folder / "images.npy"


def test_a_test_of_floats_is_looked_at_beside_bytes_too(tmp_path: Path, capsys: pytest.CaptureFixture):
    images, labels = np.array([[0, 255], [7, 8]]), np.array([0, 1])
    for name, pixels in {"a": images, "b": images / 255, "c": images / 2}.items():
        path = tmp_path / f"{name}.npz"
        np.savez(path, images=images, labels=labels, test_images=pixels.astype(float), test_labels=labels)
    dtypes = [load_own(str(tmp_path / f"{name}.npz")).test[0].dtype for name in "abc"]
    assert dtypes == [np.uint8, np.float64, np.float64]
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert "a.npz are whole numbers, stored as floats" in told[0]
    assert "c.npz are floats in 0 ... 127.5 and taken as they are" in told[1]


def test_large_files_of_whole_floats_are_told_to_be_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    np.save(tmp_path / "images.npy", np.full((4, 2, 2), 7.0))
    np.save(tmp_path / "labels.npy", np.arange(4) % 2)
    monkeypatch.setattr("compare.data.array_files.LARGEST", 100)
    with pytest.raises(
        InputError, match=r"images\.npy, train: whole numbers of float64; a file of this size needs uint8"
    ):
        load_own(str(tmp_path / "images.npy"))


def test_the_registry_takes_a_path_too(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(folder)
    assert load("pictures").classes == load("./pictures").classes == 3
    assert [is_path(name) for name in ("pictures", "./digits", "digits", "nowhere", "a/b")] == [
        True, True, False, False, True,
    ]  # fmt: skip
    (folder / "digits").mkdir()
    assert not is_path("digits"), "a name is a name"


def test_labels_of_the_test_are_those_of_training(tmp_path: Path):
    test = {"test_images": IMAGES[:2], "test_labels": np.array([9, 3])}
    np.savez(tmp_path / "a.npz", images=IMAGES, labels=LABELS, **test)
    assert load_own(str(tmp_path / "a.npz")).test[1].tolist() == [2, 0]
    np.savez(tmp_path / "a.npz", images=IMAGES, labels=LABELS, **test | {"test_labels": np.array([9, 4])})
    with pytest.raises(InputError, match=re.escape("a.npz, test: label 4 of image 1 is no class")):
        load_own(str(tmp_path / "a.npz"))


def test_images_and_labels_in_each_others_place_are_called_so(tmp_path: Path):
    np.savez(tmp_path / "a.npz", images=LABELS, labels=IMAGES)
    with pytest.raises(InputError) as error:
        load_own(str(tmp_path / "a.npz"))
    told = "images and labels are exchanged: images have shape (6,), and labels (6, 4, 4)"
    assert str(error.value) == f"{tmp_path / 'a.npz'}: {told}"


def test_what_is_not_there_or_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(InputError, match="nowhere: no such file or folder; data --list shows"):
        load_own(str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="a folder for each of two classes at least is needed, and there is none"):
        load_own(str(tmp_path))

    def deny(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", deny)
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        load_own(str(tmp_path))
