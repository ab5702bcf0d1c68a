"""Messages through a pipe and shared memory: what is sent arrives, and what is no message is refused."""

import io
import json
import mmap
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from compare.backends.channel import HEAD, SENT_DTYPES, Channel, ChannelError, Message

# of shared memory, in bytes
CAPACITY = 8 * 2**20


class Pair:
    """A channel whose messages come back to it."""

    def __init__(self) -> None:
        self.pipe, self.memory = io.BytesIO(), mmap.mmap(-1, CAPACITY)
        self.channel = Channel(self.pipe, self.pipe, self.memory, self.memory)

    def back(self, *message: Any) -> Message:
        """Send a message, and receive it."""
        self.pipe.seek(0)
        self.pipe.truncate()
        self.channel.send(*message)
        return self.again()

    def again(self) -> Message:
        """Receive what is in the pipe."""
        self.pipe.seek(0)
        return self.channel.receive()


@pytest.fixture
def pair() -> Pair:
    return Pair()


@pytest.fixture
def raw(pair: Pair) -> Callable[..., Message]:
    """Receive a message with this text and these bytes, or with other lengths than theirs."""

    def receive(text: bytes, rest: bytes = b"", lengths: tuple[int, int] | None = None) -> Message:
        pair.pipe.write(HEAD.pack(*(lengths or (len(text), len(rest))), 0) + text + rest)
        return pair.again()

    return receive


any_array = st.sampled_from(sorted(SENT_DTYPES)).flatmap(
    lambda name: arrays(name, array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5))
)


@given(st.lists(any_array, max_size=4), st.dictionaries(st.text(), st.integers(-5, 5), max_size=3))
def test_what_is_sent_arrives(sent, values):
    kind, got, arrived, number = Pair().back("step", values, sent, 2**40)
    assert (kind, got, number) == ("step", values, 2**40)
    for one, other in zip(sent, arrived, strict=True):
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
        assert not other.size or other.ctypes.data % 64 == 0


def test_fortran_order_and_strides_arrive(pair: Pair):
    array = np.arange(24.0).reshape(2, 3, 4)
    for sent in (array.T, array[..., ::2], array[:, ::2, ::-1], array[0, 0, ::2]):
        arrived, other = pair.back("a", {}, [sent, array]).arrays
        np.testing.assert_array_equal(arrived, sent)
        np.testing.assert_array_equal(other, array)
        assert arrived.flags.c_contiguous == sent.flags.c_contiguous
        assert arrived.flags.f_contiguous == sent.flags.f_contiguous


def test_what_has_gaps_and_is_too_large_for_shared_memory_goes_through_the_pipe(pair: Pair):
    array = np.arange(CAPACITY // 8, dtype="float64")[::2]
    np.testing.assert_array_equal(pair.back("a", {}, [array]).arrays[0], array)
    assert len(pair.pipe.getvalue()) > CAPACITY


def test_what_is_too_large_for_shared_memory_goes_through_the_pipe(pair: Pair):
    fits, too_large = (np.arange(count, dtype="float64") for count in (CAPACITY // 8 - 8, CAPACITY // 8 - 7))
    np.testing.assert_array_equal(pair.back("a", {}, [fits]).arrays[0], fits)
    assert len(pair.pipe.getvalue()) < 200
    np.testing.assert_array_equal(pair.back("a", {}, [too_large]).arrays[0], too_large)
    assert len(pair.pipe.getvalue()) > CAPACITY


def _text(kind="a", values=None, arrays=(), shared=True) -> bytes:
    return json.dumps([kind, values or {}, arrays, shared]).encode()


NO_MESSAGES = {
    "no JSON": b"nonsense",
    "a number": b"3",
    "deep JSON": b"[" * 100_000,
    "three parts": b'["a", {}, []]',
    "a kind that is no text": _text(kind=3),
    "values that are a list": _text(values=[1]),
    "an array of objects": _text(arrays=[["object", [2], "C", 0]]),
    "a negative size": _text(arrays=[["float32", [-1], "C", 0]]),
    "a size of 2.0": _text(arrays=[["float32", [2.0], "C", 0]]),
    "a size of true": _text(arrays=[["float32", [True], "C", 0]]),
    "a beginning below 0": _text(arrays=[["float32", [1], "C", -8]]),
    "behind the end": _text(arrays=[["float32", [CAPACITY // 4 + 1], "C", 0]]),
    "the second behind the end": _text(arrays=[["float32", [1], "C", 0], ["float32", [CAPACITY // 4], "C", 64]]),
    "more than there is memory": _text(arrays=[["float32", [2**30, 2**30, 2**30], "C", 0]]),
    "another order": _text(arrays=[["float32", [2], "K", 0]]),
    "an order that is no text": _text(arrays=[["float32", [2], 0, 0]]),
    "gaps without a dimension": _text(arrays=[["float32", [], "gaps", 0]]),
    "gaps behind the end": _text(arrays=[["float32", [CAPACITY // 4], "gaps", 0]]),
    "behind the bytes that were sent": _text(arrays=[["float32", [3], "C", 0]], shared=False),
}


@pytest.mark.parametrize("case", NO_MESSAGES)
def test_what_is_no_message_is_refused(raw: Callable, case: str):
    with pytest.raises(ChannelError):
        raw(NO_MESSAGES[case], b"" if "sent" not in case else bytes(11))


@pytest.mark.parametrize("lengths", [(2**20 + 1, 0), (10, 2**30 + 1)])
def test_a_length_beyond_the_limit_is_refused_before_anything_is_read(raw: Callable, lengths):
    with pytest.raises(ChannelError, match="too long"):
        raw(b"", lengths=lengths)


@pytest.mark.parametrize("lengths", [(2**20, 0), (0, 2**30)])
def test_a_length_at_the_limit_is_read(raw: Callable, lengths):
    text = b"" if lengths[0] else _text()
    with pytest.raises(EOFError):
        raw(text, lengths=(lengths[0] or len(text), lengths[1]))


def test_a_message_leaves_at_once():
    pipe, memory = io.BytesIO(), mmap.mmap(-1, CAPACITY)
    channel = Channel(pipe, io.BufferedWriter(pipe), memory, memory)
    channel.send("abc")
    assert b"abc" in pipe.getvalue()


@pytest.mark.parametrize("length", [0, 5, HEAD.size, HEAD.size + 3])
def test_a_message_that_breaks_off_is_the_end(pair: Pair, length: int):
    pair.channel.send("abc")
    pair.pipe.truncate(length)
    with pytest.raises(EOFError):
        pair.again()
