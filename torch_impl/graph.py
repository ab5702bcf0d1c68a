"""`epoch` on a CUDA device with each step as a CUDA graph: its kernels are recorded once, and then started all at once.

For a model as small as this one, starting the kernels of a step one by one takes several times as long as they work.
"""

from collections.abc import Iterable, Iterator

import torch
from torch.optim import Optimizer

from torch_impl.data import Array, Images
from torch_impl.model import SoftmaxRegression
from torch_impl.training import Step, step


class Graphs:
    """The steps of one training on a CUDA device, recorded by batch size.

    What is recorded is `step`, on these tensors: it takes a new one after the optimizer's velocity was replaced.
    """

    def __init__(self, model: SoftmaxRegression, optimizer: Optimizer, train: Images):
        self.model, self.optimizer, self.train = model, optimizer, train
        self._stream = torch.cuda.Stream(model.device)
        self._recorded: dict[int, _Recorded | None] = {}

    def epoch(self, batches: Iterable[Array]) -> Iterator[Step]:
        """What `torch_impl.epoch` yields, to the bit; all but L is good until the next step only."""
        for index in batches:
            size = len(index)
            if size not in self._recorded:
                self._recorded[size] = None
                yield self._first(index)
            else:
                recorded = self._recorded[size] or _Recorded(self, size)
                self._recorded[size] = recorded
                yield recorded.step(index)

    def _first(self, index: Array) -> Step:
        # taken as usual, on the stream of the recording: kernels are loaded and the velocity is made before that
        here = torch.cuda.current_stream(self.model.device)
        self._stream.wait_stream(here)
        with torch.cuda.stream(self._stream):
            done = step(self.model, self.optimizer, *self.train[index])
        here.wait_stream(self._stream)
        return done


class _Recorded:
    """`step` for one batch size."""

    def __init__(self, of: Graphs, size: int):
        self._parameters = list(of.model.parameters())
        self._index = torch.zeros(size, dtype=torch.int64, device=of.model.device)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph, stream=of._stream):
            self._done = step(of.model, of.optimizer, *of.train[self._index])
        self._gradients = [parameter.grad for parameter in self._parameters]

    def step(self, index: Array) -> Step:
        """One step on the images at the index."""
        self._index.copy_(torch.from_numpy(index))
        self._graph.replay()
        # a step of another batch size has left its own
        for parameter, gradient in zip(self._parameters, self._gradients, strict=True):
            parameter.grad = gradient
        return self._done._replace(L=self._done.L.clone())
