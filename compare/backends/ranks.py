"""Local ranks that are one side together, started by PyTorch's own launcher; this process only asks, and compares."""

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from torch.multiprocessing.spawn import ProcessContext, start_processes

from compare.backends.channel import Message
from compare.backends.launched import RankError
from compare.backends.parallel_side import WAITS, ParallelSide
from compare.backends.process import how
from compare.backends.protocol import Backend
from compare.backends.rank_process import SideMaker, main
from compare.backends.remote import Remote, RemoteSide
from compare.backends.shared_memory import IN_RAM
from compare.backends.side_by_side import start_tracker
from compare.errors import InputError
from compare.signals import signals_blocked
from scratch import Step

# What each rank has of its share; the rest all have.
BY_IMAGE = "X", "y", "Z", "logP", "dZ"


class Ranks(Remote):
    """So many processes on this machine; they end with this object.

    side: what each makes of a problem, a dtype and its device. Raises InputError where they cannot work on the device,
    RankError, naming it, if one ends.
    """

    def __init__(self, number: int, device: str = "cpu", side: SideMaker = ParallelSide):
        self.name, self._fault = f"torch:{number}" + ("" if device == "cpu" else f" on {device}"), ""
        self._device, self._side = device, side
        super().__init__(Path(tempfile.mkdtemp(prefix="softmax-twice-", dir=IN_RAM if IN_RAM.is_dir() else None)))
        pipes = [Pipe() for _ in range(number)]
        self._connections, ends = [mine for mine, _ in pipes], [theirs for _, theirs in pipes]
        start_tracker()
        # they end with this process, not by the Ctrl-C that is for it
        with signals_blocked():
            started = start_processes(
                main, (ends, self._folder, side), number, join=False, daemon=True, start_method="spawn"
            )
        assert started
        for end in ends:
            end.close()
        self.processes = started.processes
        self.end = weakref.finalize(self, _end, started, self._connections, self._folder)
        self.request("join", {"where": (self._folder / "store").as_uri(), "ranks": number, "device": device})

    def backend(self) -> Backend:
        """All ranks together as one side."""
        number = len(self.processes)
        return Backend(self.name, lambda problem, dtype: RemoteSide(self, problem, dtype, {}), self._others, number)

    def _others(self) -> Backend:
        """One rank more; or one less, where each needs a card of its own."""
        number = len(self.processes)
        more = number + 1 if self._device == "cpu" else max(1, number - 1)
        return Ranks(more, self._device, self._side).backend()

    def misfit(self) -> NoReturn:
        """See Remote."""
        self._give_up("the ranks answer in another form than they were asked for")

    def exchange(self, kind: str, values: dict[str, Any], arrays: Sequence[NDArray], calls: int) -> Message:  # noqa: ARG002
        """Ask all of them at the same time, and put their answers together; they call nothing of a user's."""
        asked = Message(kind, values, tuple(arrays))
        try:
            for connection in self._connections:
                connection.send(asked)
            answers = [self._received(connection) for connection in self._connections]
        except (EOFError, OSError):
            self._give_up()
        for answer in answers:
            if answer.kind == "refused":
                raise InputError(answer.values["text"])
            if answer.kind != "done":
                self._give_up(answer.values["text"])
        return _together(kind, answers)

    def _received(self, connection: Connection) -> Message:
        # another one may hold the other end of a connection whose process has ended
        found = wait([connection, *(process.sentinel for process in self.processes)], WAITS)
        if not found:
            self._give_up(f"a rank has not answered for {WAITS} s")
        if connection not in found:
            raise EOFError
        message: Message = connection.recv()
        return message

    def _give_up(self, fault: str = "") -> NoReturn:
        """End all, and say why: that one of them has ended, if that is so."""
        if not self._fault:
            ready = wait([process.sentinel for process in self.processes], 1)
            for process in (process for process in self.processes if process.sentinel in ready):
                process.join()
            ended = [(rank, one.exitcode) for rank, one in enumerate(self.processes) if one.exitcode is not None]
            said = [f"rank {rank} ended its process ({how(code)})" for rank, code in ended]
            self._fault = f"{self.name}: {said[0] if said else fault}"
            self.end()
        raise RankError(self._fault)


def _end(started: ProcessContext, connections: list[Connection], folder: Path) -> None:
    for process in started.processes:
        process.kill()
    for process in started.processes:
        process.join()
    for connection in connections:
        connection.close()
    shutil.rmtree(folder, ignore_errors=True)


def _together(kind: str, answers: list[Message]) -> Message:
    """One answer: rows of images from all ranks, what all have from one.

    The state is that of the first rank, the quantities of a step that all have are those of the last: if the ranks are
    not one model, these do not fit each other.
    """
    first = answers[0]
    if kind == "logits":
        return first._replace(arrays=(np.concatenate([answer.arrays[0] for answer in answers]),))
    before = len(first.arrays) - len(Step._fields)
    if kind not in ("step", "next") or before < 0:
        return first
    fields = zip(Step._fields, *(answer.arrays[before:] for answer in answers), strict=True)
    whole = (np.concatenate(each) if name in BY_IMAGE else each[-1] for name, *each in fields)
    return first._replace(arrays=(*first.arrays[:before], *whole))
