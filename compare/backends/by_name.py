"""A backend by its name, or by the path of a Python file.

Nothing is imported before it is asked for: `scratch` never waits for PyTorch.
"""

from collections.abc import Callable
from pathlib import Path

import scratch
from compare.backends.protocol import Backend
from compare.backends.scratch_side import ScratchSide
from compare.backends.worker import TIME_LIMIT, Worker
from compare.data.regular_files import file_size
from compare.errors import InputError
from compare.files import short_path
from scratch import Equations

MODULES = {"scratch": "scratch", "torch": "torch_impl"}


def backend(spec: str | Path, *, device: str = "cpu", nan: bool = True, time_limit: float = TIME_LIMIT) -> Backend:
    """`scratch`, `torch`, or the path of a Python file that defines some of the six functions.

    device: where torch works. nan: see UserFile. time_limit: see Worker. Raises InputError if it is none of these, or
    the file cannot be used.
    """
    spec = str(spec)
    if spec == "scratch":
        return SCRATCH
    if spec == "torch":
        # imported when asked for, and before its threads are counted
        from compare.backends.torch_side import TorchSide

        name = "torch" if device == "cpu" else f"torch on {device}"
        return Backend(name, lambda problem, dtype: TorchSide(problem, dtype, device))
    if not is_path(spec):
        raise _unknown(spec)
    return Worker(Path(spec), time_limit).backend(nan=nan)


def check_known(spec: str | Path) -> None:
    """Raise InputError now, before anything is loaded, if there is no backend of this name, or no file at this path."""
    if is_path(spec):
        try:
            file_size(Path(spec))
        except OSError as error:
            raise InputError(f"{short_path(Path(spec))}: cannot be read: {error.strerror}") from None
    elif spec not in MODULES:
        raise _unknown(str(spec))


def backend_equations(spec: str | Path, *, time_limit: float = TIME_LIMIT) -> Equations:
    """The equations of `scratch`, or of the file at a path; see Worker. Raises InputError as `backend`."""
    spec = str(spec)
    if spec == "scratch":
        return scratch.EQUATIONS
    if not is_path(spec):
        raise _unknown(spec)
    return Worker(Path(spec), time_limit).equations()


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


def _unknown(spec: str) -> InputError:
    return InputError(f"unknown backend {spec!r}; known: {', '.join(MODULES)}, or the path of a Python file")
