"""Which images a checkpoint is shown."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compare.backends.protocol import State
from compare.data.registry import SOURCES, Dataset
from compare.data.splits import Split
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem
from compare.training import checkpoint_images
from compare.training.checkpoint import Checkpoint
from compare.training.checkpoint_images import check_data_is_here, class_names, data_name, same_data, select

CHOSEN = Hyperparameters(epochs=2, batch_size=5, seed=3, train_subset=30)


def weights(features: int = 4, classes: int = 3) -> State:
    return State(np.zeros((classes, features)), np.zeros(classes))


@pytest.fixture
def sets(monkeypatch: pytest.MonkeyPatch) -> dict[str, Dataset]:
    """Data sets that `load` finds, by name; `other` and `./mine` have no test images."""
    random = np.random.default_rng(5)

    def images(count: int) -> tuple[np.ndarray, np.ndarray]:
        return random.integers(0, 256, (count, 4)).astype(np.uint8), random.integers(0, 3, count)

    test = {"digits": images(7), "mnist5k": images(8), "other": None, "./mine": None, "./tested": images(9)}
    found = {name: Dataset(name, images(60), part, 3) for name, part in test.items()}
    monkeypatch.setattr(checkpoint_images, "load", lambda name, *_, **__: found[name])
    return found


OWN = Checkpoint(weights(), "digits", CHOSEN)
# Checkpoint, data set and split asked for, and what is shown.
CASES = {
    "its own test images": (OWN, None, None, ("digits", "test", 7)),
    "its own validation images": (OWN, None, Split.validation, ("digits", "validation", 12)),
    "its own training images": (OWN, None, Split.train, ("digits", "train", 30)),
    "its own, of which some are gone": (
        replace(OWN, chosen=replace(CHOSEN, batch_size=100)),
        None,
        Split.validation,
        ("digits", "validation", 12),
    ),
    "others": (OWN, "mnist5k", None, ("mnist5k", "test", 8)),
    "others, the whole training part": (OWN, "other", Split.train, ("other", "train", 48)),
    "no test images": (OWN, "other", None, ("other", "validation", 12)),
    "other images of one's own": (OWN, "./mine", None, ("./mine", "all", 60)),
    "others of one's own with test images": (OWN, "./tested", None, ("./tested", "test", 9)),
    "others of one's own, of which weights alone tell nothing": (
        Checkpoint(weights()),
        "./mine",
        None,
        ("./mine", "validation", 12),
    ),
    "all of others": (OWN, "other", Split.all, ("other", "all", 60)),
    "weights alone": (Checkpoint(weights()), None, None, ("mnist5k", "test", 8)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_part_that_is_shown(sets: dict[str, Dataset], case: str):
    checkpoint, data, split, (name, part, count) = CASES[case]
    shown = select(checkpoint, data, None, split)
    assert (shown.data, shown.split, len(shown.labels), shown.classes) == (name, part, count, 3)
    assert str(shown) == f"{name}, {part}: {count} images"
    chosen = CHOSEN if name == "digits" else Hyperparameters(epochs=1, batch_size=1)
    images, labels = sets[name].train if part == "all" else getattr(Problem(sets[name], chosen), part)
    np.testing.assert_array_equal(shown.images, images)
    np.testing.assert_array_equal(shown.labels, labels)


def test_one_image_by_its_index(sets: dict[str, Dataset]):
    shown = select(OWN, None, None, None)
    image, label = shown.image(6)
    np.testing.assert_array_equal(image, sets["digits"].test[0][6:])
    np.testing.assert_array_equal(label, sets["digits"].test[1][6:])
    for index in (-1, 7):
        with pytest.raises(InputError, match=f"index {index}: digits, test has the images 0 ... 6"):
            shown.image(index)


@pytest.mark.parametrize("split", [Split.train, Split.validation, Split.test])
def test_an_image_of_the_split_is_told_with_its_number_among_all(sets: dict[str, Dataset], split: Split):
    shown = select(OWN, None, None, split)
    place, _, among = shown.place(6).partition(" (data --index ")
    assert place == f"digits, {split}: image 6 of {len(shown.labels)}"
    assert bool(among) == (split != Split.test)
    if among:
        np.testing.assert_array_equal(sets["digits"].train[0][int(among.rstrip(")"))], shown.image(6)[0][0])


REFUSED = {
    "other pixels": (
        Checkpoint(weights(features=5)),
        None,
        None,
        "the checkpoint takes 5 pixels to 3 classes; mnist5k has 4 and 3",
    ),
    "other classes": (
        Checkpoint(weights(classes=2)),
        None,
        None,
        "the checkpoint takes 4 pixels to 2 classes; mnist5k has 4 and 3",
    ),
    "names in another order": (
        replace(OWN, names=tuple("102")),
        "./mine",
        None,
        "./mine has other classes than the checkpoint, which was trained on digits: they are in another order",
    ),
    "no such part": (OWN, "other", Split.test, "other has no test images; take --split validation"),
    "no such part of one's own": (OWN, "./mine", Split.test, "./mine has no test images; take --split all"),
    "all, with test images apart": (OWN, None, Split.all, "digits has test images apart, .*; take --split test"),
}


@pytest.mark.usefixtures("sets")
@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused(case: str):
    checkpoint, data, split, words = REFUSED[case]
    with pytest.raises(InputError, match=words):
        select(checkpoint, data, None, split)


@pytest.mark.parametrize(
    ("names", "data", "here", "expected"),
    [
        (None, None, False, "012"), (None, None, True, "xyz"), (tuple("abc"), None, False, "abc"),
        (tuple("abc"), None, True, "abc"), (tuple("abc"), "usps", True, "xyz"), (None, "usps", False, "xyz"),
    ],
)  # fmt: skip
def test_classes_have_the_names_of_their_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, names, data, here: bool, expected: str
):
    """Of the data set that is asked for, or of the checkpoint; an older one's data set is asked if it is here."""
    images = np.zeros((3, 4), np.uint8), np.arange(3)
    monkeypatch.setattr(checkpoint_images, "load", lambda name, *_, **__: Dataset(name, images, None, 3, tuple("xyz")))
    source = replace(SOURCES["usps"], files=() if here else ("nothing",))
    monkeypatch.setitem(SOURCES, "usps", source)
    found = class_names(Checkpoint(weights(), "usps", CHOSEN, names=names), data, tmp_path)
    assert found == tuple(expected)


@pytest.mark.parametrize(
    ("checkpoint", "split", "index", "words"),
    [
        (Checkpoint(weights()), None, 0, "the checkpoint takes 4 pixels to 3 classes; usps has 256 and 10"),
        (Checkpoint(weights(256, 10)), None, 2007, "--index 2007: usps, test has the images 0 ... 2006"),
        (
            Checkpoint(weights(256, 10), "usps", CHOSEN),
            Split.train,
            30,
            "--index 30: usps, train has the images 0 ... 29",
        ),
    ],
)
def test_what_does_not_fit_is_not_downloaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, checkpoint, split, index, words
):
    monkeypatch.setattr("compare.data.torchvision_sets.fetched", lambda *_: pytest.fail("downloaded"))
    with pytest.raises(InputError, match=f"^{words}$"):
        select(checkpoint, "usps", tmp_path, split, lambda shown: shown.image(index))
    with pytest.raises(InputError, match=r"^the checkpoint has 3 classes; usps has 10$"):
        class_names(Checkpoint(weights()), "usps", tmp_path)


def test_a_data_set_that_nobody_knows_has_no_names():
    assert class_names(Checkpoint(weights(), "mine", CHOSEN), None, None) == tuple("012")
    assert class_names(Checkpoint(weights()), None, None) == tuple("012")


def test_paths_are_the_same_data_if_they_lead_to_the_same_place(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert same_data(f"{tmp_path}/a", f"{tmp_path}/link")
    assert same_data("mnist5k", "mnist5k")
    assert not same_data(f"{tmp_path}/a", str(tmp_path))
    assert not same_data("mnist5k", None)
    assert not same_data("./mnist5k", "mnist5k")


def test_data_of_ones_own_must_have_the_classes_of_the_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pictures").mkdir()
    images = np.zeros((60, 4), np.uint8), np.arange(60) % 3
    monkeypatch.setattr(checkpoint_images, "load", lambda name, *_, **__: Dataset(name, images, None, 3, tuple("abc")))
    trained = Checkpoint(weights(), "./pictures", CHOSEN, names=tuple("abd"))
    with pytest.raises(InputError, match="has other classes than the checkpoint, which was trained on"):
        select(trained, None, None, None)
    with pytest.raises(InputError, match="has other classes than the checkpoint, which was trained on"):
        class_names(trained, "./pictures", None)
    assert select(replace(trained, names=tuple("abc")), None, None, None).split == "validation"
    assert class_names(replace(trained, names=None), "./pictures", None) == tuple("abc")


def test_where_nothing_is_held_out_there_is_nothing_to_validate_with(monkeypatch: pytest.MonkeyPatch):
    images = np.zeros((60, 4), np.uint8), np.arange(60) % 3
    monkeypatch.setattr(checkpoint_images, "load", lambda name, *_, **__: Dataset(name, images, images, 3))
    trained = Checkpoint(weights(), "digits", Hyperparameters(epochs=1, val_fraction=0, batch_size=5))
    assert len(select(trained, None, None, None).labels) == 60
    with pytest.raises(InputError, match="digits has no validation images; take --split test"):
        select(trained, None, None, Split.validation)


def test_data_of_ones_own_that_are_not_here_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    checkpoint = Checkpoint(weights(), "pics", CHOSEN)
    gone = "the checkpoint was trained on pics, which is not there: go to the folder from which it was trained"
    with pytest.raises(InputError, match=f"^{gone}, or name it by --data$"):
        select(checkpoint, None, None, None)
    with pytest.raises(InputError, match=f"^{gone}$"):
        check_data_is_here(checkpoint)
    (tmp_path / "pics").mkdir()
    for here in (checkpoint, Checkpoint(weights(), "digits", CHOSEN), Checkpoint(weights())):
        check_data_is_here(here)
    assert data_name(checkpoint, "elsewhere") == "elsewhere"
