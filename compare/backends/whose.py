"""Whose code runs while a user's file is loaded or one of its functions is called: the file's own, or another's."""

import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from compare.backends.user_code import MODULE

# What runs whatever a text says, other programs, or what other computers have: functions and modules of Python. And
# what ends the watch.
WAYS = {
    "exec", "eval", "compile", "__import__", "os.system", "os.posix_spawn", "os.posix_spawnp", "os.execv", "os.execve",
    "importlib", "runpy", "subprocess", "multiprocessing", "ctypes", "socket", "urllib", "http", "sys.setprofile",
}  # fmt: skip
# Python's names of the module that `os` takes its functions from.
SYSTEM = {"posix": "os", "nt": "os"}
# Packages that compute nothing of a model.
HARMLESS = {"matplotlib", "tqdm", "rich", "typing_extensions"}


def others_code(own: str, run: Callable[[], Any], *, loading: bool = False) -> list[str]:
    """What `run` runs in this thread that is neither of a file nor of Python and NumPy: packages, and WAYS.

    own: the file, as its code names it. loading: only the WAYS that the file takes itself, for each import runs code
    of others. Raises what `run` raises.
    """
    found = dict[str, None]()

    def note(frame: FrameType, event: str, called: Any) -> None:
        name = _called(frame, called, own) if event == "c_call" else _begun(frame, own) if event == "call" else ""
        if name and (name in WAYS or not loading):
            found[name] = None

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return [*found]


def whose(module: str) -> str:
    """The package that a module is in; empty if it is of Python or NumPy, or computes nothing of a model.

    >>> whose("torch.nn"), whose("numpy.linalg"), whose("math")
    ('torch', '', '')
    """
    root = module.partition(".")[0]
    return "" if _is_plain(root) or root in HARMLESS else root


@cache
def package(file: str) -> str:
    """The package or module that a file of code is in, empty for code that comes from no file."""
    if file.startswith("<"):
        return ""
    folders = (os.path.join(os.path.abspath(folder), "") for folder in sys.path)
    folder = max((one for one in folders if file.startswith(one)), key=len, default=os.path.dirname(file) + os.sep)
    return Path(file.removeprefix(folder)).parts[0].partition(".")[0]


def _begun(frame: FrameType, own: str) -> str:
    """Whose a function of Python is that begins."""
    file, caller = frame.f_code.co_filename, frame.f_back.f_code.co_filename if frame.f_back else own
    if file == own or (caller != own and not _is_plain(package(caller))):
        # what another package calls is told of that package
        return ""
    return package(file) if package(file) in WAYS and caller == own else whose(package(file))


def _called(frame: FrameType, called: Any, own: str) -> str:
    """Whose a built-in function is that is called."""
    file, module = frame.f_code.co_filename, str(called.__module__ or type(called.__self__).__module__)
    if file == own and (way := f"{SYSTEM.get(module, module)}.{called.__name__}".removeprefix("builtins.")) in WAYS:
        return way
    # what a class of the file has inherited is Python's
    return "" if module.startswith(MODULE) or not (file == own or _is_plain(package(file))) else whose(module)


def _is_plain(root: str) -> bool:
    return root in ("", "numpy") or root in sys.stdlib_module_names
