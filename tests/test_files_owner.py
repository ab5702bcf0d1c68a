"""Who may read and replace a file: its rights stay, and those of another user are told before."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from compare import files
from compare.files import check_writable, whole_file


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has such rights")
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o400])
def test_who_may_read_a_file_stays_as_it_was(tmp_path: Path, mode: int):
    file = tmp_path / "file"
    file.write_bytes(b"old")
    file.chmod(mode)
    with whole_file(file) as stream:
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {mode}
        stream.write(b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", mode)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has such folders")
def test_the_file_of_another_in_a_folder_such_as_tmp_is_told_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file, user = tmp_path / "file", os.geteuid()
    file.write_bytes(b"old")
    (tmp_path / "link").symlink_to(file)
    monkeypatch.setattr(os, "geteuid", lambda: user + 1)
    for mode in (0o777, 0o755):
        tmp_path.chmod(mode)
        check_writable(file)
    tmp_path.chmod(0o1777)
    for path in (file, tmp_path / "link"):
        with pytest.raises(OSError, match="the file there is another user's, and only its owner may replace it"):
            check_writable(path)
    check_writable(tmp_path / "new")
    for able in (0, user):
        monkeypatch.setattr(os, "geteuid", lambda able=able: able)
        check_writable(file)
    assert file.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("user", "owner", "folder", "held"),
    [(7, 7, 8, False), (7, 8, 7, False), (7, 8, 8, True), (7, 8, 0, True), (0, 7, 8, False)],
)
def test_the_owner_of_the_file_and_of_the_folder_and_root_may_replace_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, owner: int, folder: int, held: bool
):
    users = {tmp_path / "file": (owner, 0o100644), tmp_path: (folder, 0o41777)}
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    monkeypatch.setattr(os, "name", "posix")
    there = {path: SimpleNamespace(st_uid=one, st_mode=mode) for path, (one, mode) in users.items()}
    monkeypatch.setattr(Path, "stat", lambda self, **_: there[self])
    monkeypatch.setattr(Path, "exists", lambda self: self in there)
    assert files._is_held(tmp_path / "file") == held
