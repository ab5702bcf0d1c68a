"""How fast both sides are, side by side in one run: ratios travel between machines, times do not.

    python benchmarks/speed.py --data-root FOLDER     (the folder that holds MNIST/raw)

One epoch is 600 steps of batch 100 over all 60,000 training images of MNIST, in float32. Every candidate runs
once a round; a ratio is the median over rounds of two times from the same round.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch.utils.data import DataLoader

import scratch
import torch_impl
from compare import load
from compare.data.folders import DATA_ROOT_VARIABLE

LR, BATCH = 1e-3, 100


def timed(run: Callable[[], None]) -> float:
    """Seconds that `run` takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


class Candidates:
    """The candidates: each a method that trains one epoch, or does a named part of that work."""

    def __init__(self, root: Path):
        self.root = root
        self.images, self.labels = load("mnist", root).train
        self.random = np.random.default_rng(0)
        limit = 1 / np.sqrt(784)
        self.W = self.random.uniform(-limit, limit, (10, 784)).astype(np.float32)
        self.b = self.random.uniform(-limit, limit, 10).astype(np.float32)
        self.X = torch.from_numpy(self.images).to(torch.float32) / 255
        self.y = torch.from_numpy(self.labels)

    def batches(self) -> list[np.ndarray]:
        """One epoch in a new order."""
        return np.split(self.random.permutation(len(self.labels)), len(self.labels) // BATCH)

    def fit(self, package: ModuleType) -> float:
        """Seconds of one epoch inside `fit`: from where it asks for the first epoch's batches to where for the next."""
        order, marks = self.batches(), []

        def epochs() -> Iterator[list[np.ndarray]]:
            marks.append(time.perf_counter())
            yield order
            marks.append(time.perf_counter())

        few = self.images[:BATCH], self.labels[:BATCH]
        package.fit(package.SoftmaxRegression(self.W, self.b), (self.images, self.labels), few, epochs(), LR)
        return marks[1] - marks[0]

    def scratch(self) -> float:
        """scratch.fit."""
        return self.fit(scratch)

    def torch_impl(self) -> float:
        """torch_impl.fit."""
        return self.fit(torch_impl)

    def products(self) -> float:
        """What scratch cannot do without: the gather of the batch as floats, and the two matrix products."""
        dZ, batches = np.ones((BATCH, 10), np.float32), self.batches()

        def run() -> None:
            for index in batches:
                X = scratch.pixels(self.images[index], self.W.dtype)
                X @ self.W.T
                dZ.T @ X

        return timed(run)

    def bare(self) -> float:
        """The shortest eager loop: float tensors in memory, no Dataset, no DataLoader, no report."""
        model = torch_impl.SoftmaxRegression(self.W, self.b)
        optimizer, batches = torch.optim.SGD(model.parameters(), lr=LR), self.batches()

        def run() -> None:
            for index in map(torch.from_numpy, batches):
                optimizer.zero_grad()
                F.cross_entropy(model(self.X[index]), self.y[index]).backward()
                optimizer.step()

        return timed(run)

    def tutorial(self) -> float:
        """The tutorials' loop: a DataLoader that turns image by image into a tensor with ToTensor."""
        data = torchvision.datasets.MNIST(str(self.root), transform=torchvision.transforms.ToTensor())
        loader = DataLoader(data, batch_size=BATCH, shuffle=True)
        model = torch_impl.SoftmaxRegression(self.W, self.b)
        optimizer = torch.optim.SGD(model.parameters(), lr=LR)

        def run() -> None:
            for images, labels in loader:
                optimizer.zero_grad()
                F.cross_entropy(model(images.reshape(-1, 784)), labels).backward()
                optimizer.step()

        return timed(run)


def process(*args: str) -> tuple[float, float]:
    """Seconds and peak memory in MB of `python -m compare ARGS`, run by a process too small to count itself."""
    code = (
        "import resource, subprocess, sys, time\n"
        "began = time.perf_counter()\n"
        f"subprocess.run([sys.executable, '-m', 'compare', *{args!r}], check=True, capture_output=True)\n"
        "print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak / (1e6 if sys.platform == "darwin" else 1e6 / 1024)


def main() -> None:
    """Time them all and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", default=os.environ.get(DATA_ROOT_VARIABLE), type=Path)
    parser.add_argument("--rounds", default=5, type=int)
    options = parser.parse_args()
    if options.data_root is None:
        parser.error(f"full MNIST is needed: give --data-root or set {DATA_ROOT_VARIABLE}")
    one_epoch = Candidates(options.data_root)
    # NumPy last: its idle threads spin for a while, and would slow what comes after them
    candidates = [one_epoch.torch_impl, one_epoch.bare, one_epoch.tutorial, one_epoch.products, one_epoch.scratch]
    for candidate in candidates:
        candidate()  # warm up
    rounds = [{c.__name__: c() for c in candidates} for _ in range(options.rounds)]

    def ratio(slow: str, fast: str) -> float:
        return statistics.median(times[slow] / times[fast] for times in rounds)

    print(f"one epoch of MNIST, batch 100, float32; medians of {options.rounds} rounds on {os.cpu_count()} cores")
    for c in candidates:
        print(f"  {c.__name__:<11}{statistics.median(times[c.__name__] for times in rounds):8.3f} s   {c.__doc__}")
    print("ratios")
    print(f"  tutorial / scratch     {ratio('tutorial', 'scratch'):6.1f}   (at least 40)")
    print(f"  scratch / products     {ratio('scratch', 'products'):6.2f}   (at most 1.8)")
    print(f"  tutorial / torch_impl  {ratio('tutorial', 'torch_impl'):6.1f}   (at least 10)")
    print(f"  torch_impl / bare      {ratio('torch_impl', 'bare'):6.2f}   (at most 1.2)")
    print("whole processes")
    seconds, peak = process("train", "--backend", "scratch", "--data", "mnist", "--data-root", str(options.data_root))
    print(f"  train --backend scratch --data mnist  {seconds:6.2f} s  {peak:4.0f} MB at most  (under 200 MB)")
    print(f"  prove                                 {process()[0]:6.2f} s  (under 30 s)")
    print(f"  --help                                {process('--help')[0]:6.2f} s  (under 0.5 s)")


if __name__ == "__main__":
    main()
