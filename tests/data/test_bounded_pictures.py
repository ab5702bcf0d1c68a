"""Pictures of any depth and format: what is deep is scaled, nothing is started, and what is wrong is one line."""

import io
import os
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import EpsImagePlugin, Image, TiffImagePlugin

from compare.data import bounded_pictures
from compare.data.bounded_pictures import bounded_picture
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
    with pytest.raises(InputError, match=r"a\.png: not a picture that can be read; save it anew as PNG or JPEG$"):
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


def test_the_tags_of_tiff_are_those_of_pillow():
    assert (bounded_pictures.SAMPLE_FORMAT, bounded_pictures.ORIENTATION) == (TiffImagePlugin.SAMPLEFORMAT, 0x0112)
