"""Data sets that torchvision reads and downloads, in a process of its own: see fetch.py."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compare.data.dataset import Dataset
from compare.data.folders import data_root
from compare.errors import InputError


def load_with_torchvision(name: str, root: Path | None) -> Dataset:
    """Any data set that compare/data/fetch.py knows; downloaded once."""
    arrays = fetched(name, data_root(root))
    train, test = ((arrays[f"{part}_images"], arrays[f"{part}_labels"]) for part in ("train", "test"))
    names = tuple(arrays["names"].tolist())
    return Dataset(name, train, test, classes=len(names), names=names)


def fetched(name: str, root: Path) -> dict[str, NDArray]:
    """The arrays that `fetch.fetch` returns, from a process that has ended. Raises InputError if it failed."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "data.npz")
        command = [sys.executable, "-P", str(Path(__file__).with_name("fetch.py")), name, str(root), str(out)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            reason = (done.stdout.strip().splitlines() or ["it broke off"])[-1].rstrip(":")
            raise InputError(f"{name}: not whole in {root}, no download ({reason}); see --data-root, or take mnist5k")
        with np.load(out, allow_pickle=False) as arrays:
            return dict(arrays)
