"""Hints: from the idea to the code, one more each time, counted for each file and function."""

import errno
from pathlib import Path

import pytest

from compare.equations import FUNCTIONS
from compare.errors import InputError
from compare.exercise import hints
from compare.exercise.hints import HINTS, next_hints


@pytest.fixture(autouse=True)
def counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file in which hints are counted."""
    monkeypatch.setattr(hints, "cache_path", lambda: tmp_path / "cache")
    return tmp_path / "cache" / "hints.json"


CODE = {
    "logits": "X @ W.T",
    "log_softmax": "S - np.log(np.exp(S).sum(axis=1, keepdims=True))",
    "nll_loss": "-logP[np.arange(len(y)), y].mean()",
    "logits_gradient": "dZ = np.exp(logP); dZ[np.arange(len(y)), y] -= 1",
    "parameter_gradients": "dZ.T @ X",
    "sgd_step": "W - lr * dW, b - lr * db",
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_last_hint_has_the_code_and_the_first_has_none(name: str, right_functions: str):
    assert len(HINTS[name]) == 4
    assert CODE[name] in HINTS[name][-1]
    assert all(piece in right_functions for piece in CODE[name].split("; "))
    assert "np." not in HINTS[name][0]
    assert "@" not in HINTS[name][0]
    assert all(hint.endswith((".", "?", "()", "db")) for hint in HINTS[name])


def test_one_more_each_time_up_to_all(tmp_path: Path):
    given = [next_hints(tmp_path / "mine.py", "nll_loss") for _ in range(6)]
    assert [len(one) for one in given] == [1, 2, 3, 4, 4, 4]
    assert given[2] == HINTS["nll_loss"][:3]


def test_each_file_and_each_function_has_a_count_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for _ in range(2):
        next_hints(tmp_path / "mine.py", "nll_loss")
    assert len(next_hints(tmp_path / "other.py", "nll_loss")) == 1
    assert len(next_hints(tmp_path / "mine.py", "logits")) == 1
    monkeypatch.chdir(tmp_path)
    assert len(next_hints(Path("mine.py"), "nll_loss")) == 3


DAMAGES = [
    "not json", "[1, 2]", "7", "\xff", '"text"', "[" * 100_000, "", f'{{"a": {"[" * 900}{"]" * 900}}}',
    '{"a": 1, "a": 2}', '{"a": NaN}', '{"a": 1e999}', f'{{"a": {"9" * 5000}}}',
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=range(len(DAMAGES)))
def test_damaged_counts_are_refused_and_stay(counts: Path, tmp_path: Path, capsys: pytest.CaptureFixture, damage: str):
    counts.parent.mkdir()
    counts.write_bytes(damage.encode("latin-1"))
    with pytest.raises(InputError) as refused:
        next_hints(tmp_path / "mine.py", "logits")
    assert str(refused.value) == f"{counts}: is damaged, so hints cannot be counted; delete it"
    assert counts.read_bytes() == damage.encode("latin-1")
    assert capsys.readouterr().err == ""
    counts.unlink()
    assert len(next_hints(tmp_path / "mine.py", "logits")) == 1


@pytest.mark.parametrize("count", ["{}", '"2"', "2.5", "-7", "0", "null", "true"])
def test_a_count_that_is_none_of_ours(counts: Path, tmp_path: Path, count: str):
    next_hints(tmp_path / "mine.py", "logits")
    next_hints(tmp_path / "mine.py", "nll_loss")
    text = counts.read_text().replace('logits": 1', f'logits": {count}')
    assert count in text
    counts.write_text(text)
    with pytest.raises(InputError, match="is damaged"):
        next_hints(tmp_path / "mine.py", "nll_loss")
    assert counts.read_text() == text


@pytest.mark.parametrize("count", ["99", "9" * 4000])
def test_a_large_count_gives_all_hints(counts: Path, tmp_path: Path, count: str):
    next_hints(tmp_path / "mine.py", "logits")
    counts.write_text(counts.read_text().replace('logits": 1', f'logits": {count}'))
    assert next_hints(tmp_path / "mine.py", "logits") == HINTS["logits"]


def test_a_file_of_any_name_is_counted(tmp_path: Path):
    assert [len(next_hints(tmp_path / "\udcff.py", "logits")) for _ in range(2)] == [1, 2]


def test_where_counts_cannot_be_kept_the_first_hint_is_given(counts: Path, tmp_path: Path):
    counts.parent.write_text("a file in place of the folder")
    assert [len(next_hints(tmp_path / "mine.py", "logits")) for _ in range(2)] == [1, 1]


def test_without_a_home_folder_the_first_is_given_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def no_home() -> Path:
        raise InputError

    monkeypatch.setattr(hints, "cache_path", no_home)
    assert [next_hints(tmp_path / "mine.py", "logits") for _ in range(2)] == [HINTS["logits"][:1]] * 2


def test_counts_that_may_not_be_read_are_not_begun_anew(counts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    next_hints(tmp_path / "mine.py", "logits")
    before = counts.read_bytes()

    def denied(_: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(hints, "read_bytes", denied)
    with pytest.raises(InputError, match=f"^{counts}: hints cannot be counted: Permission denied; make it readable$"):
        next_hints(tmp_path / "mine.py", "logits")
    assert counts.read_bytes() == before
