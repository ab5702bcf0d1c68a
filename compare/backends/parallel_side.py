"""`torch_impl` in training on several processes, as one of them: its ranks are one side together."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import torch
import torch.distributed as dist
from numpy.typing import NDArray
from torch.distributed.rendezvous import rendezvous

import torch_impl
from compare.backends.devices import Device
from compare.backends.launched import RankError, found_in, is_first_to_tell, wait_for_all, why_all_end
from compare.backends.protocol import Backend, State, Tally, Trainable
from compare.backends.timing import timed
from compare.backends.torch_side import TorchSide
from compare.errors import InputError
from compare.problem import Problem, checksum
from compare.rank import place
from compare.signals import ignore_signals
from scratch import Evaluation, Rows, Step
from torch_impl.parallel import Shares, data_parallel, evaluate, totals

# Seconds that a rank waits for the others, as where one of them reads slowly.
WAITS = 300


class Shared(NamedTuple):
    """A step on a share: n_r / N, and the tally of the whole batch."""

    own: torch_impl.Step
    weight: float
    tally: Tally


class ParallelSide(TorchSide):
    """One of the ranks. All of them call the same methods in the same order: most of these wait for the others.

    Losses, hits and evaluations are those of all images; quantities and logits those of its share.
    Raises InputError if the ranks are not given the same, RankError if one of them has ended.
    """

    def __init__(self, problem: Trainable, dtype: str, device: str = "cpu"):
        super().__init__(problem, dtype, device)
        images, labels = problem.train
        given = {"options": repr(problem.chosen), "labels": checksum(labels), "images": checksum(images)}
        _check_alike(given | {"initial weights": checksum(*problem.start(dtype))} | _evaluated(problem))
        self.shares = Shares(dist.get_rank(), dist.get_world_size())
        with _together():
            self.parallel = data_parallel(self.model, self.shares)

    def epoch(self, batches: Iterable[NDArray]) -> Iterator[Shared]:
        """See Side."""
        return timed(self, self._steps(batches))

    def _steps(self, batches: Iterable[NDArray]) -> Iterator[Shared]:
        own = self.shares.of(batches)
        with _together():
            for done in torch_impl.epoch(self.parallel, self.optimizer, self.train, own):
                tally = Tally(*totals(done, self.shares), self.shares.batch)
                if self._on_cpu or self._keeps_quantities:
                    tally = Tally(float(tally.loss), int(tally.hits), tally.images)
                yield Shared(done, self.shares.weight, tally)

    def tally(self, done: Shared) -> Tally:
        """See Side."""
        return done.tally

    def quantities(self, done: Shared) -> Step:
        """See Side. Of the images of its share; dZ is that of the loss of the whole batch, and L is this loss."""
        own = super().quantities(done.own)
        scalar = own.W.dtype.type
        return own._replace(L=scalar(done.tally.loss), dZ=own.dZ * scalar(done.weight))

    def step(self, index: NDArray) -> Step:
        """See Side."""
        self.keep_quantities()
        return self.quantities(next(self._steps([index])))

    def start_from(self, state: State) -> None:
        """See Side."""
        W, b, velocity = state
        _check_alike({"weights": checksum(W, b, *(velocity or ()))})
        super().start_from(state)

    def evaluate(self, images: NDArray | Rows, labels: NDArray) -> Evaluation:
        """See Side."""
        with _together():
            return Evaluation(*evaluate(self.model, images, labels, self.shares))


def launched_backend(device: str) -> Backend:
    """Torch in this process and in the others that torchrun has started; waits for them. device: cpu or cuda."""
    here = place()
    assert here
    own = join(device, "env://", here.rank, here.ranks, here.local)
    return Backend("torch", lambda problem, dtype: ParallelSide(problem, dtype, own))


def join(device: str, where: str, rank: int, ranks: int, local: int) -> str:
    """Make this process one of the ranks, and return its device. Raises InputError if it has none.

    device: cpu, where gloo carries the numbers, or cuda, where nccl does. where: the ranks find each other, as PyTorch
    writes it. local: its number on this machine.
    """
    if device not in (Device.cpu, Device.cuda):
        raise InputError(f"--device {device}: several processes train on cpu or cuda")
    if device == Device.cuda:
        if local >= torch.cuda.device_count():
            raise InputError(f"--device cuda: {torch.cuda.device_count()} here, and each rank needs one of its own")
        torch.cuda.set_device(local)
    by = "gloo" if device == Device.cpu else "nccl"
    store, rank, ranks = next(rendezvous(where, rank, ranks))
    found_in(store, is_noticed=False)
    with _together():
        wait_for_all(WAITS)
        dist.init_process_group(by, store=store, rank=rank, world_size=ranks, timeout=timedelta(seconds=WAITS))
    found_in(store, is_noticed=by == "gloo")
    return device if device == Device.cpu else f"cuda:{local}"


def leave() -> None:
    """End the group of ranks, after all work; without it PyTorch warns of what nccl still holds."""
    if dist.is_initialized():
        dist.destroy_process_group()


def _evaluated(problem: Trainable) -> dict[str, str]:
    """Of what is evaluated in a training, of which each rank evaluates a part; single steps have none."""
    parts = {"validation": problem.validation, "test": problem.test} if isinstance(problem, Problem) else {}
    return {f"{part} images or labels": checksum(*(held or ())) for part, held in parts.items()}


def _check_alike(given: dict[str, str]) -> None:
    """Raise InputError, on every rank, unless each of these is the same on all."""
    everywhere: list[Any] = [None] * dist.get_world_size()
    with _together():
        dist.all_gather_object(everywhere, given)
    for name, value in everywhere[0].items():
        others = [rank for rank, theirs in enumerate(everywhere) if theirs[name] != value]
        if others:
            raise InputError(f"rank {others[0]} has other {name} than rank 0: all need the same options and files")


@contextmanager
def _together() -> Iterator[None]:
    """What the ranks do at the same time. Raises RankError where another one has ended."""
    try:
        yield
    except RuntimeError as error:
        # gloo has no class of its own for that
        if not (isinstance(error, dist.DistError) or "gloo" in str(error)):
            raise
        # torchrun now ends the ranks that are left by a signal, which says nothing new
        ignore_signals()
        tells = is_first_to_tell()
        lost = RankError(why_all_end())
        lost.told = not tells
        raise lost from None
