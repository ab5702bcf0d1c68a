"""From images as they come from the file to X, the batch of a step."""

import numpy as np

from scratch.arrays import Floats, Images, Integers, Rows

# Images in an array, or the rows of one.
Stored = Images | Rows


def pixels(images: Images, dtype: np.dtype) -> Floats:
    """Images as the model sees them: uint8 (N, D) -> X (N, D) in 0 ... 1; floats keep their values.

    A division, because a product with 1/255 rounds differently from torchvision's ToTensor.
    Raises TypeError if they are no array of uint8 or floats.
    """
    return images / dtype.type(255) if images.dtype == np.uint8 else images.astype(dtype)


def batch(images: Stored, labels: Integers, index: Integers, dtype: np.dtype) -> tuple[Floats, Integers]:
    """The images at `index` (N,) as X (N, D), and their labels y (N,).

    Raises TypeError if images are no array of uint8 or floats, or labels or indices no integers.
    """
    index = np.asarray(index)
    if index.ndim != 1 or index.dtype.kind not in "iu":
        raise TypeError(f"a batch must be an array (N,) of integer indices, not {index.shape} of {index.dtype}")
    # take copies whole rows, and needs half the time of images[index]
    return pixels(images.take(index, axis=0), dtype), labels[index]
