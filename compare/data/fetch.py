"""Read a data set with torchvision, downloading it if it is missing; run as a process of its own.

    python -P compare/data/fetch.py NAME ROOT OUT.npz

So training by hand never imports torch, and a download that breaks off breaks nothing else. The download goes to a
folder beside its place and is moved there when it is whole. Progress is shown on stderr; a failure ends with exit
code 1 and its reason as the last line of stdout.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import torchvision.datasets
from numpy.typing import NDArray
from torchvision.datasets.utils import check_integrity

# name: (class of torchvision, its options besides root, train and download)
TORCHVISION_SETS: dict[str, tuple[str, dict[str, str]]] = {
    "mnist": ("MNIST", {}),
    "fashion-mnist": ("FashionMNIST", {}),
    "kmnist": ("KMNIST", {}),
    "emnist-letters": ("EMNIST", {"split": "letters"}),
    "emnist-balanced": ("EMNIST", {"split": "balanced"}),
    "usps": ("USPS", {}),
    "cifar10": ("CIFAR10", {}),
    "cifar100": ("CIFAR100", {}),
}


def read(name: str, root: Path, *, download: bool) -> dict[str, NDArray]:
    """Images (N, H, W) or (N, C, H, W) and labels (N,) of both parts, and the names of the classes.

    Raises RuntimeError if the files are not there and may not be downloaded.
    """
    kind, options = TORCHVISION_SETS[name]
    if kind == "USPS" and not download:
        _check_usps(root)
    arrays: dict[str, NDArray] = {}
    for part, train in (("train", True), ("test", False)):
        data = getattr(torchvision.datasets, kind)(str(root), train=train, download=download, **options)
        images, labels = np.asarray(data.data), np.asarray(data.targets)
        if images.ndim == 4:
            # colour comes last in the file and first in a tensor of ToTensor
            images = images.transpose(0, 3, 1, 2)
        if kind == "EMNIST":
            # its images lie on their side, and its letters are counted from 1
            images, labels = images.transpose(0, 2, 1), labels - (name == "emnist-letters")
        arrays |= {f"{part}_images": images, f"{part}_labels": labels}
    names = [str(label) for label in getattr(data, "classes", range(10)) if label != "N/A"]
    return arrays | {"names": np.array(names)}


def _check_usps(root: Path) -> None:
    """Raise RuntimeError for other files than the original: torchvision unpacks what is there, however large."""
    for _, name, md5 in torchvision.datasets.USPS.split_list.values():
        if not check_integrity(str(root / name), md5):
            raise RuntimeError(f"{name} not found, or not the original")


def fetch(name: str, root: Path) -> dict[str, NDArray]:
    """What `read` returns, from root if it is there, else from a download that root keeps."""
    try:
        return read(name, root, download=False)
    except RuntimeError:
        print(f"downloading {name} to {root}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(dir=root, prefix=".download-") as folder:
        arrays = read(name, Path(folder), download=True)
        for file in (path for path in Path(folder).rglob("*") if path.is_file()):
            place = root / file.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, place)
    return arrays


if __name__ == "__main__":
    try:
        np.savez(sys.argv[3], **fetch(sys.argv[1], Path(sys.argv[2])))  # type: ignore[arg-type]
    except Exception as error:
        print(str(error).strip().splitlines()[0] if str(error).strip() else repr(error))
        sys.exit(1)
