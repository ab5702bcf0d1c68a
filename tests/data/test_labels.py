"""Labels of any kind become classes; what is no label is told."""

import re

import numpy as np
import pytest

from compare.data import labels as labels_module
from compare.data.labels import as_classes, find_classes, short_label
from compare.errors import InputError

KINDS = {
    "numbers in order": ([0, 1, 2, 1], ("0", "1", "2"), [0, 1, 2, 1]),
    "from 1": ([3, 1, 2], ("1", "2", "3"), [2, 0, 1]),
    "with a hole": ([0, 7, 3, 7], ("0", "3", "7"), [0, 2, 1, 2]),
    "negative": ([1, -1], ("-1", "1"), [1, 0]),
    "words": (["dog", "cat", "dog"], ("cat", "dog"), [1, 0, 1]),
    "whole numbers as floats": ([2.0, 10.0, 2.0], ("2", "10"), [0, 1, 0]),
}


@pytest.mark.parametrize("case", KINDS)
def test_each_kind_becomes_numbers_from_0(monkeypatch: pytest.MonkeyPatch, case: str):
    monkeypatch.setattr("compare.data.mapped.PIECE", 2)
    given, names, expected = KINDS[case]
    classes = find_classes(np.array(given), "mine")
    assert classes.names == names
    np.testing.assert_array_equal(as_classes(np.array(given), classes, "mine"), np.array(expected), strict=True)
    assert classes.are_numbers == (case == "numbers in order")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([0, 1, 2], ""),
        ([0.0, 1.0, 2.0], ""),
        (["0", "1", "2"], ""),
        ([1, 2, 3], "1, 2, 3 are the classes 0 ... 2"),
        (["no", "yes"], "no, yes are the classes 0 and 1"),
    ],
)
def test_which_label_is_which_class_is_told_if_it_is_not_its_number(given: list, told: str):
    assert find_classes(np.array(given), "mine").told == told


def test_names_may_be_given():
    assert find_classes(np.array([0, 1]), "mine", ("cat", "dog")).names == ("cat", "dog")
    with pytest.raises(InputError, match="mine: 3 names, but 2 classes"):
        find_classes(np.array([0, 1]), "mine", ("cat", "dog", "cow"))


def test_names_are_shown_without_what_a_terminal_would_obey():
    assert find_classes(np.array([0, 1]), "mine", ("eins\x1b[31m", "größe")).names == (r"eins\x1b[31m", "größe")


def test_names_are_cut_unless_that_makes_them_equal():
    long = "a" * 40
    assert find_classes(np.array([0, 1]), "mine", (long + "b", "c")).names == (long, "c")
    assert find_classes(np.array([long + "b", long + "c"]), "mine").names == (long + "b", long + "c")
    with pytest.raises(InputError, match=r"^mine: 2 classes have the same name, 'a{40}'$"):
        find_classes(np.array([0, 1, 2]), "mine", (long + "b", "c", long + "b"))


REFUSED = {
    "one class": (np.full(5, 3), "mine: two classes at least are needed, and there is only one, 3"),
    "none": (np.empty(0, int), "and there is none"),
    "fractions": (np.array([0.0, 0.5]), "label 0.5 of image 1 is no whole number"),
    "infinity": (np.array([0.0, 1.0, np.inf]), "label inf of image 2 is no whole number"),
    "nan": (np.array([0.0, np.nan]), "label nan of image 1 is no whole number"),
    "too many": (np.arange(1001), "more than 1,000 different labels, so they are no classes"),
    "one-hot": (np.eye(3), "labels must have shape (N,), not (3, 3); labels.argmax(axis=1) may"),
    "a column": (np.ones((3, 1)), "labels must have shape (N,), not (3, 1); labels.ravel() may make them"),
    "truth values": (np.array([True, False]), "labels are whole numbers or words, not bool"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_are_no_classes_is_told(case: str):
    given, words = REFUSED[case]
    with pytest.raises(InputError, match=re.escape(words)):
        find_classes(given, "mine")


def test_1000_classes_are_taken():
    assert labels_module.MOST_CLASSES == 1000
    assert len(find_classes(np.arange(1000), "mine").names) == 1000


@pytest.mark.parametrize("numbers", [[0, 1], [3, 5]])
def test_a_label_that_was_not_trained_on_is_told(numbers: list[int]):
    classes = find_classes(np.array(numbers), "mine")
    for wrong in (2, 99, -1):
        with pytest.raises(InputError, match=f"test: label {wrong} of image 1 is no class of the training images"):
            as_classes(np.array([numbers[0], wrong]), classes, "test")


def test_words_and_numbers_do_not_mix():
    with pytest.raises(InputError, match="words and numbers are both labels"):
        as_classes(np.array(["0"]), find_classes(np.array([0, 1]), "mine"), "test")


def test_the_first_few_are_listed():
    assert find_classes(np.arange(3, 15), "mine").listed() == "3, 4, 5, 6, 7 ... 14"
    assert find_classes(np.array([3, 9]), "mine").listed() == "3, 9"


def test_a_label_is_short_and_harmless():
    assert short_label("a\x1b[2Jb") == "a\\x1b[2Jb"
    assert len(short_label("x" * 1000)) == 40
