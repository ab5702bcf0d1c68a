"""What the harness needs of a backend: one step at a time, with every quantity in view.

Each side is a thin shell around the functions its `fit` calls; no step is written a second time here.
Nothing is imported before it is asked for: `scratch` never waits for PyTorch.
"""

import functools
import importlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

import scratch
from compare.attempt import Attempt
from compare.errors import InputError
from compare.problem import Hyperparameters
from scratch import Equations, Step

MODULES = {"scratch": "scratch", "torch": "torch_impl"}


class Trainable(Protocol):
    """What a side needs of a problem: images and labels, initial weights by dtype, and the options of SGD."""

    train: tuple[NDArray, NDArray]
    chosen: Hyperparameters

    def start(self, dtype: str) -> tuple[NDArray, NDArray]:
        """Initial W (K, D) and b (K,)."""


class Side(Protocol):
    """One backend in the middle of training.

    `seconds` is the time spent in its own steps, `X` (N, D) the images of the last one.
    """

    seconds: float
    X: NDArray

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

    def logits(self, images: NDArray) -> NDArray:
        """Logits (N, K)."""


class Backend(NamedTuple):
    """A name for reports, and what makes a side of it for a problem in a dtype, each one from a fresh state."""

    name: str
    side: Callable[[Trainable, str], Side]


def backend(spec: str) -> Backend:
    """`scratch`, `torch`, or the path of a Python file that defines some of the six functions.

    Raises InputError if it is none of these, or the file cannot be used.
    """
    if spec == "scratch":
        return SCRATCH
    if spec == "torch":
        module("torch")  # loaded before its threads are counted
        return TORCH
    if not is_path(spec):
        raise _unknown(spec)
    attempt = Attempt(Path(spec))
    return equations_backend(attempt.name, attempt.equations)


def backend_equations(spec: str, *, nan: bool = True) -> Equations:
    """The equations of `scratch`, or of the file at a path; see Attempt for `nan`. Raises InputError as `backend`."""
    if spec == "scratch":
        return scratch.EQUATIONS
    if not is_path(spec):
        raise _unknown(spec)
    return Attempt(Path(spec)).equations(nan=nan)


def equations_backend(name: str, make: Callable[[], Equations]) -> Backend:
    """`scratch` with other equations; `make` is called for each side, so that none shares another's state."""
    return Backend(name, lambda problem, dtype: ScratchSide(problem, dtype, make()))


def side_name(spec: str) -> str:
    """What a backend is called in reports: its name, or that of its file."""
    return Path(spec).stem if is_path(spec) else spec


def is_path(spec: str) -> bool:
    """True if a backend is given by the path of a file, not by name."""
    return spec.endswith(".py") or "/" in spec or "\\" in spec


def module(name: str) -> ModuleType | SimpleNamespace:
    """What a backend trains with: SoftmaxRegression, fit, evaluate, predict, probabilities under the same names.

    For the path of a file, those of `scratch` with its functions in them. Raises InputError if there is none such.
    """
    if name in MODULES:
        return importlib.import_module(MODULES[name])
    if not is_path(name):
        raise _unknown(name)
    equations = Attempt(Path(name)).equations(nan=False)
    functions = (scratch.fit, scratch.evaluate, scratch.predict, scratch.probabilities)
    replaced = {function.__name__: functools.partial(function, equations=equations) for function in functions}
    return SimpleNamespace(SoftmaxRegression=scratch.SoftmaxRegression, equations=equations, **replaced)


def threads(number: int) -> AbstractContextManager:
    """Keep the numerical libraries that are loaded so far on this many threads each.

    One is best, for two reasons. The threads of NumPy's and of PyTorch's pool wait by spinning and starve each other:
    with two threads each on two cores 1,200 steps of the proof took 47 s instead of 2. And the number of threads
    changes the order of summation, so one seed would end in other bits on another machine.
    """
    return threadpool_limits(limits=number)


class ScratchSide:
    """`scratch` in training, with any of its equations replaced."""

    def __init__(self, problem: Trainable, dtype: str, equations: Equations = scratch.EQUATIONS):
        self.model = scratch.SoftmaxRegression(*problem.start(dtype))
        self.images, self.labels = problem.train
        self.optimizer = scratch.SGD(**problem.chosen.descent)
        self.equations, self.seconds = equations, 0.0

    def step(self, index: NDArray) -> Step:
        """See Side."""
        began = time.perf_counter()
        self.X, y = self.equations.batch(self.images, self.labels, index, self.model.dtype)
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
        self.model.weight, self.model.bias = W.copy(), b.copy()
        self.optimizer.velocity = velocity and [v.copy() for v in velocity]

    def evaluate(self, images: NDArray, labels: NDArray) -> tuple[float, float]:
        """See Side."""
        return scratch.evaluate(self.model, images, labels, equations=self.equations)

    def logits(self, images: NDArray) -> NDArray:
        """See Side."""
        return scratch.all_logits(self.model, images, self.equations)


class TorchSide:
    """`torch_impl` in training; a hook keeps the logits and, after backward, their gradient."""

    def __init__(self, problem: Trainable, dtype: str):
        import torch

        import torch_impl

        self.impl, self.torch = torch_impl, torch
        self.model = torch_impl.SoftmaxRegression(*problem.start(dtype))
        self.model.register_forward_hook(self._watch)
        self.dataset = torch_impl.Images(*problem.train, self.model.dtype)
        self.options = problem.chosen.descent
        self.optimizer = torch_impl.sgd(self.model, **self.options)
        self.seconds = 0.0

    def _watch(self, _module, _inputs, Z) -> None:
        if Z.requires_grad:
            Z.retain_grad()

    def step(self, index: NDArray) -> Step:
        """See Side. The views of W, b and their gradients are good until the next step."""
        began = time.perf_counter()
        X, y = self.dataset[index]
        Z, L = self.impl.step(self.model, self.optimizer, X, y)
        self.seconds += time.perf_counter() - began
        self.X, linear = X.numpy(), self.model.linear
        # F.cross_entropy keeps its log-probabilities to itself; this is the function it calls
        logP = self.torch.log_softmax(Z.detach(), dim=1)
        tensors = (Z, logP, L, Z.grad, linear.weight.grad, linear.bias.grad, linear.weight, linear.bias)
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
        tensors = {name: self.torch.from_numpy(np.array(array)) for name, array in (("weight", W), ("bias", b))}
        self.model.linear.load_state_dict(tensors)
        self.optimizer = self.impl.sgd(self.model, **self.options)
        self.impl.set_velocity(self.model, self.optimizer, velocity)

    def evaluate(self, images: NDArray, labels: NDArray) -> tuple[float, float]:
        """See Side."""
        return self.impl.evaluate(self.model, images, labels)

    def logits(self, images: NDArray) -> NDArray:
        """See Side."""
        return self.impl.all_logits(self.model, images).numpy()


SCRATCH = Backend("scratch", ScratchSide)
TORCH = Backend("torch", TorchSide)


def _unknown(spec: str) -> InputError:
    return InputError(f"unknown backend {spec!r}; known: {', '.join(MODULES)}, or the path of a Python file")
