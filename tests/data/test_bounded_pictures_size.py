"""Large pictures: what is large is reduced or refused, and takes little memory."""

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from compare.data import bounded_pictures
from compare.data.bounded_pictures import SIDE, bounded_picture
from compare.data.own_picture import read_picture
from compare.errors import InputError

MODES = "L", "RGB", "RGBA", "P", "1", "LA", "CMYK", "I;16"


@pytest.mark.parametrize(
    ("mode", "size"), [("RGBA", (2100, 1050)), *((mode, size) for mode in MODES for size in ((1100, 30), (1, 3000)))]
)
def test_a_large_picture_is_reduced_as_in_one_piece(tmp_path: Path, mode: str, size: tuple[int, int]):
    random = np.random.default_rng(5)
    grey = Image.fromarray(random.integers(0, 256, (10, 10)).astype(np.uint8)).resize(size)
    picture = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257) if mode == "I;16" else grey.convert(mode)
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    picture.save(path)
    factor = -(-max(size) // SIDE)
    with Image.open(path) as whole:
        expected = (grey if mode == "I;16" else whole).convert("RGBA").reduce(factor)
    seen = bounded_picture(path)
    assert max(seen.size) <= SIDE
    np.testing.assert_array_equal(np.asarray(seen), np.asarray(expected))


def test_a_large_photo_is_decoded_small(tmp_path: Path):
    picture = Image.new("RGB", (6000, 4500), "white")
    picture.paste("black", (0, 0, 3000, 2250))
    orientation = Image.Exif()
    orientation[0x0112] = 6
    picture.save(tmp_path / "a.jpg", exif=orientation)
    seen = read_picture(tmp_path / "a.jpg")
    assert seen.shape == (750, 563)
    assert (seen[:370, 290:].max(), seen[380:].min(), seen[:, :270].min()) == (0, 255, 255)


def png_head(width: int, height: int, depth: int, colour: int) -> bytes:
    """A PNG of any size in few bytes: its pixels break off."""
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)), (b"IDAT", b"x\x9c"))
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


TOO_LARGE = {
    "41 million pixels in colour": (6400, 6400, 8, 2),
    "161 million pixels in grey": (12_700, 12_700, 8, 0),
    "81 million pixels of 16 bits": (9000, 9000, 16, 0),
    "a long row": (65_537, 1, 8, 0),
    "a high column": (1, 65_537, 1, 0),
    "more than Pillow opens": (2**31 - 1, 2**31 - 1, 8, 2),
}


@pytest.mark.parametrize("case", TOO_LARGE)
def test_what_is_too_large_is_told_before_it_is_decoded(tmp_path: Path, case: str):
    (tmp_path / "a.png").write_bytes(png_head(*TOO_LARGE[case]))
    with pytest.raises(InputError) as refused:
        bounded_picture(tmp_path / "a.png")
    assert str(refused.value) == f"{tmp_path / 'a.png'}: the picture is too large; 1,024 x 1,024 pixels are enough"


@pytest.mark.parametrize(
    ("shape", "depth", "colour"), [((6300, 6300), 8, 2), ((12_600, 12_600), 8, 0), ((65_536, 1), 1, 0)]
)
def test_what_is_just_small_enough_is_decoded(tmp_path: Path, shape: tuple[int, int], depth: int, colour: int):
    (tmp_path / "a.png").write_bytes(png_head(*shape, depth, colour))
    with pytest.raises(InputError, match="the picture cannot be read: "):
        bounded_picture(tmp_path / "a.png")


def test_a_progressive_photo_is_counted_at_its_whole_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    Image.new("RGB", (2100, 2100)).save(tmp_path / "plain.jpg")
    Image.new("RGB", (2100, 2100)).save(tmp_path / "progressive.jpg", progressive=True)
    monkeypatch.setattr(bounded_pictures, "MOST", 10_000_000)
    assert bounded_picture(tmp_path / "plain.jpg").size == (525, 525)
    with pytest.raises(InputError, match="too large"):
        bounded_picture(tmp_path / "progressive.jpg")


@pytest.mark.parametrize(("most", "fits"), [(256, True), (255, False)])
def test_a_picture_of_as_many_bytes_as_may_be_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, fits: bool
):
    Image.new("L", (16, 16)).save(tmp_path / "a.png")
    monkeypatch.setattr(bounded_pictures, "MOST", most)
    if fits:
        assert bounded_picture(tmp_path / "a.png").size == (16, 16)
    else:
        with pytest.raises(InputError, match="too large"):
            bounded_picture(tmp_path / "a.png")


def test_pillow_warns_of_no_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder):
    Image.new("L", (16, 16)).save(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 200)
    assert bounded_picture(tmp_path / "a.png").size == (16, 16)
    assert not recwarn.list


# getrusage would count the parent's memory before exec
MEASURE = """
import re, sys
from pathlib import Path
from compare.data.own_picture import prepare, read_picture
from compare.errors import InputError
try:
    prepare(read_picture(Path(sys.argv[1])), 28)
except InputError as error:
    print(error)
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""


# As large as is read: mode, size, file and its options.
LARGE = {
    "png in colour": ("RGB", (6300, 6300), "a.png", {}),
    "png with transparency": ("RGBA", (6300, 6300), "a.png", {}),
    "png in grey": ("L", (12_600, 12_600), "a.png", {}),
    "png of two colours": ("1", (12_600, 12_600), "a.png", {}),
    "png of 16 bits": ("I;16", (8900, 8900), "a.png", {}),
    "gif": ("P", (12_600, 12_600), "a.gif", {}),
    "tiff": ("RGB", (4400, 4400), "a.tif", {"compression": "tiff_lzw"}),
    "tiff of floats": ("F", (4400, 4400), "a.tif", {"compression": "tiff_adobe_deflate"}),
    "webp": ("RGB", (3100, 3100), "a.webp", {}),
    "jpeg": ("RGB", (13_300, 13_300), "a.jpg", {}),
    "progressive jpeg": ("L", (8800, 8800), "a.jpg", {"progressive": True}),
}


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much memory was used at most")
@pytest.mark.parametrize("case", LARGE)
def test_no_picture_takes_more_than_300_mb(tmp_path: Path, root: Path, case: str):
    mode, size, name, options = LARGE[case]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Image, "MAX_IMAGE_PIXELS", None)
        picture = Image.new(mode, size)
        picture.paste(1, (0, 0, 2000, 2000)) if mode in "LPF1I;16" else picture.paste("red", (0, 0, 2000, 2000))
        picture.save(tmp_path / name, **options)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, tmp_path / name], cwd=root, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "too large" not in done.stdout
    most = int(done.stdout.split()[-1])
    print(f"{most} MB")
    assert most < 300
