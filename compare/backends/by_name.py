"""A backend by its name, or by the path of a Python file.

Nothing is imported before it is asked for: `scratch` never waits for PyTorch.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import scratch
from compare.backends.protocol import TIME_LIMIT, Backend
from compare.backends.scratch_side import ScratchSide
from compare.data.regular_files import file_size
from compare.errors import InputError
from compare.files import short_path
from compare.rank import place
from scratch import Equations

if TYPE_CHECKING:
    from compare.backends.worker import Worker

MODULES = {"scratch": "scratch", "torch": "torch_impl"}
# More local ranks are a slip of the hand.
MOST_RANKS = 64
# Characters of a name that is not known that are shown.
LONGEST = 40


def backend(spec: str | Path, *, device: str = "cpu", nan: bool = True, time_limit: float = TIME_LIMIT) -> Backend:
    """`scratch`, `torch`, `torch:N`, or the path of a Python file that defines some of the six functions.

    device: where torch works. nan: see UserFile. time_limit: see Worker. torch:N is N local ranks, see Ranks; where
    torchrun has started this process, torch is one of its ranks. Raises InputError if it is none of these, or the file
    or the device cannot be used.
    """
    spec = str(spec)
    if spec == "scratch":
        return SCRATCH
    if ranks := ranks_of(spec):
        from compare.backends.ranks import Ranks

        return Ranks(ranks, device).backend()
    if spec == "torch" and place():
        from compare.backends.parallel_side import launched_backend

        return launched_backend(device)
    if spec == "torch":
        # imported when asked for, and before its threads are counted
        from compare.backends.torch_side import TorchSide

        name = "torch" if device == "cpu" else f"torch on {device}"
        return Backend(name, lambda problem, dtype: TorchSide(problem, dtype, device))
    if not is_path(spec):
        raise _unknown(spec)
    return _worker(spec, time_limit).backend(nan=nan)


def _worker(path: str | Path, time_limit: float) -> "Worker":
    # imported when asked for: most commands bring no file
    from compare.backends.worker import Worker

    return Worker(Path(path), time_limit)


def check_known(spec: str | Path, *, ranks: bool = False) -> None:
    """Raise InputError now, before anything is loaded, if there is no backend of this name, or no file at this path.

    ranks: torch:N is one too.
    """
    if is_path(spec):
        try:
            file_size(Path(spec))
        except OSError as error:
            raise InputError(f"{short_path(Path(spec))}: cannot be read: {error.strerror}") from None
    elif spec not in MODULES and not (ranks and ranks_of(str(spec))):
        raise _unknown(str(spec), ranks)


def is_torch(*specs: str) -> bool:
    """True if one of these is torch, in one process or in several."""
    return any(spec == "torch" or ranks_of(spec) for spec in specs)


def ranks_of(spec: str) -> int | None:
    """N of torch:N; None if it is something else. Raises InputError if there cannot be so many."""
    found = re.fullmatch(r"torch:(\d{1,9})", spec)
    if found and not 1 <= int(found[1]) <= MOST_RANKS:
        raise InputError(f"{spec}: the ranks, processes on this machine, must be 1 ... {MOST_RANKS}")
    return int(found[1]) if found else None


def backend_equations(spec: str | Path, *, time_limit: float = TIME_LIMIT) -> Equations:
    """The equations of `scratch`, or of the file at a path; see Worker. Raises InputError as `backend`."""
    spec = str(spec)
    if spec == "scratch":
        return scratch.EQUATIONS
    if not is_path(spec):
        raise _unknown(spec)
    return _worker(spec, time_limit).equations()


def equations_backend(name: str, make: Callable[[], Equations]) -> Backend:
    """`scratch` with other equations; `make` is called for each side, so that none shares another's state."""
    return Backend(name, lambda problem, dtype: ScratchSide(problem, dtype, make()))


def side_name(spec: str | Path) -> str:
    """What a backend is called in reports: its name, or that of its file."""
    return Path(spec).stem if is_path(spec) else str(spec)


def is_path(spec: str | Path) -> bool:
    """True if a backend is given by the path of a file, not by name."""
    text = str(spec)
    return text.endswith(".py") or "/" in text or "\\" in text


SCRATCH = Backend("scratch", ScratchSide)


def _unknown(spec: str, ranks: bool = False) -> InputError:
    known = ", ".join([*MODULES, *(["torch:N"] if ranks else [])])
    shown = spec if len(spec) <= LONGEST else f"{spec[:LONGEST]}..."
    return InputError(f"unknown backend {shown!r}; known: {known}, or the path of a Python file")
