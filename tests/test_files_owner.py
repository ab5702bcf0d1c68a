"""Files of another user where only their owner may replace them."""

import os
from pathlib import Path

import pytest

from compare.files import check_writable


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has such folders")
def test_the_file_of_another_in_a_folder_such_as_tmp_is_told_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file, user = tmp_path / "file", os.geteuid()
    file.write_bytes(b"old")
    (tmp_path / "link").symlink_to(file)
    monkeypatch.setattr(os, "geteuid", lambda: user + 1)
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
