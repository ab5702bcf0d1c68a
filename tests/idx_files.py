"""Small IDX files in MNIST's layout, and ways to spoil them."""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CODES = {"uint8": 0x08, "int8": 0x09, "int16": 0x0B, "int32": 0x0C, "float32": 0x0D, "float64": 0x0E}

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


def idx_bytes(array: NDArray) -> bytes:
    """An array in IDX format."""
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, CODES[array.dtype.name], array.ndim, *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def arrays() -> dict[str, NDArray]:
    """Sixty training and twenty test images of 4 x 4 pixels, of ten classes, by file name."""
    random = np.random.default_rng(9)
    images, labels = random.integers(0, 256, (80, 4, 4)), np.arange(80) % 10
    return {
        TRAIN_IMAGES: images[:60].astype(np.uint8),
        TRAIN_LABELS: labels[:60].astype(np.uint8),
        TEST_IMAGES: images[60:].astype(np.uint8),
        TEST_LABELS: labels[60:].astype(np.uint8),
    }


def write_mnist(root: Path, **replaced: NDArray | bytes) -> Path:
    """Write the four files under root/MNIST/raw, some replaced (by their constant's name), and return root."""
    folder = root / "MNIST" / "raw"
    folder.mkdir(parents=True)
    content = arrays() | {globals()[name]: value for name, value in replaced.items()}
    for name, value in content.items():
        (folder / name).write_bytes(value if isinstance(value, bytes) else idx_bytes(value))
    return root
