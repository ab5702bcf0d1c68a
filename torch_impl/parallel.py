"""The same training on several processes, the ranks: each takes its share of every batch, and all take the same step.

The loss of the batch is L = Σ (n_r / N) L_r: rank r has n_r of its N images, and L_r is the mean loss of these. So the
gradient of the batch is that sum of the gradients of the ranks. DistributedDataParallel averages them unless told
otherwise, which is right only where all n_r are equal; `weighted` tells it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed import GradBucket
from torch.futures import Future
from torch.nn.parallel import DistributedDataParallel

from torch_impl.data import Array, Rows
from torch_impl.model import SoftmaxRegression
from torch_impl.training import Evaluation, Step, hits, means, sums


@dataclass
class Shares:
    """What is of one rank, counted from 0, of so many; own and batch: its images in the batch under way, and all."""

    rank: int
    ranks: int
    own: int = 0
    batch: int = 0

    def part(self, N: int) -> slice:
        """Which of N in a row are its own; some shares have one more than others, and some of few are empty."""
        first, end = (-(-rank * N // self.ranks) for rank in (self.rank, self.rank + 1))
        return slice(first, end)

    def of(self, batches: Iterable[Array]) -> Iterator[Array]:
        """Its share of each batch of indices; a batch is under way until the next is asked for."""
        for index in batches:
            share = index[self.part(len(index))]
            self.own, self.batch = len(share), len(index)
            yield share

    @property
    def weight(self) -> float:
        """n_r / N."""
        return self.own / self.batch


def data_parallel(model: SoftmaxRegression, shares: Shares) -> DistributedDataParallel:
    """The model as all ranks train it, from the parameters of rank 0; `step` takes it as it takes the model."""
    parallel = DistributedDataParallel(model)
    parallel.register_comm_hook(shares, weighted)
    return parallel


def weighted(shares: Shares, bucket: GradBucket) -> Future[Tensor]:
    """The gradients of the whole batch: those of each rank times n_r / N, added up.

    A rank without images has gradients of 0, and takes part: the others wait for it.
    """
    summed = dist.all_reduce(bucket.buffer().mul_(shares.weight), async_op=True).get_future()
    result: Future[Tensor] = summed.then(lambda done: done.value()[0])
    return result


def totals(done: Step, shares: Shares) -> tuple[Tensor, Tensor]:
    """Of the step that this rank has just taken on its share: the mean loss of the whole batch, and all hits."""
    # the mean loss of no images is nan; nan times a weight of 0 would still be nan
    loss = shares.weight * done.L.detach().double() if shares.own else torch.zeros_like(done.L, dtype=torch.float64)
    both = torch.stack([loss, hits(done.Z, done.y)])
    dist.all_reduce(both)
    return both[0], both[1]


def evaluate(model: SoftmaxRegression, images: Array | Rows, labels: Array, shares: Shares) -> Evaluation:
    """What `torch_impl.evaluate` returns, each rank having evaluated its share of the images."""
    own = sums(model, images, labels, shares.part(len(labels)))
    both = torch.tensor(own, dtype=torch.float64, device=model.device)
    dist.all_reduce(both)
    return means(both.tolist(), len(labels))
