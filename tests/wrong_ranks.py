"""Ranks that make the mistakes of compare/bugs/catalogue/ranks.py, each in a process of its own.

The seed of a problem says which: its mistake has this place in `MISTAKES`, counted from FIRST; other seeds have none.
"""

from typing import Any

import torch
import torch.distributed as dist

from compare.backends.parallel_side import ParallelSide
from torch_impl.parallel import Shares, data_parallel

FIRST = 101
# Images of the problems that this is for; they may have more.
FEWEST = 50


def summed_hook(_shares, bucket):
    """The gradients of the ranks, added up."""
    return dist.all_reduce(bucket.buffer(), async_op=True).get_future().then(lambda done: done.value()[0])


def averaged_hook(_shares, bucket):
    """The mean of the gradients of the ranks, as DistributedDataParallel has it unless told otherwise."""
    averaged = bucket.buffer().div_(dist.get_world_size())
    return dist.all_reduce(averaged, async_op=True).get_future().then(lambda done: done.value()[0])


def per_rank_hook(shares, bucket):
    """The gradients of the ranks, added up over the batch size of one of them instead of all."""
    own = bucket.buffer().mul_(shares.own / -(-shares.batch // shares.ranks))
    return dist.all_reduce(own, async_op=True).get_future().then(lambda done: done.value()[0])


class OwnOrder(Shares):
    """The second rank has other images than those that are its share."""

    def of(self, batches: Any) -> Any:
        """As many images."""
        for share in super().of(batches):
            yield (share + 7 * self.rank) % FEWEST


class FirstShare(Shares):
    """Each rank takes its share from the beginning of the batch."""

    def part(self, N: int) -> slice:
        """As many as its share has."""
        share = super().part(N)
        return slice(0, share.stop - share.start)


def with_hook(side: ParallelSide, hook: Any) -> None:
    side.parallel = torch.nn.parallel.DistributedDataParallel(side.model)
    side.parallel.register_comm_hook(side.shares, hook)


def own_bias(side: ParallelSide) -> None:
    with torch.no_grad():
        side.model.linear.bias += 0.01 * side.shares.rank


def with_shares(side: ParallelSide, kind: type[Shares]) -> None:
    side.shares = kind(side.shares.rank, side.shares.ranks)
    side.parallel = data_parallel(side.model, side.shares)


MISTAKES = {
    "summed": lambda side: with_hook(side, summed_hook),
    "averaged": lambda side: with_hook(side, averaged_hook),
    "per rank": lambda side: with_hook(side, per_rank_hook),
    "first share": lambda side: with_shares(side, FirstShare),
    "own order": lambda side: with_shares(side, OwnOrder),
    "own bias": own_bias,
}


def make(problem: Any, dtype: str, device: str) -> ParallelSide:
    """A side with the mistake that the seed names."""
    side = ParallelSide(problem, dtype, device)
    which = problem.chosen.seed - FIRST
    if 0 <= which < len(MISTAKES):
        [*MISTAKES.values()][which](side)
    return side
