"""A picture of every format that is read."""

import io
import random
import struct
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from damage import damaged
from PIL import Image
from shape import RANDOM, Format

from compare.data.own_picture import read_picture


def _picture(_folder: Path, mode: str, suffix: str, **options: Any) -> Format:
    stream, array = io.BytesIO(), RANDOM.integers(0, 256, (24, 24, 3)).astype(np.uint8)
    image = Image.fromarray(array)
    if mode in ("I", "F", "I;16"):
        kind = {"I": np.int32, "F": np.float32, "I;16": np.uint16}[mode]
        image = Image.fromarray((array[..., 0] * 257.0).astype(kind))
    else:
        image = image.convert(mode)
    image.save(stream, suffix, **options)
    return Format(f"picture.{suffix}", stream.getvalue(), read_picture)


def png_whole(folder: Path) -> Format:
    """A PNG whose chunks are damaged, each with a checksum that fits."""
    whole = _picture(folder, "RGB", "png")

    def damage(chance: random.Random) -> bytes:
        result, place = bytearray(whole.content[:8]), 8
        while place < len(whole.content):
            length = int.from_bytes(whole.content[place : place + 4], "big")
            kind, data = (whole.content[place + start : place + end] for start, end in ((4, 8), (8, 8 + length)))
            data = damaged(data, chance) if chance.random() < 0.5 else data
            result += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            place += 12 + length
        return bytes(result)

    return whole._replace(damage=damage)


KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "png": ("RGB", "png", {}),
    "png-palette": ("P", "png", {}),
    "png-16": ("I;16", "png", {}),
    "jpeg": ("RGB", "jpeg", {}),
    "jpeg-progressive": ("L", "jpeg", {"progressive": True}),
    "gif": ("P", "gif", {}),
    "bmp": ("RGB", "bmp", {}),
    "ppm": ("RGB", "ppm", {}),
    "webp": ("RGBA", "webp", {"lossless": True}),
    "tiff": ("RGB", "tiff", {}),
    "tiff-lzw": ("RGBA", "tiff", {"compression": "tiff_lzw"}),
    "tiff-16": ("I;16", "tiff", {}),
    "tiff-32": ("I", "tiff", {"compression": "tiff_adobe_deflate"}),
    "tiff-float": ("F", "tiff", {}),
}
PICTURES: dict[str, Callable[[Path], Format]] = {
    "png-whole": png_whole,
    **{name: partial(_picture, mode=mode, suffix=suffix, **options) for name, (mode, suffix, options) in KINDS.items()},
}
