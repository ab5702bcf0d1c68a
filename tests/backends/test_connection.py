"""The connection to a process: it can be cut, whoever else holds the other end."""

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any, NoReturn

import pytest

from compare.backends.connection import Connection

# Says how far it is, starts a process that holds what it has, and ends.
LEAVES = """
import os, subprocess, sys
print("ready", flush=True)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(9)"], stdin=0, stdout=1, start_new_session=True)
"""


@pytest.fixture
def left() -> Any:
    """A connection to a process that has ended, and left another that holds its ends."""
    connection = Connection(lambda ends: subprocess.Popen([sys.executable, "-c", LEAVES], stdin=ends, stdout=ends))
    assert connection.running.wait() == 0
    yield connection
    connection.close()


def _soon(connection: Connection, call: Callable[[], object]) -> object:
    """What a call returns that waits until the connection is cut."""
    threading.Timer(0.3, connection.cut).start()
    return call()


def test_what_has_arrived_is_read_and_then_the_end(left: Connection):
    assert left.incoming.readline() == b"ready\n"
    assert _soon(left, lambda: left.incoming.read(1)) == b""


def test_what_is_written_after_the_cut_is_an_error(left: Connection):
    with pytest.raises(BrokenPipeError):
        _soon(left, lambda: left.outgoing.write(bytes(10**8)))


def test_it_may_be_cut_where_the_other_end_is_closed():
    connection = Connection(lambda ends: subprocess.Popen(["true"], stdin=ends, stdout=ends))
    connection.running.wait()
    connection.cut()
    connection.cut()
    connection.close()


def test_a_process_that_cannot_be_started_leaves_nothing_open():
    def start(_: object) -> NoReturn:
        raise OSError(errno.EAGAIN, "no process")

    opened = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match="no process"):
        Connection(start)
    assert len(os.listdir("/proc/self/fd")) == opened


def test_where_there_are_no_such_sockets_pipes_are_taken(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("compare.backends.connection.os.name", "nt")
    connection = Connection(lambda ends: subprocess.Popen(["cat"], stdin=ends, stdout=ends))
    monkeypatch.undo()
    connection.outgoing.write(b"a")
    connection.outgoing.close()
    assert connection.incoming.read() == b"a"
    connection.cut()
    connection.close()
    connection.running.wait()
