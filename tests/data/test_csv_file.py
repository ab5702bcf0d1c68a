"""CSV files: the label in a column of its name, or the first; faults are told with their line."""

import re
from pathlib import Path

import numpy as np
import pytest

from compare.data import csv_file
from compare.data.csv_file import load_csv
from compare.errors import InputError


@pytest.fixture
def load(tmp_path: Path):
    def from_text(text: str | bytes):
        path = tmp_path / "x.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_csv(path)[0]

    return from_text


GOOD = {
    "label first": ("label,a,b\n1,0,255\n0,7,8\n", [[0, 255], [7, 8]], [1, 0]),
    "label last, in capitals": ("a,b,Label\n0,255,1\n7,8,0", [[0, 255], [7, 8]], [1, 0]),
    "no names": ("1,0,255\n0,7,8\n", [[0, 255], [7, 8]], [1, 0]),
    "words": ("label,a,b\ncat,0,255\n dog ,7,8\n", [[0, 255], [7, 8]], ["cat", "dog"]),
    "a word with a comma": ('label,a,b\n"cat, big",0,255\ndog,7,8\n', [[0, 255], [7, 8]], ["cat, big", "dog"]),
    "Windows": ("\ufefflabel,a,b\r\n1,0,255\r\n0,7,8\r\n\r\n", [[0, 255], [7, 8]], [1, 0]),
    "whole floats as labels": ("label,a,b\n1.0,0,255\n-2e1,7,8\n", [[0, 255], [7, 8]], [1, -20]),
    "a fraction as label": ("label,a,b\n1.0,0,255\n0.5,7,8\n", [[0, 255], [7, 8]], ["1.0", "0.5"]),
    "a word as label": ("label,a,b\n1.0,0,255\nna,7,8\n", [[0, 255], [7, 8]], ["1.0", "na"]),
    "words that look like numbers": ("label,a,b\n10,0,255\n1_0,7,8\n", [[0, 255], [7, 8]], ["10", "1_0"]),
    "huge labels": ("label,a,b\n1e16,0,255\n1e17,7,8\n", [[0, 255], [7, 8]], ["1e16", "1e17"]),
    "the smallest label that is a word as a float": (
        f"label,a,b\n{2**53}.0,0,255\n0.0,7,8\n",
        [[0, 255], [7, 8]],
        [f"{2**53}.0", "0.0"],
    ),
    "the largest float label": (f"label,a,b\n{2**53 - 1}.0,0,255\n0.0,7,8\n", [[0, 255], [7, 8]], [2**53 - 1, 0]),
    "huge whole labels": (f"label,a,b\n{2**53 + 1},0,255\n0,7,8\n", [[0, 255], [7, 8]], [2**53 + 1, 0]),
    "whole floats": ("label,a,b\n1,0.0,255.0\n0,7,8\n", [[0, 255], [7, 8]], [1, 0]),
}


@pytest.mark.parametrize("rows", [1, 1000])
@pytest.mark.parametrize("case", GOOD)
def test_pixels_are_bytes_and_labels_numbers_or_words(load, monkeypatch: pytest.MonkeyPatch, case: str, rows: int):
    monkeypatch.setattr(csv_file, "ROWS", rows)
    text, pixels, labels = GOOD[case]
    found, own = load(text)
    np.testing.assert_array_equal(found, np.array(pixels, np.uint8), strict=True)
    assert own.tolist() == labels


def test_a_fraction_anywhere_makes_floats(load, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(csv_file, "ROWS", 1)
    found, _ = load("label,a\n0,1\n1,0.5\n")
    assert (found.dtype, found.tolist()) == (np.float32, [[1.0], [0.5]])
    assert load("label,a\n0,256\n1,0.5\n-1,1\n")[0].dtype == np.float32


BAD = {
    "empty": ("", "x.csv: is empty"),
    "a pixel beyond float32": ("label,a,b\n0,1,2\n1,2,1e39\n", "line 3, column 3: 1e+39 is not a finite number of"),
    "a pixel that is no number": ("a,label,b\n1,0,2\n1,0,nan\n", "line 3, column 3: nan is not a finite number of"),
    "a pixel above a byte": (
        "a,label,b\n0,0,1\n1,1,256\n256,1,0\n",
        "x.csv, line 3, column 3: the pixel is 256, and whole numbers must be in 0 ... 255; if 256 is white, divide",
    ),
    "a pixel below 0": (
        "300,1,2\n0,7.0,-1.0\n1,1,0\n",
        "x.csv, line 2, column 3: the pixel is -1, and whole numbers must be in 0 ... 255",
    ),
    "a long whole pixel": ("label,a\n0,1e30\n1,0\n", "line 2, column 2: the pixel is 1e+30, and whole numbers must"),
    "a pixel left of the label": ("a,label\n0,1\n-7,0\n", "line 3, column 1: the pixel is -7, and whole numbers must"),
    "a first line only": ("label,a\n", "has no images, only a first line"),
    "numbered columns": ("0,1,2,3,4\n1,2,3,4,5\n", "numbers the columns, 0 to 4; leave it out (header=False), or call"),
    "no label": ("x,y\n1,2\n", "no column is called `label` in its first line"),
    "semicolons": ("label;a;b\n0;0,5;2\n", "x.csv: has semicolons between its values, and commas are needed"),
    "semicolons and decimal commas": ("0;0,5;0,2\n", "x.csv: has semicolons between its values, and commas are"),
    "tabs": ("label\ta\n0\t1\n", "x.csv: has tabs between its values, and commas are needed, with points in"),
    "an index": (",label,a,b\n0,1,2,3\n", "x.csv: a column has no name, as the index that pandas writes; leave it out"),
    "a column of names": (
        "Id,label,a\n7,0,1\n8,1,2\n",
        "x.csv: a column is called `Id`, so it has no pixels; leave it",
    ),
    "a counted column": ("label,a,index\n0,1,0\n1,2,1\n", "x.csv: a column is called `index`, so it has no pixels;"),
    "one column": ("label\n1\n", "one column only; a label and the pixels are needed"),
    "a word for a pixel": ("label,a,b\n0,1,2\n1,x,3\n", "x.csv, line 3, column 2: 'x' is not a number"),
    "more columns": ("label,a,b\n0,1,2\n1,2,3,4\n", "line 3: has 4 columns, and the first line has 3"),
    "fewer columns": ("label,a,b\n0,1,2\n1,2\n", "line 3: has 2 columns, and the first line has 3"),
    "a gap": ("label,a,b\n0,1,2\n\n1,2,3\n", "line 3: is empty"),
    "a missing value": ("label,a,b\n0,,2\n", "line 2, column 2: '' is not a number"),
    "no text": (b"\xff\xfe\x00label", "is not text in UTF-8"),
    "without names, more columns": ("0,1,2\n1,2,3,4\n", "line 2: has 4 columns, and the first line has 3"),
    "a missing label": ("label,a,b\n0,1,2\n1.0,1,2\nnan,1,2\n", "line 4: the label is nan, which is no class"),
    "an infinite label": ("label,a,b\n0,1,2\n-inf,1,2\n", "line 3: the label is -inf, which is no class"),
    "without names, a missing label": ("NaN,1,2\n0,1,2\n", "line 1: the label is NaN, which is no class"),
    "an empty label": ("label,a,b\n0,1,2\n ,1,2\n", "line 3: has no label"),
    "two columns of labels": ("label,a,Label\n0,1,2\n", "2 columns are called `label` in its first line"),
    "what a terminal obeys": ("label,a\n0,\x1b[2J\n", "is not a number"),
}


@pytest.mark.parametrize("rows", [1, 1000])
@pytest.mark.parametrize("case", BAD)
def test_a_fault_is_told_with_its_line(load, monkeypatch: pytest.MonkeyPatch, case: str, rows: int):
    monkeypatch.setattr(csv_file, "ROWS", rows)
    text, words = BAD[case]
    with pytest.raises(InputError, match=re.escape(words)) as error:
        load(text)
    assert str(error.value).isprintable()


def test_columns_may_have_no_names_but_the_label(load):
    assert load("label,,\n0,1,2\n")[0].tolist() == [[1, 2]]


def test_a_file_that_cannot_be_read(tmp_path: Path):
    with pytest.raises(InputError, match=r"x\.csv: cannot be read: No such file"):
        load_csv(tmp_path / "x.csv")
