"""What is no file is not opened, and what is read has no more memory than the file has bytes."""

import io
import os
import socket
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from compare.data.regular_files import BoundedReader, file_size, read_bytes


def make_socket(path: Path) -> None:
    # the name of a socket may have 107 characters only
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)


def make_large(path: Path) -> None:
    path.touch()
    os.truncate(path, 2**28 + 1)


NO_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda _: None, "No such file or directory"),
    "a folder": (Path.mkdir, "Is a directory"),
    "a pipe": (os.mkfifo, "it is a pipe, not a file"),
    "a socket": (make_socket, "it is a socket, not a file"),
    "a device": (lambda path: path.symlink_to(os.devnull), "it is a device, not a file"),
    "a link to itself": (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
    "too large": (make_large, "it has 268,435,457 bytes, and 268,435,456 are the most that is read"),
}


@pytest.mark.parametrize("case", NO_FILES)
@pytest.mark.parametrize("read", [file_size, read_bytes, BoundedReader])
def test_what_is_no_file_is_told_without_opening_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[Path], object], case: str
):
    make, words = NO_FILES[case]
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "it")
    with pytest.raises(OSError, match=r".+") as error:
        read(tmp_path / "it")
    assert error.value.strerror == words


@pytest.mark.parametrize("read", [file_size, read_bytes, BoundedReader])
def test_a_name_with_a_zero_byte_is_told(read: Callable[[Path], object]):
    with pytest.raises(OSError, match=r".+") as error:
        read(Path("a\0b"))
    assert error.value.strerror == "its name has a zero byte"


def test_the_largest_file_is_read(tmp_path: Path):
    (tmp_path / "file").touch()
    os.truncate(tmp_path / "file", 2**28)
    assert file_size(tmp_path / "file") == 268_435_456


def test_a_file_and_a_link_to_one_are_read(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    assert [file_size(tmp_path / name) for name in ("file", "link")] == [7, 7]
    assert [read_bytes(tmp_path / name) for name in ("file", "link")] == [b"content"] * 2


def test_a_reader_makes_no_room_for_more_than_is_left(tmp_path: Path):
    (tmp_path / "file").write_bytes(bytes(range(200)))
    tracemalloc.start()
    with BoundedReader(tmp_path / "file") as stream:
        assert (stream.read(2), stream.read(0)) == (b"\0\1", b"")
        assert stream.read(10**8) == bytes(range(2, 200))
        assert (stream.read(), stream.read(-1), stream.read(None), stream.read(5)) == (b"",) * 4
        stream.seek(198)
        assert stream.read() == bytes((198, 199))
        stream.seek(300)
        assert stream.read(10**8) == b""
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 10**6


def test_the_same_bytes_are_not_read_for_ever(tmp_path: Path):
    (tmp_path / "file").write_bytes(bytes(10**5))
    with BoundedReader(tmp_path / "file") as stream:
        for _ in range(10):
            stream.seek(0)
            assert len(stream.read()) == 10**5
        stream.seek(0)
        with pytest.raises(OSError, match="it asks for the same bytes again and again"):
            stream.read()


def test_what_may_be_read_is_ten_times_the_file_and_one_buffer(tmp_path: Path):
    size = io.DEFAULT_BUFFER_SIZE
    (tmp_path / "file").write_bytes(bytes(size))
    with BoundedReader(tmp_path / "file") as stream:
        for _ in range(11):
            stream.seek(0)
            assert len(stream.read()) == size
        stream.seek(0)
        assert stream.read(0) == b""
        with pytest.raises(OSError, match="it asks for the same bytes again and again"):
            stream.read(1)
