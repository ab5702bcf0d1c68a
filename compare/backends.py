"""What the harness needs of a backend: one step at a time, with every quantity in view.

Each side is a thin shell around the functions its `fit` calls; no step is written a second time here.
Nothing is imported before it is asked for: `scratch` never waits for PyTorch.
"""

import importlib
import time
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Protocol

from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

import scratch
from compare.errors import InputError
from compare.problem import Problem
from scratch import Equations, Step

MODULES = {"scratch": "scratch", "torch": "torch_impl"}


def module(name: str) -> ModuleType:
    """The package of a backend: SoftmaxRegression, fit, evaluate, accuracy, predict under the same names.

    Raises InputError if the name is unknown.
    """
    if name not in MODULES:
        raise InputError(f"unknown backend {name!r}; known: {', '.join(MODULES)}")
    return importlib.import_module(MODULES[name])


def one_thread() -> AbstractContextManager:
    """Keep the numerical libraries that are loaded so far on one thread each.

    Two reasons. The threads of NumPy's and of PyTorch's pool wait by spinning and starve each other: with two
    threads each on two cores 1,200 steps of the proof took 47 s instead of 2. And the number of threads changes the
    order of summation, so one seed would end in other bits on another machine.
    """
    return threadpool_limits(limits=1)


class Side(Protocol):
    """One backend in the middle of training. `seconds` is the time spent in its own steps."""

    seconds: float

    def step(self, index: NDArray) -> Step:
        """Train on the training images at `index` (N,) and return what was computed, as NumPy arrays."""

    def parameters(self) -> tuple[NDArray, NDArray]:
        """Copies of W (K, D) and b (K,)."""

    def velocity(self) -> list[NDArray] | None:
        """Copies of the velocities of W and b; None before the first step and without momentum."""

    def start_from(self, W: NDArray, b: NDArray, velocity: list[NDArray] | None) -> None:
        """Go on from these parameters, moving at this velocity."""

    def evaluate(self, images: NDArray, labels: NDArray) -> tuple[float, float]:
        """Loss and accuracy."""

    def predict(self, images: NDArray) -> NDArray:
        """Labels (N,)."""


class ScratchSide:
    """`scratch` in training, with any of its six equations replaced."""

    def __init__(self, problem: Problem, dtype: str, equations: Equations = scratch.EQUATIONS):
        self.model = scratch.SoftmaxRegression(*problem.start(dtype))
        self.images, self.labels = problem.train
        self.optimizer = scratch.SGD(**problem.chosen.descent)
        self.equations, self.seconds = equations, 0.0

    def step(self, index: NDArray) -> Step:
        """See Side."""
        began = time.perf_counter()
        self.X, y = scratch.pixels(self.images[index], self.model.dtype), self.labels[index]
        done = scratch.step(self.model, self.optimizer, self.X, y, self.equations)
        self.seconds += time.perf_counter() - began
        return done

    def parameters(self) -> tuple[NDArray, NDArray]:
        """See Side."""
        return self.model.weight.copy(), self.model.bias.copy()

    def velocity(self) -> list[NDArray] | None:
        """See Side."""
        return self.optimizer.velocity and [v.copy() for v in self.optimizer.velocity]

    def start_from(self, W: NDArray, b: NDArray, velocity: list[NDArray] | None) -> None:
        """See Side."""
        self.model.weight, self.model.bias, self.optimizer.velocity = W, b, velocity

    def evaluate(self, images: NDArray, labels: NDArray) -> tuple[float, float]:
        """See Side."""
        return scratch.evaluate(self.model, images, labels, equations=self.equations)

    def predict(self, images: NDArray) -> NDArray:
        """See Side."""
        return scratch.predict(self.model, images, equations=self.equations)


class TorchSide:
    """`torch_impl` in training; a hook keeps the logits and, after backward, their gradient."""

    def __init__(self, problem: Problem, dtype: str):
        import torch

        import torch_impl

        self.impl, self.torch = torch_impl, torch
        self.model = torch_impl.SoftmaxRegression(*problem.start(dtype))
        self.model.register_forward_hook(self._watch)
        self.dataset = torch_impl.Images(*problem.train, self.model.dtype)
        self.optimizer = torch_impl.sgd(self.model, **problem.chosen.descent)
        self.seconds = 0.0

    def _watch(self, _module, _inputs, Z) -> None:
        if Z.requires_grad:
            Z.retain_grad()
            self.Z = Z

    def step(self, index: NDArray) -> Step:
        """See Side. The views of W, b and their gradients are good until the next step."""
        began = time.perf_counter()
        _, L = self.impl.step(self.model, self.optimizer, *self.dataset[index])
        self.seconds += time.perf_counter() - began
        Z, linear = self.Z.detach(), self.model.linear
        # F.cross_entropy keeps its log-probabilities to itself; this is the function it calls
        logP = self.torch.log_softmax(Z, dim=1)
        gradients = self.Z.grad, linear.weight.grad, linear.bias.grad
        tensors = (Z, logP, L, *gradients, linear.weight, linear.bias)
        return Step(*(tensor.detach().numpy() for tensor in tensors))

    def parameters(self) -> tuple[NDArray, NDArray]:
        """See Side."""
        return (
            self.model.linear.weight.detach().numpy().copy(),
            self.model.linear.bias.detach().numpy().copy(),
        )

    def velocity(self) -> list[NDArray] | None:
        """See Side."""
        buffers = self.impl.velocity(self.model, self.optimizer)
        return buffers and [buffer.numpy().copy() for buffer in buffers]

    def start_from(self, W: NDArray, b: NDArray, velocity: list[NDArray] | None) -> None:
        """See Side."""
        tensors = {"weight": self.torch.from_numpy(W), "bias": self.torch.from_numpy(b)}
        self.model.linear.load_state_dict(tensors)
        self.impl.set_velocity(self.model, self.optimizer, velocity)

    def evaluate(self, images: NDArray, labels: NDArray) -> tuple[float, float]:
        """See Side."""
        return self.impl.evaluate(self.model, images, labels)

    def predict(self, images: NDArray) -> NDArray:
        """See Side."""
        return self.impl.predict(self.model, images)
