"""What a worker runs: the sides and the functions of one user's file, as another process asks for them.

    python -P -m compare.backends.worker_process FOLDER

FOLDER has the shared memory. All that this process does can come from the user's file: whoever reads its answers
copies them, and believes nothing but the numbers.
"""

import mmap
import os
import shutil
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from compare.backends.channel import FORKED, MARK, Channel
from compare.backends.scratch_side import ScratchSide
from compare.backends.shared_memory import ANSWERS, REQUESTS, map_file
from compare.backends.sides_service import Answer, Arrays, Beginning, SidesService, answer
from compare.backends.threads import threads
from compare.backends.traced import traced
from compare.backends.user_file import LOADING, UserFile


class Service(SidesService):
    """Answers requests. Each method is one kind: its values and arrays are those of the message."""

    def __init__(self, outbox: mmap.mmap):
        super().__init__()
        self._outbox, self._calls = outbox, 0
        self._functions: dict[int, dict[str, Callable]] = {}
        self.held += (self._functions,)

    def load(self, _: Arrays, path: str) -> Answer:
        """Run the file. Raises InputError as UserFile does."""
        # what the file changes in these packages must not change the side that its functions are called from
        for name in [name for name in sys.modules if name.partition(".")[0] in ("compare", "scratch", "torch_impl")]:
            del sys.modules[name]
        self._file = UserFile(Path(path), self._mark)
        return {"defined": self._file.defined, "names": self._file.names}, ()

    def prints(self, _: Arrays, shown: bool) -> Answer:
        """From now on show what the file prints, or do not."""
        self._file.prints = shown
        return {}, ()

    def functions(self, _: Arrays, key: int, nan: bool) -> Answer:
        """Run the file anew, for functions that share nothing with those of before."""
        self._functions[key] = self._file.functions(nan=nan)
        return {}, ()

    def call(self, arrays: Arrays, key: int, name: str, numbers: list[int | float]) -> Answer:
        """Call one function; numbers are its last parameters."""
        returned = self._functions[key][name](*arrays, *numbers)
        return {}, returned if isinstance(returned, tuple) else (np.asarray(returned),)

    def trace(self, arrays: Arrays, name: str, numbers: list[int | float]) -> Answer:
        """Call one function of the file run anew: its calls of the others, and of these all inputs and results."""
        calls = traced(self._file.run(), name, (*arrays, *numbers))
        described = [[call.name, len(call.inputs), len(call.results), call.kinds] for call in calls]
        return {"calls": described}, [part for call in calls for part in (*call.inputs, *call.results)]

    def foreign(self, arrays: Arrays, name: str, numbers: list[int | float]) -> Answer:
        """See UserFile."""
        return {"runs": self._file.foreign(name, (*arrays, *numbers))}, ()

    def made(self, beginning: Beginning, dtype: str, given: dict[str, Any]) -> ScratchSide:
        """A side with the functions of the file, or `only` some of them."""
        return ScratchSide(beginning, dtype, self._file.equations(given["only"], nan=given["nan"]))

    def _mark(self, function: int) -> None:
        """Note what of the file is run: it may be the last thing that is known of this process."""
        self._calls += function != LOADING
        MARK.pack_into(self._outbox, 0, function, self._calls)


def serve(channel: Channel, service: Service) -> None:
    """Answer until nobody asks any more."""
    while True:
        try:
            asked = channel.receive()
        except EOFError:
            return
        channel.send(*answer(service, asked), asked.number)


def _end_with_parent(folder: Path) -> None:
    """A function that does not return must not stay when nobody waits for it any more; Windows ends the pipes alone."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def _refuse_forks(outbox: mmap.mmap) -> None:
    """One process answers: note that a copy of it is made, and end the copy."""

    def note() -> None:
        function, _ = MARK.unpack_from(outbox)
        FORKED.pack_into(outbox, MARK.size, 1 + function)

    # Windows knows no fork
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=note, after_in_child=lambda: os._exit(1))


def main() -> None:
    """Serve on stdin and stdout, and send what others write there to stderr."""
    folder = Path(sys.argv[1])
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    # the other process decides when to stop; what NumPy or Python would warn of is told in words
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    inbox, outbox = map_file(folder / REQUESTS, mmap.ACCESS_READ), map_file(folder / ANSWERS, mmap.ACCESS_WRITE)
    _refuse_forks(outbox)
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    code, leave = 1, os._exit
    try:
        with threads(1), np.errstate(all="ignore"):
            serve(Channel(incoming, outgoing, inbox, outbox), Service(outbox))
        # nobody is left to tidy up if the other process was killed
        shutil.rmtree(folder, ignore_errors=True)
        code = 0
    finally:
        # neither threads of the file nor what it does at exit keep this process; why it ends the other process tells
        leave(code)


if __name__ == "__main__":
    main()
