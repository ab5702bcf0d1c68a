"""A file is written whole or not at all."""

import os
import threading
from pathlib import Path

import pytest

from compare.files import check_writable, folder_fault, whole_file


@pytest.mark.parametrize("before", [None, b"old"])
def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, before: bytes | None):
    path = tmp_path / "file"
    if before:
        path.write_bytes(before)

    def crash() -> None:
        with whole_file(path) as stream:
            stream.write(b"half")
            stream.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash()
    assert [file.read_bytes() for file in tmp_path.iterdir()] == ([before] if before else [])
    with whole_file(path) as stream:
        stream.write(b"whole")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"whole"]


def test_what_is_no_regular_file_is_written_to_and_not_replaced():
    with whole_file(Path("/dev/null")) as stream:
        stream.write(b"gone")
    assert not Path("/dev/null").is_file()


def test_a_file_that_can_be_written_is_not_touched_by_the_check(tmp_path: Path):
    check_writable(tmp_path / "new")
    (tmp_path / "old").write_bytes(b"old")
    check_writable(tmp_path / "old")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("old", b"old")]


def test_a_file_that_cannot_be_written_is_told_before(tmp_path: Path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path, words in (
        (tmp_path, "Is a directory"),
        (tmp_path / "nowhere" / "file", "No such file"),
        (tmp_path / "loop", "Too many levels of symbolic links"),
    ):
        with pytest.raises(OSError, match=words):
            check_writable(path)


def test_the_fault_of_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").touch()
    assert folder_fault(tmp_path / "new" / "folder") is None
    assert folder_fault(tmp_path) is None
    assert folder_fault(tmp_path / "file" / "folder") == f"{tmp_path / 'file'} is not a folder"
    monkeypatch.setattr("os.access", lambda *_: False)
    assert folder_fault(tmp_path / "new") == f"{tmp_path} cannot be written to"


def test_a_file_is_there_when_it_is_whole(tmp_path: Path):
    path = tmp_path / "file"
    with whole_file(path) as stream:
        stream.write(b"half")
        assert not path.exists()
    assert path.read_bytes() == b"half"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_leaves_what_was_there(tmp_path: Path, error: type[BaseException]):
    path = tmp_path / "file"
    path.write_bytes(b"before")

    def fail() -> None:
        with whole_file(path) as stream:
            stream.write(b"half")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path):
    target, link = tmp_path / "elsewhere" / "file", tmp_path / "link"
    target.parent.mkdir()
    target.write_bytes(b"before")
    link.symlink_to(target)
    with whole_file(link) as stream:
        stream.write(b"after")
    assert link.is_symlink()
    assert target.read_bytes() == b"after"


def test_a_pipe_is_written_to_directly(tmp_path: Path):
    path, read = tmp_path / "pipe", []
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    with whole_file(path) as stream:
        stream.write(b"through")
    reader.join(timeout=10)
    assert read == [b"through"]
    assert path.is_fifo()


def test_what_cannot_be_written_is_known_before_the_work(tmp_path: Path):
    existing, loop = tmp_path / "file", tmp_path / "loop"
    existing.write_bytes(b"before")
    loop.symlink_to(loop)
    for path in (existing, tmp_path / "new"):
        check_writable(path)
    for path, error in ((tmp_path, IsADirectoryError), (tmp_path / "no" / "file", FileNotFoundError), (loop, OSError)):
        with pytest.raises(error):
            check_writable(path)
    assert sorted(tmp_path.iterdir()) == [existing, loop]
    assert existing.read_bytes() == b"before"


def test_what_keeps_a_folder_from_being_made_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    assert folder_fault(tmp_path / "a" / "b") is None
    assert folder_fault(tmp_path / "file" / "b") == f"{tmp_path / 'file'} is not a folder"
