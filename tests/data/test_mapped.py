"""Arrays in files: where they are, and that large ones of ours have the same values as small ones."""

import pickle
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from compare.data import mapped
from compare.data.dataset import Dataset
from compare.data.mapped import Place, as_int64, cut, map_array, new_array, permutation, pieces, place_of, selected
from compare.errors import InputError
from scratch import Rows


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"head" + bytes(range(60)))
    return path


def test_an_array_of_a_file_is_where_it_says_and_cannot_be_written_to(file: Path):
    array = map_array(file, np.dtype("u1"), (12, 5), 4)
    np.testing.assert_array_equal(array, np.arange(60).reshape(12, 5))
    assert type(array) is np.ndarray
    assert not array.flags.writeable
    assert place_of(array) == Place(str(file), "|u1", (12, 5), 4)


def test_a_part_of_it_is_found_there_too(file: Path):
    part = map_array(file, np.dtype("u1"), (12, 5), 4)[3:9].reshape(6, -1)
    place = place_of(part)
    assert place == Place(str(file), "|u1", (6, 5), 19)
    np.testing.assert_array_equal(place.array(), part)


def test_what_is_not_all_of_a_file_has_no_place(file: Path):
    array = map_array(file, np.dtype("u1"), (12, 5), 4)
    for other in (array[::2], array.T, array + 1, np.arange(3), new_array(10**6, np.int64)):
        assert place_of(other) is None


def test_nothing_has_a_place_that_is_not_mapped(file: Path):
    assert Place(str(file), "|u1", (0, 5), 4).array().shape == (0, 5)


def test_a_large_array_is_no_memory_of_ours():
    tracemalloc.start()
    array = new_array((2_000_000, 3), np.int64)
    array[-1] = 7
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (array.shape, array[0, 0], array[-1].tolist()) == ((2_000_000, 3), 0, [7, 7, 7])
    assert type(array) is np.ndarray
    assert most < 10**5


def test_a_disk_without_room_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(mapped.os, "posix_fallocate", full)
    with pytest.raises(InputError, match=r"8,000,000 bytes cannot be kept there: No space left on device; see TMPDIR"):
        new_array(10**6, np.int64)


@pytest.mark.parametrize("in_file", [False, True])
@pytest.mark.parametrize("length", [1, 2, 1000])
def test_a_permutation_is_that_of_numpy_wherever_it_is_kept(
    monkeypatch: pytest.MonkeyPatch, length: int, in_file: bool
):
    expected = np.random.default_rng(3).permutation(length)
    monkeypatch.setattr(mapped, "KEPT_IN_FILE", 0 if in_file else 10**9)
    monkeypatch.setattr(mapped, "PIECE", 7)
    found = permutation(np.random.default_rng(3), length)
    np.testing.assert_array_equal(found, expected, strict=True)
    assert isinstance(found.base, np.memmap) == in_file


@pytest.mark.parametrize("dtype", ["uint8", "int16", ">i4", "int64"])
def test_labels_become_int64_in_pieces(monkeypatch: pytest.MonkeyPatch, dtype: str):
    monkeypatch.setattr(mapped, "PIECE", 7)
    values = np.arange(50).astype(dtype)
    copy = as_int64(values)
    np.testing.assert_array_equal(copy, np.arange(50), strict=True)
    copy[0] = 9
    assert values[0] == 0
    np.testing.assert_array_equal(selected(copy, np.array([3, 1, 3])), [3, 1, 3])


def test_pieces_are_all_of_it():
    assert [range(10)[part] for part in pieces(10, mapped.PIECE // 4)] == [range(4), range(4, 8), range(8, 10)]
    assert list(pieces(0)) == []
    assert len(list(pieces(3, 10**12))) == 3


def test_a_cut_copies_no_pixel():
    images = np.arange(20).reshape(10, 2)
    rows = Rows(images, np.array([9, 0, 4]))
    parts = list(cut(rows, 2))
    assert [part.index.tolist() for part in parts] == [[9, 0], [4]]
    assert all(part.array is images for part in parts)
    assert all(np.shares_memory(part, images) for part in cut(images, 4))
    assert [len(part) for part in cut(images, 4)] == [4, 4, 2]
    assert [len(part) for part in cut(images[:0], 4)] == [0]


def test_a_data_set_goes_to_another_process_by_path(file: Path):
    images = map_array(file, np.dtype("u1"), (12, 5), 4)
    data = Dataset("any", (images, np.arange(12) % 3), (images[:4], np.arange(4) % 3), 3)
    sent = pickle.dumps(data)
    assert str(file).encode() in sent
    assert bytes(range(20)) not in sent, "no pixel is sent"
    received = pickle.loads(sent)
    for part in ("train", "test"):
        for ours, theirs in zip(getattr(data, part), getattr(received, part), strict=True):
            np.testing.assert_array_equal(ours, theirs, strict=True)
        assert place_of(getattr(received, part)[0]).path == str(file)
    in_memory = pickle.loads(pickle.dumps(Dataset("any", (np.array(images), np.arange(12) % 3), None, 3)))
    np.testing.assert_array_equal(in_memory.train[0], images)
