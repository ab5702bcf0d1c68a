"""Files that two processes map."""

import mmap
import os
from pathlib import Path

import numpy as np
import pytest

from compare.backends import shared_memory
from compare.backends.channel import CAPACITY, ChannelError
from compare.backends.shared_memory import ANSWERS, REQUESTS, SharedFile, make_folder, map_file, write_array
from compare.data.mapped import Place
from compare.errors import InputError


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, Path]:
    """The folder in RAM, and the other one; both are empty."""
    ram, other = tmp_path / "ram", tmp_path / "other"
    ram.mkdir()
    other.mkdir()
    monkeypatch.setattr(shared_memory, "IN_RAM", ram)
    monkeypatch.setattr(shared_memory.tempfile, "gettempdir", lambda: str(other))
    monkeypatch.setattr(shared_memory.tempfile, "tempdir", str(other))
    return ram, other


def test_a_folder_has_both_files_and_is_in_ram(places):
    folder = make_folder()
    assert folder.parent == places[0]
    assert {path.name: path.stat().st_size for path in folder.iterdir()} == dict.fromkeys((REQUESTS, ANSWERS), CAPACITY)


@pytest.mark.usefixtures("places")
def test_what_is_written_on_one_side_is_read_on_the_other():
    path = make_folder() / ANSWERS
    written, read = map_file(path, mmap.ACCESS_WRITE), map_file(path, mmap.ACCESS_READ)
    written[100] = 7
    assert read[100] == 7
    with pytest.raises(TypeError):
        read[100] = 8


@pytest.mark.usefixtures("places")
def test_a_file_that_is_not_mapped_may_get_shorter():
    path = make_folder() / ANSWERS
    file, mapped = SharedFile(path), map_file(path, mmap.ACCESS_WRITE)
    mapped[2] = 7
    before = file.read(4)
    mapped[2] = 8
    assert (before.tolist(), file.read(4).tolist(), file.is_whole()) == ([0, 0, 7, 0], [0, 0, 8, 0], True)
    os.truncate(path, 3)
    with pytest.raises(ChannelError):
        file.read(4)
    assert (file.read(3).tolist(), file.is_whole()) == ([0, 0, 8], False)
    file.write(bytearray(b"abcd"))
    assert file.read(4).tobytes() == b"abcd"
    file.close()
    with pytest.raises(ChannelError):
        file.read(1)


def test_what_the_disk_has_no_room_for_is_an_error():
    file = SharedFile(Path("/dev/full"))
    with pytest.raises(OSError, match="No space left on device"):
        file.write(bytearray(9))
    file.close()


@pytest.mark.usefixtures("places")
def test_where_ram_is_full_the_other_place_is_taken(places, monkeypatch: pytest.MonkeyPatch):
    ram, other = places
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.is_relative_to(ram):
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    assert make_folder().parent == other
    assert list(ram.iterdir()) == []


@pytest.mark.usefixtures("places")
def test_no_room_at_all_is_one_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shared_memory, "IN_RAM", Path("/nowhere"))
    monkeypatch.setattr(shared_memory.tempfile, "gettempdir", lambda: "/nowhere/else")
    with pytest.raises(InputError, match="/nowhere/else: 16,777,216 bytes for a worker cannot be written there"):
        make_folder()


@pytest.mark.parametrize(
    "array",
    [np.arange(6, dtype="uint8").reshape(2, 3), np.arange(6.0).reshape(2, 3).T, np.arange(3, dtype=">f4"),
     np.empty((0, 4)), np.array(5)],
    ids=["uint8", "Fortran order", "big-endian", "empty", "a number"],
)  # fmt: skip
def test_an_array_comes_back_read_only(tmp_path: Path, array):
    path = write_array(tmp_path, array)
    back = Place(str(path), array.dtype.name, array.shape, 0).array()
    np.testing.assert_array_equal(back, array)
    assert array.size == 0 or not back.flags.writeable


def test_an_array_that_does_not_fit_goes_to_the_other_place(places):
    gone = places[0] / "full"
    path = write_array(gone, np.arange(3.0))
    assert path.parent == places[1]
    np.testing.assert_array_equal(np.fromfile(path), np.arange(3.0))


def test_of_what_does_not_fit_nothing_stays(places, monkeypatch: pytest.MonkeyPatch):
    make = shared_memory.tempfile.mkstemp

    def full(prefix: str, dir: Path | None) -> tuple[int, str]:  # noqa: A002 (called so)
        descriptor, name = make(prefix=prefix, dir=dir)
        if dir == places[0]:
            os.dup2(os.open("/dev/full", os.O_WRONLY), descriptor)
        return descriptor, name

    monkeypatch.setattr(shared_memory.tempfile, "mkstemp", full)
    opened = len(os.listdir("/proc/self/fd")) + 1
    array = np.arange(1e5)
    path = write_array(places[0], array)
    assert path.parent == places[1]
    assert list(places[0].iterdir()) == []
    assert len(os.listdir("/proc/self/fd")) == opened
    np.testing.assert_array_equal(np.fromfile(path), array)
