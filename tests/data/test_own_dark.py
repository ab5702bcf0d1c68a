"""Images and pictures that are nearly black: a note says how they are meant."""

import errno
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from compare.data.own_data import load_own, tell


@pytest.mark.parametrize(("highest", "times"), [(1, "255"), (25, "255/25"), (26, "")])
def test_pictures_that_are_nearly_black_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture, highest: int, times: str
):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        Image.fromarray(np.diag([0, highest, 0]).astype(np.uint8)).save(tmp_path / name / "1.png")
    load_own(str(tmp_path))
    words = f"the largest pixel of {tmp_path} is {highest}, and pixels are divided by 255: multiply them by {times} "
    assert (f"note: {words}if {highest} is white\n" in capsys.readouterr().err) == bool(times)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float64])
def test_images_that_are_nearly_black_are_told(tmp_path: Path, capsys: pytest.CaptureFixture, dtype: type):
    for highest, times in {16: "255/16", 25: "255/25", 26: "", 0: "", 1: "255"}.items():
        images, path = np.zeros((40, 4, 4), dtype), tmp_path / f"{highest}.npz"
        images[30, 2, 2] = highest
        np.savez(path, images=images, labels=np.arange(40) % 2)
        load_own(str(path))
        words = f"the largest pixel of {path} is {highest}, and pixels are divided by 255: multiply them by {times} "
        # floats of only 0 and 1 are pixels as they are
        is_told = bool(times) and not (highest == 1 and dtype is np.float64)
        assert (f"note: {words}if {highest} is white\n" in capsys.readouterr().err) == is_told


def test_a_note_that_cannot_be_written_is_no_reason_to_end(monkeypatch: pytest.MonkeyPatch):
    class Full(io.StringIO):
        """The stderr on a disk that is full."""

        def write(self, _text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sys.stderr", Full())
    tell.cache_clear()
    tell("of a disk that is full")
