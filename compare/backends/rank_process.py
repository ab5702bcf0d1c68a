"""What each of the local ranks runs that ranks.py starts: sides, as the process that started it asks for them."""

import os
import shutil
import signal
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from compare.backends.channel import Message
from compare.backends.parallel_side import join
from compare.backends.protocol import Side
from compare.backends.sides_service import Answer, Arrays, Beginning, SidesService, answer, shared_images
from compare.backends.threads import threads
from compare.signals import SIGNALS
from torch_impl.parallel import Shares

# Makes the side of a rank: problem, dtype, device.
SideMaker = Callable[[Any, str, str], Side]


class RankService(SidesService):
    """Answers one rank's requests."""

    def __init__(self, rank: int, side: SideMaker):
        super().__init__()
        self.rank, self.side_of = rank, side

    def join(self, _: Arrays, where: str, ranks: int, device: str) -> Answer:
        """Find the others."""
        self.ranks, self.device = ranks, join(device, where, self.rank, ranks, self.rank)
        return {}, ()

    def made(self, beginning: Beginning, dtype: str, _given: dict[str, Any]) -> Side:
        """The side of this rank."""
        return self.side_of(beginning, dtype, self.device)

    def logits(self, _: Arrays, key: int, images: list) -> Answer:
        """Logits of its share."""
        every = shared_images(images)
        return {}, (self._sides[key].logits(every[Shares(self.rank, self.ranks).part(len(every))]),)


def main(rank: int, ends: Sequence[Connection], folder: Path, side: SideMaker) -> None:
    """Answer at one of these ends until nobody asks any more; folder: see Ranks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    for other, end in enumerate(ends):
        if other != rank:
            end.close()
    # what went wrong is told by the one who asks, and not by PyTorch as well
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    service = RankService(rank, side)
    with threads(1), np.errstate(all="ignore"):
        while True:
            try:
                asked = ends[rank].recv()
            except (EOFError, OSError):
                # nobody is left to tidy up if the other process was killed
                shutil.rmtree(folder, ignore_errors=True)
                os._exit(0)
            kind, values, arrays = answer(service, asked)
            ends[rank].send(Message(kind, values, tuple(arrays)))
