"""The process of a worker: started, watched, and ended with the reason."""

import math
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from compare import child
from compare.backends.channel import FORKED, MARK, ChannelError
from compare.backends.connection import Connection
from compare.backends.shared_memory import ANSWERS, REQUESTS, FileChannel, SharedFile, make_folder
from compare.backends.user_file import LOADING
from compare.equations import KNOWN
from compare.signals import is_held

# Bytes that a file may print, and how many of them are shown.
PRINTED, MOST_SHOWN = 10**6, 2000
# Seconds until Python has started; the time limit is for what the file does.
STARTING = 60.0
POLL = 0.1
# Seconds that a call is waited for after a signal to end; those that a request has at least, such as for what is saved.
PATIENCE, LAST = 5.0, 1.0
# Seconds until a process has ended that answers no more.
ENDING = 1.0
# When something happened that no function did.
WHEN = {0: "before", LOADING: "while"}
# Libraries that the file imports compute on one thread too, as all that is compared.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Process:
    """A running worker_process.py, or another program. time_limit: seconds for one call, and for loading the file.

    Raises OSError where no process can be started, InputError where it has no memory.
    fault: why this side ended it, if it did. awaited: the number of the request that is waited for, or 0. calls: how
    many functions may be called for it.
    """

    def __init__(self, time_limit: float, program: str = "compare.backends.worker_process"):
        self.time_limit, self.fault, self.awaited, self.calls = time_limit, "", 0, math.inf
        self.folder, self._has_ended, self._open_line = make_folder(), False, False
        try:
            self._connection = Connection(partial(_started, self.folder, program))
        except OSError:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self._answers, self._requests = (SharedFile(self.folder / name) for name in (ANSWERS, REQUESTS))
        self.running, ends = self._connection.running, (self._connection.incoming, self._connection.outgoing)
        self.channel = FileChannel(*ends, self._answers, self._requests)
        self._printer = threading.Thread(target=self._pass_on, daemon=True)
        self._printer.start()
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def has_forked(self) -> bool:
        """True if the file has made a copy of its process."""
        return bool(self._marks()[2])

    def stop(self, fault: str) -> None:
        """End it because of this fault, and all of its group. Once it has ended, its number may be another one's."""
        self.fault = self.fault or fault
        if self._has_ended:
            return
        if os.name != "posix":
            self.running.kill()
            return
        # it has ended by itself, and nothing of it is left; macOS says that it is not allowed
        with suppress(ProcessLookupError, PermissionError):
            # it leads a group of its own, see _started
            os.killpg(self.running.pid, signal.SIGKILL)

    def end(self) -> None:
        """End it, and remove its memory."""
        if self.running.returncode is None:
            self.stop("")
        self._wait()
        for file in (self._connection, self._answers, self._requests):
            file.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def why_ended(self) -> str:
        """What happened, in which function and which call; the process must have ended, or be about to."""
        with suppress(subprocess.TimeoutExpired):
            self.running.wait(ENDING)
        if self.running.returncode is None:
            self.stop("closes the pipes of its process")
        code = self._wait()
        function, calls, forked = self._marks()
        if forked:
            self.fault, function = "copies its process (fork), which it must not", forked - 1
        elif not self._answers.is_whole():
            self.fault = "makes a file of its process shorter, which it must not"
        what = self.fault or f"ended its process ({how(code)})"
        if not 0 < function <= len(KNOWN):
            return f"{what}, {WHEN.get(function, 'while or after')} it was loaded"
        name = list(KNOWN)[function - 1]
        return f"{name} ({KNOWN[name].tag}) {what}, in call {calls}"

    def _wait(self) -> int:
        """Wait until it has ended and all is shown that it has printed: its exit code."""
        code = self.running.wait()
        self._note_end()
        self._printer.join(1)
        return code

    def _note_end(self) -> None:
        """End what it has left, and all that waits for it here."""
        if not self._has_ended:
            self.stop("")
            self._has_ended = True
            self._connection.cut()

    def _marks(self) -> tuple[int, int, int]:
        """The function that is called, the calls so far, and the mark of a fork, 0 if there was none.

        The file may have written anything there, or taken it away.
        """
        try:
            noted = self._answers.read(MARK.size + FORKED.size)
        except ChannelError:
            return -1, 0, 0
        function, calls = MARK.unpack_from(noted)
        (forked,) = FORKED.unpack_from(noted, MARK.size)
        return function, calls, forked if 0 < forked <= 1 + LOADING else 0

    def _watch(self) -> None:
        """Stop it if one call takes too long; a call is under way as long as neither its number nor ours changes.

        The file could write the number of its call as well, and so the whole request has a limit too. And who asks the
        program to end does not wait for a call that does not.
        """
        seen, asked, since, told = (0, 0, 0), 0.0, 0.0, math.inf
        while self.running.poll() is None:
            time.sleep(POLL)
            now, clock = (self.awaited, *self._marks()[:2]), time.monotonic()
            if now != seen:
                asked, seen, since = asked if now[0] == seen[0] else clock, now, clock
            told = min(told, clock) if is_held() else math.inf
            limit = self.time_limit if now[1] else STARTING
            if self.awaited and clock > max(told + PATIENCE, asked + LAST):
                self.stop(f"did not return within {PATIENCE:g} s of the signal to end")
            elif self.awaited and (clock - since > limit or clock - asked > limit * self.calls):
                self.stop(self._too_long())
        self._note_end()

    def _too_long(self) -> str:
        return (
            f"takes over {self.time_limit:g} s (see --time-limit)"
            if self._marks()[0]
            else f"takes over {STARTING:g} s to start"
        )

    def _pass_on(self) -> None:
        """Show on stderr what the file prints, up to a limit."""
        pipe, printed = self.running.stderr, 0
        assert pipe
        with pipe:
            while printed <= PRINTED and (piece := self._printed(pipe.fileno())):
                shown, printed = piece[: max(0, MOST_SHOWN - printed)], printed + len(piece)
                if shown and sys.stderr:
                    more = "\n(what else it prints is not shown)\n" if printed > MOST_SHOWN else ""
                    sys.stderr.write(shown.decode(errors="replace") + more)
                    sys.stderr.flush()
                    self._open_line = not (more or shown.endswith(b"\n"))
            if printed > PRINTED:
                self.stop(f"prints more than {PRINTED:,} bytes")
        self.end_line()

    def end_line(self) -> None:
        """End the line that the file has printed, so that what is said next begins one."""
        if self._open_line and sys.stderr:
            self._open_line = False
            sys.stderr.write("\n")
            sys.stderr.flush()

    def _printed(self, pipe: int) -> bytes:
        """What it prints next; nothing once it has ended, though what it has started may still hold the pipe."""
        # Windows cannot look at a pipe
        if hasattr(select, "poll"):
            ready = select.poll()
            ready.register(pipe, select.POLLIN)
            while not ready.poll(1000 * POLL):
                if self._has_ended:
                    return b""
        return os.read(pipe, 2**16)


def _started(folder: Path, program: str, ends: Any) -> subprocess.Popen[bytes]:
    """The process; it is not sent the Ctrl-C of the terminal. ends: its stdin and stdout."""
    return subprocess.Popen(
        child.command(program, str(folder)),
        env=child.environment() | ONE_THREAD,
        stdin=ends,
        stdout=ends,
        stderr=subprocess.PIPE,
        # the first is for POSIX, the second for Windows
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def how(code: int) -> str:
    """How a process ended, by the exit code that Python gives."""
    # those that programs use as they like have no names
    named = {number.value: number.name for number in signal.Signals}
    return f"code {code}" if code >= 0 else f"signal {named.get(-code, -code)}"
