"""Damage files of every format that is read, at random, and see what their readers do.

    python tests/fuzz/run.py png 300 1        (a name of FORMATS or `all`, how many of each, the seed)

Prints one JSON object for each format: `tried`, `refused` (in one line), `read`, `failures` (another exception, other
values where the format has a checksum, or a warning), the `slowest` in seconds, and by how many MB memory `grew`.
"""

import json
import os
import random
import resource
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from damage import damaged  # noqa: E402
from formats import FORMATS  # noqa: E402

from compare.errors import InputError  # noqa: E402

# Beyond what the process has when it begins; a reader that asks for more than this at once fails.
ROOM = 2**30


class Found(NamedTuple):
    """What came of one format."""

    format: str
    tried: int
    refused: int
    read: int
    failures: list[str]
    slowest: float
    grew: int


def fuzz(name: str, count: int, seed: int, folder: Path) -> Found:
    """Damage one format so many times."""
    chance = random.Random(f"{name} {seed}")
    shape = FORMATS[name](folder)
    path, whole = folder / shape.file, shape.content
    path.write_bytes(whole)
    original = shape.read(path)
    refused, failures, slowest, before = 0, [], 0.0, _peak()
    for n in range(count):
        path.write_bytes(shape.damage(chance) if shape.damage else damaged(whole, chance))
        began = time.perf_counter()
        try:
            got = shape.read(path)
            if shape.checked and not shape.same(got, original):
                failures.append(f"{n}: other values")
        except InputError as error:
            refused += 1
            if "\n" in str(error) or "memory" in str(error).lower():
                failures.append(f"{n}: {error}")
        except BaseException as error:
            failures.append(f"{n}: {type(error).__name__}: {error}"[:300])
        slowest = max(slowest, time.perf_counter() - began)
    return Found(name, count, refused, count - refused, failures, round(slowest, 3), _peak() - before)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _limit_memory(folder: Path, name: str) -> None:
    """Let this process have ROOM more than it has now."""
    if sys.platform == "linux":
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        FORMATS[name](folder)  # imports what it needs
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * os.sysconf("SC_PAGE_SIZE") + ROOM, hard))


def main(names: str, count: str, seed: str) -> None:
    """Run it, and print what was found."""
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        for name in FORMATS if names == "all" else names.split(","):
            _limit_memory(Path(folder), name)
            found: dict[str, Any] = fuzz(name, int(count), int(seed), Path(folder))._asdict()
            print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
