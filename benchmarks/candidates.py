"""The loops that `speed.py` times: each trains one epoch of MNIST, or does a named part of that work."""

import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
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
from scratch.training import UNCHECKED

LR, BATCH = 1e-3, 100


def timed(run: Callable[[], object]) -> float:
    """Seconds that `run` takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


class Candidates:
    """Each method returns the seconds of one epoch: 600 steps of batch 100 over 60,000 images, in float32."""

    def __init__(self, root: Path):
        self.images, self.labels = load("mnist", root).train
        # it raises RuntimeError for files that only we read
        self.tutorial_data = torchvision.datasets.MNIST(str(root), transform=torchvision.transforms.ToTensor())
        self.random = np.random.default_rng(0)
        limit = 1 / np.sqrt(784)
        self.W = self.random.uniform(-limit, limit, (10, 784)).astype(np.float32)
        self.b = self.random.uniform(-limit, limit, 10).astype(np.float32)
        self.X = torch.tensor(self.images, dtype=torch.float32) / 255
        self.y = torch.tensor(self.labels)

    def all(self) -> list[Callable[[], float]]:
        """In the order in which a round runs them; jax where it is installed."""
        found = [self.torch_impl, self.bare, self.tutorial]
        if find_spec("jax"):
            self._jax = jax_epoch(self.images, self.labels)
            found.append(self.jax)
        # NumPy last: its idle threads spin for a while, and would slow what comes after them
        return [*found, self.products, self.scratch]

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
                X, _ = UNCHECKED.batch(self.images, self.labels, index, self.W.dtype)
                X @ self.W.T
                dZ.T @ X

        return timed(run)

    def bare(self) -> float:
        """The shortest eager loop of PyTorch: float tensors in memory, no Dataset, no DataLoader, no report."""
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
        loader = DataLoader(self.tutorial_data, batch_size=BATCH, shuffle=True)
        model = torch_impl.SoftmaxRegression(self.W, self.b)
        optimizer = torch.optim.SGD(model.parameters(), lr=LR)

        def run() -> None:
            for images, labels in loader:
                optimizer.zero_grad()
                F.cross_entropy(model(images.reshape(-1, 784)), labels).backward()
                optimizer.step()

        return timed(run)

    def jax(self) -> float:
        """JAX: the whole epoch as one lax.scan under jax.jit, on the same uint8 images."""
        order = np.stack(self.batches())
        return timed(lambda: self._jax(self.W, self.b, order))


def jax_epoch(images: np.ndarray, labels: np.ndarray) -> Callable[[np.ndarray, np.ndarray, np.ndarray], None]:
    """Weights W (K, D), b (K,) and the order of an epoch (steps, N) -> train that epoch, and wait for its end."""
    import jax
    import jax.numpy as jnp

    pixels, classes = jnp.asarray(images), jnp.asarray(labels)

    def loss(parameters: tuple, X: "jax.Array", y: "jax.Array") -> tuple:
        W, b = parameters
        Z = X @ W.T + b
        return -jax.nn.log_softmax(Z)[jnp.arange(len(y)), y].mean(), (Z.argmax(axis=1) == y).sum()

    def step(parameters: tuple, index: "jax.Array") -> tuple:
        X, y = pixels[index] / jnp.float32(255), classes[index]
        (L, hits), gradients = jax.value_and_grad(loss, has_aux=True)(parameters, X, y)
        return tuple(w - LR * g for w, g in zip(parameters, gradients, strict=True)), (L, hits)

    train = jax.jit(lambda parameters, order: jax.lax.scan(step, parameters, order))
    return lambda W, b, order: jax.block_until_ready(train((W, b), order))
