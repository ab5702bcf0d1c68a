"""Pictures of any size and depth: what is large is reduced or refused, what is deep is scaled, nothing is started."""

import io
import os
import struct
import subprocess
import sys
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import EpsImagePlugin, Image, TiffImagePlugin

from compare.data import bounded_pictures
from compare.data.bounded_pictures import SIDE, bounded_picture
from compare.data.own_picture import read_picture
from compare.errors import InputError

RAMP = np.linspace(0, 1, 256).reshape(16, 16)


def saved(path: Path, array: np.ndarray, **options: object) -> Path:
    Image.fromarray(array).save(path, **options)
    return path


DEEP = {
    "16 bits, png": ("a.png", np.rint(RAMP * 65535).astype(np.uint16)),
    "16 bits, tiff": ("a.tif", np.rint(RAMP * 65535).astype(np.uint16)),
    "16 bits, pgm": ("a.pgm", np.rint(RAMP * 65535).astype(np.uint16)),
    "32 bits, tiff": ("a.tif", np.rint(RAMP * 4e9 - 2e9).astype(np.int32)),
    "32 bits, small numbers": ("a.tif", np.rint(RAMP * 255 + 70_000).astype(np.int32)),
    "floats in 0 ... 1": ("a.tif", RAMP.astype(np.float32)),
    "floats in 0 ... 255": ("a.tif", (RAMP * 255).astype(np.float32)),
    "floats, negative": ("a.tif", (RAMP * 2e-3 - 1e-3).astype(np.float32)),
    "floats, huge": ("a.tif", (RAMP * 6e38 - 3e38).astype(np.float32)),
    "floats, pfm": ("a.pfm", RAMP.astype(np.float32)),
}


@pytest.mark.parametrize("case", DEEP)
def test_deep_pixels_are_scaled_to_the_whole_range(tmp_path: Path, case: str):
    name, array = DEEP[case]
    seen = read_picture(saved(tmp_path / name, array))
    np.testing.assert_array_equal(seen, np.arange(256).reshape(16, 16))


@pytest.mark.parametrize("size", [3, 1500])
def test_16_bits_are_scaled_by_all_of_their_range(tmp_path: Path, size: int):
    """A dark picture stays dark, whether it is reduced or not."""
    array = np.full((size, size), 200 * 257, np.uint16)
    array[: size // 3] = 50 * 257 + 100
    seen = read_picture(saved(tmp_path / "a.png", array))
    assert set(np.unique(seen)) == {50.0, 200.0}


def tiff(path: Path, values: np.ndarray, order: str, sample_format: int) -> Path:
    """A picture (H, W) in one strip, by hand: Pillow writes only some of these."""
    height, width = values.shape
    data = values.astype(values.dtype.newbyteorder(order)).tobytes()
    tags = {256: width, 257: height, 258: 8 * values.itemsize, 259: 1, 262: 1, 273: 8, 277: 1, 278: height}
    tags |= {279: len(data), 339: sample_format}
    entries = b"".join(struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in tags.items())
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8 + len(data))
    path.write_bytes(head + data + struct.pack(f"{order}H", len(tags)) + entries + bytes(4))
    return path


@pytest.mark.parametrize(
    ("dtype", "order", "sample_format"),
    [
        ("uint16", "<", 1), ("uint16", ">", 1), ("int16", "<", 2), ("int16", ">", 2),
        ("int32", "<", 2), ("int32", ">", 2), ("uint32", "<", 1), ("float32", "<", 3), ("float32", ">", 3),
    ],
)  # fmt: skip
def test_every_kind_of_number_in_either_byte_order(tmp_path: Path, dtype: str, order: str, sample_format: int):
    low, high = (0, 1) if dtype == "float32" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    values = np.array([[low, high], [high, low]], dtype)
    assert read_picture(tiff(tmp_path / "a.tif", values, order, sample_format)).tolist() == [[0, 255], [255, 0]]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_told(tmp_path: Path, value: float):
    array = RAMP.astype(np.float32)
    array[3, 4] = value
    with pytest.raises(InputError, match=r"a\.tif: the picture cannot be read: it has pixels that are not finite"):
        read_picture(saved(tmp_path / "a.tif", array))


@pytest.mark.parametrize("value", [0.0, 1e30, -5.0])
def test_floats_of_one_value_are_of_one_colour(tmp_path: Path, value: float):
    assert np.ptp(read_picture(saved(tmp_path / "a.tif", np.full((9, 9), value, np.float32)))) == 0


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


def test_a_photo_of_many_scans_is_told(tmp_path: Path):
    saved(tmp_path / "a.jpg", RAMP.astype(np.uint8), progressive=True)
    content = (tmp_path / "a.jpg").read_bytes()
    first = content.index(b"\xff\xda")
    second = content.index(b"\xff\xda", first + 2)
    usual = content.count(b"\xff\xda")
    assert 1 < usual <= 20
    for scans, refused in ((100, False), (101, True)):
        many = content[:second] + content[first:second] * (scans - usual) + content[second:]
        (tmp_path / "a.jpg").write_bytes(many)
        if refused:
            with pytest.raises(InputError, match="the picture cannot be read: it has too many scans"):
                bounded_picture(tmp_path / "a.jpg")
        else:
            assert bounded_picture(tmp_path / "a.jpg").size == (16, 16)


def test_tags_of_tiff_that_share_their_bytes_are_told(tmp_path: Path):
    """A file of 1 MB that asks for 1 GB."""
    count, shared = 1000, bytes(10**6)
    entries = b"".join(struct.pack("<HHII", 40_000 + n, 7, len(shared), 8) for n in range(count))
    head = b"II" + struct.pack("<HI", 42, 8 + len(shared))
    (tmp_path / "a.tif").write_bytes(head + shared + struct.pack("<H", count) + entries + bytes(4))
    tracemalloc.start()
    with pytest.raises(InputError, match=r"a\.tif: "):
        bounded_picture(tmp_path / "a.tif")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 5 * 10**7


OTHERS = {
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n",
    "fits": b"SIMPLE  =                    T" + b" " * 2850,
    "wmf": bytes.fromhex("d7cdc69a") + bytes(80),
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "pdf": b"%PDF-1.4\n",
}


@pytest.mark.parametrize("kind", OTHERS)
def test_formats_that_start_programs_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str):
    Image.init()
    for plugin in ("EPS", "WMF"):
        assert plugin in Image.OPEN
    started = []
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *_, **__: started.append(1))
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: started.append(1))
    # the ending of another kind does not help
    (tmp_path / "a.png").write_bytes(OTHERS[kind])
    with pytest.raises(InputError, match=r"a\.png: not a picture that can be read; save it as PNG or JPEG$"):
        bounded_picture(tmp_path / "a.png")
    assert not started


@pytest.mark.parametrize(
    "error", [SyntaxError("odd\nlines"), ValueError(), struct.error("short"), EOFError(), MemoryError()]
)
def test_whatever_pillow_raises_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception):
    def fail(*_: object, **__: object) -> None:
        raise error

    saved(tmp_path / "a.png", RAMP.astype(np.uint8))
    monkeypatch.setattr(Image, "open", fail)
    with pytest.raises(InputError) as refused:
        bounded_picture(tmp_path / "a.png")
    reason = "odd" if isinstance(error, SyntaxError) else str(error) or type(error).__name__
    assert str(refused.value) == f"{tmp_path / 'a.png'}: the picture cannot be read: {reason}"


def damaged_tiff(path: Path) -> Path:
    """A picture of which libtiff complains."""
    stream = io.BytesIO()
    Image.fromarray(np.tile(RAMP, (20, 20)).astype(np.float32)).save(stream, "tiff", compression="tiff_adobe_deflate")
    content = bytearray(stream.getvalue())
    strip = content.index(b"x\x9c") if b"x\x9c" in content else 8
    content[strip + 2 : strip + 40] = bytes(38)
    path.write_bytes(content)
    return path


def test_what_libtiff_complains_of_is_not_shown(tmp_path: Path, capfd: pytest.CaptureFixture):
    path = damaged_tiff(tmp_path / "a.tif")
    with pytest.raises(OSError, match="-"), Image.open(path) as picture:
        picture.load()
    assert "Decode: " in capfd.readouterr().err  # or there would be nothing to hide
    with pytest.raises(InputError, match="the picture cannot be read"):
        bounded_picture(path)
    assert capfd.readouterr().err == ""
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"


def test_stderr_may_be_closed(tmp_path: Path, root: Path):
    path = saved(tmp_path / "a.png", RAMP.astype(np.uint8))
    code = (
        "import os, sys; os.close(2); from compare.data.bounded_pictures import *; bounded_picture(Path(sys.argv[1]))"
    )
    assert subprocess.run([sys.executable, "-c", code, path], cwd=root, timeout=60).returncode == 0


def test_pillow_warns_of_no_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder):
    path = saved(tmp_path / "a.png", RAMP.astype(np.uint8))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 200)
    assert bounded_picture(path).size == (16, 16)
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


def test_the_tags_of_tiff_are_those_of_pillow():
    assert (bounded_pictures.SAMPLE_FORMAT, bounded_pictures.ORIENTATION) == (TiffImagePlugin.SAMPLEFORMAT, 0x0112)
