"""Random changes of bytes."""

import random
from collections.abc import Callable


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The content after one to four random changes."""
    result = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4))):
        # half of the changes go to the beginning, where the sizes are
        most = len(result) if chance.random() < 0.5 else min(len(result), 300)
        chance.choice(CHANGES)(result, chance.randrange(most) if most else 0, chance)
    return bytes(result)


def _flip(content: bytearray, place: int, chance: random.Random) -> None:
    content[place : place + 1] = bytes([content[place] ^ chance.randrange(1, 256)]) if content else b""


def _extreme(content: bytearray, place: int, chance: random.Random) -> None:
    length = chance.choice((1, 2, 4, 8))
    content[place : place + length] = chance.choice((b"\0", b"\xff", b"\x7f", b"9")) * length


def _cut(content: bytearray, place: int, chance: random.Random) -> None:
    del content[place : place + chance.choice((1, 4, 100, len(content)))]


def _insert(content: bytearray, place: int, chance: random.Random) -> None:
    content[place:place] = chance.randbytes(chance.choice((1, 4, 50)))


def _repeat(content: bytearray, place: int, chance: random.Random) -> None:
    content[place:place] = content[place : place + chance.choice((4, 40, 400))]


def _shuffle(content: bytearray, place: int, chance: random.Random) -> None:
    other = chance.randrange(len(content) or 1)
    content[place : place + 8], content[other : other + 8] = content[other : other + 8], content[place : place + 8]


CHANGES: tuple[Callable[[bytearray, int, random.Random], None], ...] = (
    _flip, _flip, _flip, _extreme, _extreme, _cut, _insert, _repeat, _shuffle,
)  # fmt: skip
