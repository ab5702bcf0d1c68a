"""Files that are no pictures that can be read."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from compare.data import own_picture as imaging
from compare.errors import InputError

NOT_READ = {
    "text": (b"hello", "not a picture that can be read; save it anew as PNG or JPEG"),
    "empty": (b"", "not a picture that can be read"),
    "missing": (None, "the picture cannot be read: No such file or directory"),
}


@pytest.mark.parametrize("case", NOT_READ)
def test_what_is_no_picture_is_told(tmp_path: Path, case: str):
    content, words = NOT_READ[case]
    if content is not None:
        (tmp_path / "picture.png").write_bytes(content)
    with pytest.raises(InputError, match=f"picture.png: {words}"):
        imaging.read_picture(tmp_path / "picture.png")


def test_half_a_picture_is_told(tmp_path: Path):
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (50, 50)).astype(np.uint8)).save(tmp_path / "whole.png")
    (tmp_path / "half.png").write_bytes((tmp_path / "whole.png").read_bytes()[:1000])
    with pytest.raises(InputError, match=r"half\.png: the picture cannot be read"):
        imaging.read_picture(tmp_path / "half.png")
