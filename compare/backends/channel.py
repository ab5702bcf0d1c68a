"""Messages between this process and a worker: a short text through a pipe, arrays through shared memory.

    a message = lengths of text and bytes, its number, the text (JSON), the bytes of arrays that are too large to share

Nothing that arrives is ever run or unpickled, and nothing is allocated before its size is compared with what it may be.
"""

import functools
import json
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from compare.backends.memory_order import ORDERS, Order, order_of, places, view

HEAD = struct.Struct("<QQQ")
# Which function of a user's file is called, counted from 1 (0: nothing of the file runs yet, one more than there are:
# it is loaded), and how many calls there were of any.
MARK = struct.Struct("<qq")
# Behind it one more than what is under way when the process is forked; 0: it was not.
FORKED = struct.Struct("<q")
# Arrays begin behind the mark, each at a multiple of this.
ALIGNED = 64
# The bytes of shared memory in each direction: a step of 1,001 images of 784 pixels in float64 fits.
CAPACITY = 8 * 2**20
LONGEST_TEXT = 2**20
MOST_BYTES = 2**30
SENT_DTYPES = {name: np.dtype(name) for name in ("float32", "float64", "int64", "int32", "uint8")}


class ChannelError(Exception):
    """What arrives is no message: the other end has not written it, or not all of it."""


class Layout(NamedTuple):
    """Where an array is: its dtype, shape and order, and its first byte, in shared memory or among the bytes sent."""

    dtype: np.dtype
    shape: tuple[int, ...]
    order: Order
    first: int

    @property
    def end(self) -> int:
        """The byte behind the last."""
        return self.first + self.dtype.itemsize * places(self.shape, self.order)

    def of(self, memory: Any) -> NDArray:
        """The array that lies there, without a copy."""
        return view(memory, self.dtype, self.shape, self.order, self.first)


class Message(NamedTuple):
    """What it is about, values that JSON takes, and arrays; those in shared memory are good until the next message.

    number: of the question; its answer has the same.
    """

    kind: str
    values: dict[str, Any]
    arrays: tuple[NDArray, ...]
    number: int = 0


class Channel:
    """One end. incoming, outgoing: pipes; inbox, outbox: shared memory of CAPACITY bytes, mapped, the inbox read-only.

    See FileChannel for the end that must outlive the other.
    """

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO, inbox: Any, outbox: Any):
        self.incoming, self.outgoing, self.inbox, self.outbox = incoming, outgoing, inbox, outbox

    def send(
        self, kind: str, values: dict[str, Any] | None = None, arrays: Sequence[NDArray] = (), number: int = 0
    ) -> None:
        """Send a message. Raises OSError if the other end is gone."""
        layouts = _layouts(arrays)
        end = layouts[-1].end if layouts else 0
        shared = end <= CAPACITY
        described = [(layout.dtype.name, *layout[1:]) for layout in layouts]
        text = json.dumps([kind, values or {}, described, shared]).encode()
        target = self._room(end) if shared else bytearray(end)
        for layout, array in zip(layouts, arrays, strict=True):
            layout.of(target)[...] = array
        if shared and end:
            self._share(target)
        rest = b"" if shared else target
        self.outgoing.write(HEAD.pack(len(text), len(rest), number) + text)
        self.outgoing.write(rest)
        self.outgoing.flush()

    def receive(self) -> Message:
        """Wait for a message. Raises EOFError if the other end is gone, ChannelError if it sends anything else."""
        text_length, length, number = HEAD.unpack(self._read(HEAD.size))
        if text_length > LONGEST_TEXT or length > MOST_BYTES:
            raise ChannelError("too long")
        kind, values, layouts, end, shared = _parsed(self._read(text_length))
        rest = self._read(length)
        if end > (CAPACITY if shared else length):
            raise ChannelError("an array reaches beyond the end")
        source = self._shared(end) if shared and end else rest
        return Message(kind, values, tuple(layout.of(source) for layout in layouts), number)

    def _room(self, _: int) -> Any:
        """Where so many bytes are put that are to be shared."""
        return self.outbox

    def _share(self, content: Any) -> None:
        """Give the other end what was put there. Raises OSError if it cannot be written."""

    def _shared(self, _: int) -> Any:
        """So many bytes that the other end has shared. Raises ChannelError if it has not so many."""
        return self.inbox

    def _read(self, length: int) -> bytes:
        read = self.incoming.read(length)
        if len(read) < length:
            raise EOFError
        return read


def _layouts(arrays: Sequence[NDArray]) -> list[Layout]:
    layouts, end = [], ALIGNED
    for array in arrays:
        layouts.append(Layout(array.dtype, array.shape, order_of(array), -(-end // ALIGNED) * ALIGNED))
        end = layouts[-1].end
    return layouts


# The same step has the same text: it is parsed once.
@functools.lru_cache(64)
def _parsed(text: bytes) -> tuple[str, dict[str, Any], list[Layout], int, bool]:
    """Kind, values, where the arrays are, the byte behind all of them, and whether they are in shared memory."""
    try:
        kind, values, described, shared = json.loads(text)
        layouts = [
            Layout(SENT_DTYPES[name], tuple(map(_size, shape)), _order(order, shape), _size(first))
            for name, shape, order, first in described
        ]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ChannelError(repr(error)) from None
    if not (isinstance(kind, str) and isinstance(values, dict)):
        raise ChannelError("another form")
    return kind, values, layouts, max((layout.end for layout in layouts), default=0), bool(shared)


def _order(order: Any, shape: list) -> Order:
    # what has no dimension has no gaps
    if order not in ORDERS[: None if shape else 1]:
        raise ValueError(f"{order!r} is no order")
    return cast(Order, order)


def _size(number: Any) -> int:
    if type(number) is not int or not 0 <= number <= MOST_BYTES:
        raise ValueError(f"{number!r} is no size")
    return number
