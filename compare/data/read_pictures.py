"""Many pictures, each read once: here if they are few, else in processes of their own, several at the same time.

python -P -m compare.data.read_pictures < REQUEST     (what `_read_there` starts; the answer goes to stdout)
"""

import itertools
import json
import os
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from compare import child
from compare.data.bounded_pictures import read_bounded
from compare.data.prepared import GREY_MODES, SIDE, Prepared, Watch
from compare.errors import InputError
from compare.words import printable, some

# So many pictures are read in about the time that a process takes to start.
FEW = 1000
# Pictures that a process reads before it ends, and about the bytes of its answer.
AT_ONCE, BYTES_AT_ONCE = 2000, 2**24
# Of each picture in an answer: bytes, width, height, colour, and H, W and channels of the pixels; 0 channels: a fault.
HEAD = struct.Struct("<Q6I")


class Picture(NamedTuple):
    """Pixels (H, W) or (3, H, W) of uint8, and the width and height, and whether there was colour, before."""

    pixels: NDArray
    size: tuple[int, int]
    colour: bool


def read_one(path: Path, prepared: Prepared) -> Picture:
    """A picture as it is asked for; transparent is white. Raises InputError, naming the file."""
    rgba, size, mode = read_bounded(path)
    if prepared.size is None and max(size) > SIDE:
        raise InputError(f"{path}: {size[0]:,} x {size[1]:,} pixels, and {SIDE:,} are the longest side; see --size")
    picture = _on_white(rgba)
    colour = not mode.startswith(GREY_MODES) and not _is_grey(picture, mode)
    side = (prepared.size, prepared.size) if prepared.size else picture.size
    return Picture(_pixels(picture, side, grey=prepared.grey or not colour), size, colour)


def read_as(path: Path, shape: tuple[int, ...]) -> NDArray:
    """A picture scaled to this shape, (H, W) or (3, H, W), of uint8. Raises InputError, naming the file."""
    return _pixels(_on_white(read_bounded(path).rgba), (shape[-1], shape[-2]), grey=len(shape) == 2)


def read_all(paths: Sequence[Path], prepared: Prepared, watch: Watch) -> Iterator[Picture]:
    """Each picture, in this order; watch: see own_data.py. Raises InputError as `read_one`, and says of how many.

    All are read before an error is raised, so that it tells how many there are.
    """
    first, faults, number = next(_read_here(paths[:1], prepared)), dict[Path, str](), 0
    # one picture tells how large an answer gets
    step = 50 if isinstance(first, str) else max(1, min(AT_ONCE, BYTES_AT_ONCE // first.pixels.size))
    groups = [paths[n : n + step] for n in range(1, len(paths), step)]
    with watch(1 + len(groups)) as advance:
        for group in itertools.chain([iter([first])], _groups(groups, prepared)):
            for found in group:
                if isinstance(found, str):
                    faults[paths[number]] = found
                elif not faults:
                    yield found
                number += 1
            advance("reading pictures")
    if faults:
        # each by the folder of its class, and by its part if they are in both
        root = os.path.commonpath([path.parent.parent for path in faults])
        _, *others = (printable(os.path.relpath(path, root)) for path in faults)
        more, those = (f" (and {len(others):,} more: {some(others)})", "them") if others else ("", "it")
        raise InputError(f"{next(iter(faults.values()))}{more}; mend {those}, or take {those} out of the folder")


def _groups(groups: list[Sequence[Path]], prepared: Prepared) -> Iterator[Iterator[Picture | str]]:
    if sum(map(len, groups)) <= FEW:
        yield from (_read_here(group, prepared) for group in groups)
        return
    cores, rest = os.cpu_count() or 1, iter(groups)
    with ThreadPoolExecutor(cores) as pool:
        # no more is read ahead than keeps all cores at work
        waiting = deque(pool.submit(_read_there, group, prepared) for group in itertools.islice(rest, cores + 1))
        try:
            while waiting:
                answer = waiting.popleft().result()
                waiting.extend(pool.submit(_read_there, group, prepared) for group in itertools.islice(rest, 1))
                yield _parsed(answer)
        finally:
            pool.shutdown(cancel_futures=True)


def _read_here(paths: Sequence[Path], prepared: Prepared) -> Iterator[Picture | str]:
    """Each picture, or what is wrong with it."""
    for path in paths:
        try:
            yield read_one(path, prepared)
        except InputError as error:
            yield str(error)


def _read_there(paths: Sequence[Path], prepared: Prepared) -> bytes:
    """The answer of a process that reads these."""
    request = json.dumps([[os.fspath(path) for path in paths], prepared.size, prepared.grey])
    done = subprocess.run(
        child.command("compare.data.read_pictures"),
        input=request.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=child.environment(),
    )
    if done.returncode:
        raise InputError(f"{paths[0]}: the process that reads it and {len(paths) - 1:,} more has ended by itself")
    return done.stdout


def _parsed(answer: bytes) -> Iterator[Picture | str]:
    place = 0
    while place < len(answer):
        length, width, height, colour, H, W, channels = HEAD.unpack_from(answer, place)
        content = answer[place + HEAD.size : (place := place + HEAD.size + length)]
        if not channels:
            yield content.decode(errors="surrogateescape")
            continue
        shape = (H, W) if channels == 1 else (channels, H, W)
        yield Picture(np.frombuffer(content, np.uint8).reshape(shape), (width, height), bool(colour))


def _on_white(rgba: Image.Image) -> Image.Image:
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def _pixels(picture: Image.Image, size: tuple[int, int], *, grey: bool) -> NDArray:
    if grey:
        picture = picture.convert("L")
    pixels = np.asarray(picture if picture.size == size else picture.resize(size, Image.Resampling.BOX))
    return pixels.transpose(2, 0, 1) if pixels.ndim == 3 else pixels


def _is_grey(picture: Image.Image, mode: str) -> bool:
    """True for a picture with a palette of greys."""
    if mode != "P":
        return False
    red, green, blue = (np.asarray(band) for band in picture.split())
    return bool((red == green).all() and (green == blue).all())


def main() -> None:
    """Answer the request on stdin."""
    paths, size, grey = json.loads(sys.stdin.buffer.read())
    for found in _read_here(list(map(Path, paths)), Prepared(size, grey)):
        if isinstance(found, str):
            content, head = found.encode(errors="surrogateescape"), (0, 0, 0, 0, 0, 0)
        else:
            content, (H, W) = found.pixels.tobytes(), found.pixels.shape[-2:]
            head = (*found.size, found.colour, H, W, found.pixels.size // (H * W))
        sys.stdout.buffer.write(HEAD.pack(len(content), *head) + content)


if __name__ == "__main__":
    main()
