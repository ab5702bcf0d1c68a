"""A file is written whole or not at all."""

import errno
import os
import re
import socket
import stat
import threading
from pathlib import Path

import pytest

from compare.files import check_writable, folder_fault, path_beside, short_path, whole_file


def test_a_path_in_a_message_is_relative_where_that_is_shorter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    assert short_path(folder / "mine.py") == "mine.py"
    assert short_path(tmp_path / "a" / "mine.py") == str(Path("..", "mine.py"))
    assert short_path(Path("mine.py")) == "mine.py"
    assert short_path(Path("/x")) == "/x"
    folder.rmdir()
    assert short_path(tmp_path / "mine.py") == str(tmp_path / "mine.py")


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
    (tmp_path / "link").symlink_to("nowhere")
    assert folder_fault(tmp_path / "link") == f"{tmp_path / 'link'} is not a folder"
    assert folder_fault(Path("/proc/new/folder")) == "/proc cannot be written to"
    assert sorted(tmp_path.iterdir()) == [tmp_path / "file", tmp_path / "link"]

    def denied(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "mkdir", denied)
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


def save(path: Path, content: bytes) -> None:
    with whole_file(path) as stream:
        stream.write(content)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is synced and renamed, in this order."""
    seen, sync, replace = [], os.fsync, os.replace

    def noted_sync(number: int) -> None:
        seen.append("sync folder" if stat.S_ISDIR(os.fstat(number).st_mode) else f"sync {os.fstat(number).st_size}")
        sync(number)

    def noted_replace(*paths: Path) -> None:
        seen.append("rename")
        replace(*paths)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(os, "replace", noted_replace)
    return seen


def test_a_file_is_on_the_disk_before_it_has_its_name_and_its_name_after(tmp_path: Path, calls: list[str]):
    save(tmp_path / "file", b"whole")
    assert calls == ["sync 5", "rename", "sync folder"]


@pytest.mark.parametrize(("number", "written"), [(errno.EINVAL, True), (errno.ENOSPC, False), (errno.EIO, False)])
def test_a_disk_that_fails_when_it_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, written: bool
):
    """Some file systems cannot be synced at all; on others this is where a full disk shows."""
    (tmp_path / "file").write_bytes(b"before")

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    if written:
        save(tmp_path / "file", b"after")
    else:
        with pytest.raises(OSError, match=re.escape(os.strerror(number))):
            save(tmp_path / "file", b"after")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"after" if written else b"before"]


@pytest.mark.parametrize("name", ["a" * 255, "ä" * 127, "数" * 85, "." + "x" * 254])
def test_a_name_may_be_as_long_as_the_disk_allows(tmp_path: Path, name: str):
    path = tmp_path / name
    check_writable(path)
    for content in (b"new", b"again"):
        save(path, content)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [(name, b"again")]


def test_names_beside_are_short_and_new(tmp_path: Path):
    names = {path_beside(tmp_path / ("a" * 255)) for _ in range(100)}
    assert len(names) == 100
    assert {path.parent for path in names} == {tmp_path}
    assert max(len(path.name) for path in names) < 40
    assert all(path.name.startswith(".part-") for path in names)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("a" * 256, errno.ENAMETOOLONG),
        ("ä" * 128, errno.ENAMETOOLONG),
        ("file/below", errno.ENOTDIR),
        ("a\0b", errno.EINVAL),
        ("socket", errno.ENXIO),
    ],
)
def test_a_name_that_no_file_can_have_is_known_before_the_work(tmp_path: Path, name: str, number: int):
    (tmp_path / "file").touch()
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(tmp_path / "socket"))  # the name of a socket is short
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OSError, match=re.escape(os.strerror(number))):
        check_writable(tmp_path / name)
    assert sorted(tmp_path.iterdir()) == before


def test_a_device_that_cannot_be_written_is_known_before_the_work(monkeypatch: pytest.MonkeyPatch):
    check_writable(Path("/dev/null"))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OSError, match="Permission denied"):
        check_writable(Path("/dev/null"))


@pytest.mark.parametrize("name", ["a" * 256, "new/" + "a" * 256, "new/" + "a" * 256 + "/b", "/".join(["a" * 200] * 30)])
def test_a_folder_whose_name_is_too_long_cannot_be_made(tmp_path: Path, name: str):
    assert folder_fault(tmp_path / name) == "no folder can be there: File name too long"
    assert folder_fault(tmp_path / name[:200] / "b") is None


def test_what_keeps_a_folder_from_being_made_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    assert folder_fault(tmp_path / "a" / "b") is None
    assert folder_fault(tmp_path / "file" / "b") == f"{tmp_path / 'file'} is not a folder"
