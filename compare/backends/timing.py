"""How long a side's own steps take."""

import time
from collections.abc import Iterator
from typing import Any

from compare.backends.protocol import Side


def timed(side: Side, steps: Iterator[Any]) -> Iterator[Any]:
    """The same steps; the time that each takes is added to `side.seconds`."""
    while True:
        began = time.perf_counter()
        done = next(steps, None)
        side.seconds += time.perf_counter() - began
        if done is None:
            return
        yield done
