"""The process of a worker: started, watched, and ended with the reason."""

import math
import mmap
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, BinaryIO, cast

from compare.backends.channel import FORKED, MARK, Channel
from compare.backends.shared_memory import ANSWERS, REQUESTS, make_folder, map_file
from compare.backends.user_file import LOADING
from compare.equations import KNOWN
from compare.signals import is_held

# Bytes that a file may print, and how many of them are shown.
PRINTED, MOST_SHOWN = 10**6, 2000
# Seconds until Python has started; the time limit is for what the file does.
STARTING = 60.0
POLL = 0.1
# Seconds that a call is waited for after a signal to end.
PATIENCE = 5.0
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
        self.folder = make_folder()
        try:
            self.running = _started(self.folder, program)
        except OSError:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self._answers = map_file(self.folder / ANSWERS, mmap.ACCESS_READ)
        requests = map_file(self.folder / REQUESTS, mmap.ACCESS_WRITE)
        incoming, outgoing, self._prints = map(_pipe, (self.running.stdout, self.running.stdin, self.running.stderr))
        self.channel = Channel(incoming, outgoing, self._answers, requests)
        self._printer = threading.Thread(target=self._pass_on, daemon=True)
        self._printer.start()
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def has_forked(self) -> bool:
        """True if the file has made a copy of its process."""
        return bool(self._forked())

    def stop(self, fault: str) -> None:
        """End it because of this fault, and all processes that it started."""
        self.fault = self.fault or fault
        if os.name != "posix":
            self.running.kill()
            return
        with suppress(ProcessLookupError):  # it has ended by itself
            # it leads a group of its own, see _started
            os.killpg(self.running.pid, signal.SIGKILL)

    def end(self) -> None:
        """End it, and remove its memory."""
        if self.running.returncode is None:
            self.stop("")
        self.running.wait()
        self._printer.join(1)
        for stream in (self.channel.incoming, self.channel.outgoing, self._prints):
            with suppress(OSError):  # what was not sent has nobody left to read it
                stream.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def why_ended(self) -> str:
        """What happened, in which function and which call; the process must have ended, or be about to."""
        code = self.running.wait()
        self._printer.join(1)
        function, calls = self._mark()
        if forked := self._forked():
            self.fault, function = "copies its process (fork), which it must not", forked - 1
        what = self.fault or f"ended its process ({how(code)})"
        if not 0 < function <= len(KNOWN):
            return f"{what}, {'while' if function else 'before'} it was loaded"
        name = list(KNOWN)[function - 1]
        return f"{name} ({KNOWN[name].tag}) {what}, in call {calls}"

    def _mark(self) -> tuple[int, int]:
        function, calls = MARK.unpack_from(self._answers)
        return function, calls

    def _forked(self) -> int:
        """The mark of a fork, 0 if there was none; the file may have written anything there."""
        (function,) = FORKED.unpack_from(self._answers, MARK.size)
        return int(function) if 0 < function <= 1 + LOADING else 0

    def _watch(self) -> None:
        """Stop it if one call takes too long; a call is under way as long as neither its number nor ours changes.

        The file could write the number of its call as well, and so the whole request has a limit too. And who asks the
        program to end does not wait for a call that does not.
        """
        seen, asked, since, told = (0, 0, 0), 0.0, 0.0, math.inf
        while self.running.poll() is None:
            time.sleep(POLL)
            now, clock = (self.awaited, *self._mark()), time.monotonic()
            if now != seen:
                asked, seen, since = asked if now[0] == seen[0] else clock, now, clock
            told = min(told, clock) if is_held() else math.inf
            limit = self.time_limit if now[1] else STARTING
            if self.awaited and clock - max(told, asked) > PATIENCE:
                self.stop(f"did not return within {PATIENCE:g} s of the signal to end")
            elif self.awaited and (clock - since > limit or clock - asked > limit * self.calls):
                self.stop(self._too_long())

    def _too_long(self) -> str:
        return (
            f"takes over {self.time_limit:g} s (see --time-limit)"
            if self._mark()[0]
            else f"takes over {STARTING:g} s to start"
        )

    def _pass_on(self) -> None:
        """Show on stderr what the file prints, up to a limit."""
        printed = 0
        while piece := os.read(self._prints.fileno(), 2**16):
            shown, printed = piece[: max(0, MOST_SHOWN - printed)], printed + len(piece)
            if printed > PRINTED:
                self.stop(f"prints more than {PRINTED:,} bytes")
            if shown and sys.stderr:
                more = "\n(what else it prints is not shown)\n" if printed > MOST_SHOWN else ""
                sys.stderr.write(shown.decode(errors="replace") + more)
                sys.stderr.flush()


def _started(folder: Path, program: str) -> subprocess.Popen[bytes]:
    """The process; it finds this package, and it is not sent the Ctrl-C of the terminal."""
    here = os.pathsep.join(path or os.getcwd() for path in sys.path)
    command = [sys.executable, "-P", "-m", program, str(folder)]
    return subprocess.Popen(
        command,
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": here},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # the first is for POSIX, the second for Windows
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def _pipe(stream: IO[bytes] | None) -> BinaryIO:
    assert stream is not None
    return cast(BinaryIO, stream)


def how(code: int) -> str:
    """How a process ended, by the exit code that Python gives."""
    # those that programs use as they like have no names
    named = {number.value: number.name for number in signal.Signals}
    return f"code {code}" if code >= 0 else f"signal {named.get(-code, -code)}"
