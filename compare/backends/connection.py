"""The connection to a process that is started: what it has as its stdin and stdout."""

import os
import socket
import subprocess
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any, BinaryIO, cast


class Connection:
    """A process, started by `start(stdin and stdout)`, and this end of both; `cut` ends all that waits for them here.

    That a process has ended is not enough: what it has started may hold its ends open. So they are a socket, which can
    be shut down. Windows has no such sockets; there a process hands its pipes on only if it is told to.
    Raises OSError if there can be no socket, and what `start` raises.
    """

    incoming: BinaryIO
    outgoing: BinaryIO

    def __init__(self, start: Callable[[Any], "subprocess.Popen[bytes]"]):
        self._socket = None
        if os.name != "posix":
            self.running = start(subprocess.PIPE)
            self.incoming, self.outgoing = cast(BinaryIO, self.running.stdout), cast(BinaryIO, self.running.stdin)
            return
        ours, theirs = socket.socketpair()
        with theirs, ExitStack() as undone:
            undone.enter_context(ours)
            self.running = start(theirs)
            undone.pop_all()
        # files, which are faster than what socket.makefile gives
        self._socket, self.incoming, self.outgoing = ours, *(os.fdopen(os.dup(ours.fileno()), m) for m in ("rb", "wb"))

    def cut(self) -> None:
        """Let nothing be read or written from now on, but what has arrived."""
        if self._socket:
            with suppress(OSError):  # the other end is closed
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close this end."""
        with suppress(OSError):  # what was not sent has nobody left to read it
            self.outgoing.close()
        self.incoming.close()
        if self._socket:
            self._socket.close()
