"""A user's file as it is read: how it is decoded, and what is said of one that cannot be used."""

from pathlib import Path

import pytest

from compare.backends.user_file import UserFile
from compare.errors import InputError

FILES = {
    "no Python": ("def logits(X, W, b:\n", "line 1: is not valid Python"),
    "fails to load": ("import no_such_module_of_anybody\n", "line 1: raises ModuleNotFoundError"),
    "exits while loading": ("import sys\nsys.exit(3)\n", "line 2: raises SystemExit: 3 while it is loaded"),
    "nothing of ours": (
        "def logit(X): return X\n",
        "defines none of the six functions, logits to sgd_step; exercise --new FILE writes a file to fill in",
    ),
    "no function": ("logits = 3\n", "logits (E1) is an int, not a function"),
    "null bytes": ("a\0b", "is not valid Python"),
}


@pytest.mark.parametrize("case", FILES)
def test_files_that_cannot_be_used(user_file, case: str):
    code, words = FILES[case]
    with pytest.raises(InputError) as refused:
        UserFile(Path(user_file(code)))
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "before",
    [b"\xef\xbb\xbf", b"# coding: latin-1\nname = '\xe9'\n", b"\xef\xbb\xbf# coding: utf-8\nname = '\xc3\xa9'\n"],
)
def test_a_file_is_decoded_as_python_does(tmp_path: Path, right_functions, before: bytes):
    path = tmp_path / "mine.py"
    path.write_bytes(before + right_functions.encode())
    file = UserFile(path)
    assert len(file.defined) == 6
    assert file.run().get("name", "é") == "é"


@pytest.mark.parametrize("coding", ["nope", "hex", "undefined"])
def test_a_coding_that_python_does_not_take_is_one_line(user_file, right_functions, coding: str):
    with pytest.raises(InputError, match=r"mine\.py: is not valid Python: .*(encod|cod)") as refused:
        UserFile(Path(user_file(f"# coding: {coding}\n" + right_functions)))
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path):
    with pytest.raises(InputError, match=r"nowhere\.py: cannot be read: No such file or directory"):
        UserFile(tmp_path / "nowhere.py")
