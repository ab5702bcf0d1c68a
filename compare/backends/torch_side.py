"""`torch_impl` as a side of the comparison; the one file of this folder that needs PyTorch."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

import torch_impl
from compare.backends.devices import Device
from compare.backends.memory_order import Order
from compare.backends.protocol import State, Tally, Trainable
from compare.backends.timing import timed
from scratch import Evaluation, Rows, Step, Velocity


class TorchSide:
    """`torch_impl` in training. See Side.

    device: of PyTorch; or `cuda-graph`, where `epoch` takes its steps as CUDA graphs.
    """

    def __init__(self, problem: Trainable, dtype: str, device: str = "cpu"):
        self._as_graphs, device = device == Device.cuda_graph, device.removesuffix("-graph")
        self.model = torch_impl.SoftmaxRegression(*problem.start(dtype)).to(device)
        self.train = torch_impl.Images(*problem.train, self.model.dtype, device)
        self.optimizer = torch_impl.sgd(self.model, **problem.chosen.descent)
        self.seconds, self._keeps_quantities = 0.0, False
        self._on_cpu = device == "cpu"
        self._forget_graphs()

    def epoch(self, batches: Iterable[NDArray]) -> Iterator[Any]:
        """See Side."""
        by_graphs = self._graphs and self._graphs.epoch(batches)
        return timed(self, by_graphs or torch_impl.epoch(self.model, self.optimizer, self.train, batches))

    def _forget_graphs(self) -> None:
        """What was recorded is of other tensors."""
        self._graphs = torch_impl.Graphs(self.model, self.optimizer, self.train) if self._as_graphs else None

    def tally(self, done: Any) -> Tally:
        """See Side; on another device the numbers stay there, unless every quantity of a step is read anyway."""
        loss, hits = done.L.detach(), torch_impl.hits(done.Z, done.y)
        if self._on_cpu or self._keeps_quantities:
            return Tally(loss.item(), int(hits), len(done.y))
        return Tally(loss, hits, len(done.y))

    def keep_quantities(self) -> None:
        """See Side; the gradient of the logits, which backward drops otherwise, costs 4 % of the time of a step."""
        if not self._keeps_quantities:
            self.model.register_forward_hook(_keep_gradient)
            self._keeps_quantities = True
            self._forget_graphs()

    def quantities(self, done: Any) -> Step:
        """See Side."""
        X, y, Z, L = done
        linear = self.model.linear
        # F.cross_entropy keeps its log-probabilities to itself; this is the function it calls
        logP = torch.log_softmax(Z.detach(), dim=1)
        gradients: tuple[Any, ...] = Z.grad, linear.weight.grad, linear.bias.grad  # None before a first step only
        tensors = X, y, Z, logP, L, *gradients, linear.weight, linear.bias
        return Step._make(tensor.detach().cpu().numpy() for tensor in tensors)

    def step(self, index: NDArray) -> Step:
        """See Side."""
        self.keep_quantities()
        return self.quantities(torch_impl.step(self.model, self.optimizer, *self.train[index]))

    def state(self) -> State:
        """See Side."""
        velocity = torch_impl.velocity(self.model, self.optimizer)
        W, b = self.model.weight, self.model.bias
        return State(_array(W), _array(b), velocity and Velocity(*map(_array, velocity)))

    def start_from(self, state: State) -> None:
        """See Side."""
        weights = {name: torch.from_numpy(np.array(array)) for name, array in (("weight", state.W), ("bias", state.b))}
        self.model.linear.load_state_dict(weights)
        torch_impl.set_velocity(self.model, self.optimizer, state.velocity)
        self._forget_graphs()

    def use_rate(self, lr: float) -> None:
        """See Side."""
        self.optimizer.param_groups[0]["lr"] = lr
        self._forget_graphs()

    def lay_out(self, order: Order) -> None:
        """See Side; PyTorch's functions choose the order of their tensors."""

    def evaluate(self, images: NDArray | Rows, labels: NDArray) -> Evaluation:
        """See Side."""
        return Evaluation(*torch_impl.evaluate(self.model, images, labels))

    def logits(self, images: NDArray | Rows) -> NDArray:
        """See Side."""
        return _array(torch_impl.all_logits(self.model, images))

    def loss(self, Z: NDArray, labels: NDArray) -> tuple[NDArray, float]:
        """See Side."""
        where = self.model.device
        logits, y = torch.from_numpy(Z).to(where), torch.from_numpy(np.asarray(labels, np.int64)).to(where)
        return _array(torch.log_softmax(logits, dim=1)), torch.nn.functional.cross_entropy(logits, y).item()


def _array(tensor: Tensor) -> NDArray:
    return tensor.cpu().numpy().copy()


def _keep_gradient(_module: nn.Module, _inputs: tuple[Tensor, ...], Z: Tensor) -> None:
    if Z.requires_grad:
        Z.retain_grad()
