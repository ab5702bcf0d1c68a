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
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.channel import FORKED, MARK, Channel, Message
from compare.backends.protocol import State
from compare.backends.scratch_side import ScratchSide
from compare.backends.shared_memory import ANSWERS, REQUESTS, map_file
from compare.backends.threads import threads
from compare.backends.traced import traced
from compare.backends.user_file import LOADING, UserFile, UserFileError
from compare.data.mapped import Place
from compare.errors import InputError
from compare.problem import Hyperparameters
from scratch import Rows, Step, Velocity

Arrays = tuple[NDArray, ...]
Answer = tuple[dict[str, Any], Sequence[NDArray]]


class Beginning(NamedTuple):
    """What a side is made of; see Trainable."""

    train: tuple[NDArray | Rows, NDArray]
    chosen: Hyperparameters
    initial: tuple[NDArray, NDArray]

    def start(self, dtype: str) -> tuple[NDArray, NDArray]:
        """Initial W (K, D) and b (K,)."""
        W, b = self.initial
        return W.astype(dtype), b.astype(dtype)


class Service:
    """Answers requests. Each method is one kind: its values and arrays are those of the message."""

    def __init__(self, outbox: mmap.mmap):
        self._outbox, self._calls = outbox, 0
        self._sides: dict[int, ScratchSide] = {}
        self._steps: dict[int, Iterator[Step]] = {}
        self._functions: dict[int, dict[str, Callable]] = {}

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
        described = [[call.name, len(call.inputs), len(call.results)] for call in calls]
        return {"calls": described}, [part for call in calls for part in (*call.inputs, *call.results)]

    def side(self, arrays: Arrays, key: int, only: list[str] | None, nan: bool, dtype: str, **given: Any) -> Answer:
        """Make a side with the functions of the file, or `only` some of them."""
        images, labels = _shared_images(given["images"]), _shared(given["labels"])
        W, b = map(np.array, arrays)
        beginning = Beginning((images, labels), Hyperparameters(**given["chosen"]), (W, b))
        self._sides[key] = ScratchSide(beginning, dtype, self._file.equations(only, nan=nan))
        return {}, ()

    def epoch(self, arrays: Arrays, key: int) -> Answer:
        """Begin an epoch: all indices, and how many each batch has."""
        index, lengths = map(np.array, arrays)
        self._steps[key] = self._sides[key].epoch(np.split(index, np.cumsum(lengths)[:-1]))
        return {}, ()

    def next(self, _: Arrays, key: int, quantities: bool) -> Answer:
        """The next step of the epoch: its tally and the seconds so far, and all quantities if they are asked for."""
        side, done = self._sides[key], next(self._steps[key])
        numbers = np.array([*side.tally(done), side.seconds])
        return {}, (numbers, *map(np.asarray, done if quantities else ()))

    def step(self, arrays: Arrays, key: int) -> Answer:
        """One step on the images at an index."""
        return {}, tuple(map(np.asarray, self._sides[key].step(arrays[0])))

    def state(self, _: Arrays, key: int) -> Answer:
        """Weights, and the velocity if there is one."""
        W, b, velocity = self._sides[key].state()
        return {}, (W, b, *(velocity or ()))

    def start_from(self, arrays: Arrays, key: int) -> Answer:
        """Go on from weights, and a velocity if one is given."""
        W, b, *velocity = arrays
        self._sides[key].start_from(State(W, b, Velocity(*velocity) if velocity else None))
        return {}, ()

    def evaluate(self, _: Arrays, key: int, images: list, labels: list) -> Answer:
        """Mean loss and accuracy."""
        found = self._sides[key].evaluate(_shared_images(images), _shared(labels))
        return {}, (np.array(found),)

    def logits(self, _: Arrays, key: int, images: list) -> Answer:
        """Logits (N, K)."""
        return {}, (self._sides[key].logits(_shared_images(images)),)

    def loss(self, arrays: Arrays, key: int) -> Answer:
        """Log P (N, K) and the mean loss of logits (N, K) with labels (N,)."""
        logP, L = self._sides[key].loss(*arrays)
        return {}, (logP, np.array(L))

    def drop(self, _: Arrays, keys: list[int]) -> Answer:
        """Forget what nobody asks for any more."""
        for held in (self._sides, self._steps, self._functions):
            for key in keys:
                held.pop(key, None)
        return {}, ()

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
        channel.send(*_answer(service, asked))


def _answer(service: Service, asked: Message) -> tuple[str, dict[str, Any], Sequence[NDArray]]:
    try:
        values, arrays = getattr(service, asked.kind)(asked.arrays, **asked.values)
    except UserFileError as error:
        return "wrong", {"text": str(error)}, ()
    except InputError as error:
        return "refused", {"text": str(error)}, ()
    except BaseException as error:
        return "broken", {"text": f"{type(error).__name__}: {error}"[:200]}, ()
    return "done", values, arrays


def _shared(described: list) -> NDArray:
    path, dtype, shape, first = described
    return Place(path, dtype, tuple(shape), first).array()


def _shared_images(described: list) -> NDArray | Rows:
    """An array, or the rows of one."""
    return Rows(*map(_shared, described)) if len(described) == 2 else _shared(described)


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
    with threads(1), np.errstate(all="ignore"):
        serve(Channel(incoming, outgoing, inbox, outbox), Service(outbox))
    # nobody is left to tidy up if the other process was killed
    shutil.rmtree(folder, ignore_errors=True)
    # neither threads of the file nor what it does at exit keep this process
    os._exit(0)


if __name__ == "__main__":
    main()
