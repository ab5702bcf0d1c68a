"""Folders of pictures: classes, sizes and modes, as torchvision takes them; what does not fit is told."""

import re
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torchvision.datasets import ImageFolder

from compare.data import read_pictures
from compare.data.dataset import Dataset
from compare.data.picture_folder import load_folder
from compare.data.prepared import Prepared, unwatched
from compare.errors import InputError


def grey(value: int, width: int = 6, height: int = 4) -> Image.Image:
    pixels = np.full((height, width), value, np.uint8)
    pixels[0, 0] = 255 - value
    return Image.fromarray(pixels)


def colour(value: int, width: int = 6, height: int = 4) -> Image.Image:
    return Image.merge("RGB", [grey(value, width, height), grey(2 * value, width, height), grey(0, width, height)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mine"


@pytest.fixture
def write(folder: Path) -> Callable[..., None]:
    def pictures(**files: Image.Image | bytes) -> None:
        for name, picture in files.items():
            path = folder / name.replace("__", "/").replace("_png", ".png")
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(picture, bytes):
                path.write_bytes(picture)
            else:
                picture.save(path)

    return pictures


@pytest.fixture
def load(folder: Path) -> Callable[..., tuple[Dataset, list[str]]]:
    def with_notes(size: int | None = None, grey: bool = False, watch=unwatched) -> tuple[Dataset, list[str]]:
        notes: list[str] = []
        return load_folder("mine", folder, Prepared(size, grey), watch, notes.append), notes

    return with_notes


@pytest.mark.parametrize("few", [0, 1000])
@pytest.mark.parametrize("make", [grey, colour])
def test_it_is_what_torchvision_reads(folder: Path, write, load, monkeypatch: pytest.MonkeyPatch, make, few: int):
    monkeypatch.setattr(read_pictures, "FEW", few)
    monkeypatch.setattr(read_pictures, "AT_ONCE", 2)
    write(
        dog__b_png=make(30), dog__a_png=make(20), cat__10_png=make(40), cat__in__9_png=make(50), **{"dog__x.txt": b"x"}
    )
    data, notes = load()
    theirs = ImageFolder(str(folder))
    assert data.names == tuple(theirs.classes) == ("cat", "dog")
    assert data.train[1].tolist() == theirs.targets == [0, 0, 1, 1]
    for ours, (picture, _) in zip(data.train[0], theirs, strict=True):
        expected = np.asarray(picture).transpose(2, 0, 1)
        np.testing.assert_array_equal(ours, (expected if make is colour else expected[0]).ravel(), strict=True)
    assert data.shape == ((3, 4, 6) if make is colour else (4, 6))
    assert (notes, data.prepared, data.test) == ([], Prepared(), None)


def test_sizes_and_modes_are_made_one_and_told(write, load):
    write(a__1_png=grey(10, 8, 8), a__2_png=colour(20, 4, 4), b__1_png=grey(30, 4, 4))
    data, notes = load(4, True)
    assert data.shape == (4, 4)
    assert data.prepared == Prepared(4, True)
    # each pixel is the mean of those that fall into it: 10, 10, 10 and 245 here
    assert data.train[0][0].reshape(4, 4)[0].tolist() == [69, 10, 10, 10]
    assert notes == ["mine: 1 of 3 pictures scaled to 4 x 4 from 2 sizes and 1 in colour made grey"]


def test_pictures_that_are_not_square_are_said_to_be_stretched(write, load):
    write(a__1_png=grey(10, 8, 8), a__2_png=grey(20, 4, 8), b__1_png=grey(30, 8, 4), b__2_png=grey(30, 4, 4))
    _, notes = load(4)
    assert notes == ["mine: 3 of 4 pictures scaled to 4 x 4 from 4 sizes (2 not square, so stretched)"]


def test_folders_train_and_test_are_the_two_parts(write, load):
    write(train__a__1_png=grey(1), train__b__1_png=grey(2), test__b__1_png=grey(3))
    data, _ = load()
    assert (data.names, data.train[1].tolist(), data.test[1].tolist()) == (("a", "b"), [0, 1], [1])
    write(test__c__1_png=grey(3))
    with pytest.raises(InputError, match="has a class c, which the training pictures have not"):
        load()


def test_linked_folders_are_read_as_torchvision_reads_them(folder: Path, write, load, tmp_path: Path):
    write(dog__a_png=grey(20), cat__a_png=grey(40))
    (tmp_path / "more" / "in").mkdir(parents=True)
    grey(50).save(tmp_path / "more" / "in" / "b.png")
    (folder / "dog" / "linked").symlink_to(tmp_path / "more")
    (folder / "cow").symlink_to(tmp_path / "more")
    data, notes = load()
    theirs = ImageFolder(str(folder))
    assert data.train[1].tolist() == theirs.targets == [0, 1, 2, 2]
    assert [row[1] for row in data.train[0]] == [40, 50, 20, 50]
    assert notes == []


@pytest.mark.parametrize("target", [".", ".."])
def test_a_class_that_leads_back_to_all_classes_is_refused(folder: Path, write, load, target: str):
    write(**TWO)
    (folder / "c").symlink_to(folder / target)
    with pytest.raises(InputError, match=r"c: is a link that leads back to the folder it is in; remove it$"):
        load()


def test_links_that_lead_in_circles_or_to_what_is_read_are_left_out_and_told(folder: Path, write, load, tmp_path: Path):
    write(dog__a_png=grey(20), dog__in__b_png=grey(30), cat__a_png=grey(40))
    (tmp_path / "more").mkdir()
    grey(50).save(tmp_path / "more" / "c.png")
    for link, target in (("round", ".."), ("self", "."), ("again", "in"), ("x", "../../more"), ("y", "../../more")):
        (folder / "dog" / link).symlink_to(target)
    (tmp_path / "more" / "back").symlink_to(folder)
    (tmp_path / "more" / "here").symlink_to(".")
    data, (note,) = load()
    assert [row[1] for row in data.train[0]] == [40, 20, 30, 50]
    reason = "(a link to what is read already)"
    listed = ", ".join(f"dog/{link} {reason}" for link in ("again", "round", "self"))
    assert note == f"mine: left out: {listed} and 3 more"


def test_what_is_hidden_is_left_out_and_told(folder: Path, write, load):
    write(dog__a_png=grey(20), cat__a_png=grey(40))
    for place in (".hid", ".empty", "dog"):
        (folder / place).mkdir(exist_ok=True)
    grey(50).save(folder / ".hid" / "a.png")
    grey(50).save(folder / "dog" / "._a.png")
    data, notes = load()
    assert data.names == ("cat", "dog")
    assert notes == ["mine: left out: .hid (hidden), dog/._a.png (hidden)"]


TWO = {"a__1_png": grey(1), "b__1_png": grey(2)}
BAD = {
    "sizes": (
        TWO | {"b__2_png": grey(3, 9, 9)},
        {},
        "pictures of 2 sizes, as 6 x 4 (a/1.png) and 9 x 9 (b/2.png); --size 28",
    ),
    "sizes and modes": (TWO | {"b__2_png": colour(3, 9, 9)}, {}, "--size 28 makes them one, --grey all grey"),
    "modes": (TWO | {"b__2_png": colour(3)}, {}, "2 grey pictures and 1 in colour; --grey makes all grey"),
    "modes of one size": (TWO | {"b__2_png": colour(3)}, {"size": 5}, "2 grey pictures and 1 in colour; --grey makes"),
    "one class": ({"a__1_png": grey(1)}, {}, "two classes at least is needed, and there is only one, a"),
    "no class": ({"1_png": grey(1)}, {}, "and there is none"),
    "an empty class": (TWO | {"c__x.txt": b""}, {}, "no picture (.jpg .jpeg .png ...) in the folder of c"),
    "unreadable": (TWO | {"b__2_png": b"no picture"}, {}, "save it anew as PNG or JPEG; mend it, or take it out of"),
    "several unreadable": (
        TWO | {"b__2_png": b"no picture", "b__3_png": b"", "a__3_png": b"no"},
        {},
        "a/3.png: not a picture that can be read; save it anew as PNG or JPEG (and 2 more: b/2.png, b/3.png); mend",
    ),
    "unreadable in both parts": (
        {f"{part}__{name}__1_png": b"no picture" for part in ("train", "test") for name in "ab"},
        {},
        "train/a/1.png: not a picture that can be read; save it anew as PNG or JPEG (and 3 more: train/b/1.png, test",
    ),
    "many unreadable": (
        TWO | {f"b__{n}_png": b"no picture" for n in range(2, 7)},
        {},
        "(and 4 more: b/3.png, b/4.png, b/5.png ...); mend them, or take them out of the folder",
    ),
    "a large one": (TWO | {"b__2_png": grey(1, 1025, 1)}, {}, "1,025 x 1 pixels, and 1,024 are the longest side"),
}


# from a process of its own the words are the same
FEW = [(case, 1000) for case in BAD] + [("unreadable", 0), ("several unreadable", 0)]


@pytest.mark.parametrize(("case", "few"), FEW)
def test_what_does_not_fit_is_told(write, load, monkeypatch: pytest.MonkeyPatch, case: str, few: int):
    files, options, words = BAD[case]
    monkeypatch.setattr(read_pictures, "FEW", few)
    write(**files)
    with pytest.raises(InputError, match=re.escape(words)) as error:
        load(**options)
    assert "\n" not in str(error.value)


def test_a_picture_of_a_kind_that_is_not_taken_is_told(folder: Path, write, load):
    write(dog__a_png=grey(20), cat__a_png=grey(40))
    for name in ("b.gif", "c.HEIC", "notes.txt", "Thumbs.db"):
        (folder / "dog" / name).write_bytes(b"")
    data, notes = load()
    assert len(data.train[1]) == 2
    assert notes == ["mine: left out: dog/b.gif (save it as PNG or JPEG), dog/c.HEIC (save it as PNG or JPEG)"]


@pytest.mark.parametrize(
    ("parts", "first"),
    [
        (("train", "val"), "train"), (("Train", "Test"), "Train"), (("test", "train", "validation"), "train"),
        (("test", "training"), "training"), (("val", "test"), "test"), (("train",), "train"),
    ],
)  # fmt: skip
def test_parts_of_a_data_set_are_no_classes(folder: Path, write, load, parts: tuple[str, ...], first: str):
    write(**{f"{part}__{name}__1_png": grey(9) for part in parts for name in "ab"})
    they = "are parts of a data set, and no classes" if len(parts) > 1 else "is a part of a data set, no class"
    with pytest.raises(InputError, match=f"{', '.join(sorted(parts))} {they}; name the one") as error:
        load()
    assert f"as {folder / first}, or" in str(error.value)


def test_names_of_folders_are_shown_without_what_a_terminal_obeys(write, load):
    write(**{"a\x1b[2J__1_png": grey(1), "b__1_png": grey(2)})
    assert load()[0].names == ("a\\x1b[2J", "b")


def test_each_picture_is_read_once_and_the_progress_told(write, load, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(read_pictures, "AT_ONCE", 2)
    read, told, one = [], [], read_pictures.read_one
    monkeypatch.setattr(read_pictures, "read_one", lambda path, how: read.append(path) or one(path, how))

    @contextmanager
    def watch(steps: int):
        told.append(steps)
        yield told.append

    write(**{f"{part}__{n}_png": grey(n) for part in "ab" for n in range(3)})
    load(watch=watch)
    assert len(read) == len(set(read)) == 6
    # the first, which tells how large they are, and five more
    assert told == [4, *["reading pictures"] * 4]


def test_a_process_that_dies_is_told(write, load, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(read_pictures, "FEW", 0)
    monkeypatch.setattr(read_pictures.sys, "executable", "false")
    write(**TWO)
    with pytest.raises(InputError, match=r"1\.png: the process that reads it and 0 more has ended by itself"):
        load()
