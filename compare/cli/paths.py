"""The paths of a command: none is written where something else of the command goes to, or is read from."""

import os
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from compare.backends.by_name import is_path
from compare.data.registry import is_path as is_own
from compare.errors import InputError
from compare.report.pictures import RECORDING, SUFFIXES
from compare.report.saved_runs import ABOUT

# The parameters that name a file to be written, and those that may name one to be read.
WRITTEN = "save", "json", "picture", "out"
READ = "resume", "checkpoint", "image", "path", "again", "backend", "backend_name", "against", "data", "name"
# What is in the folders that are written.
WRITTEN_FOLDERS = "pictures", "run"
# A training may go on in its own file, and a page be made again in its own.
MAY_SHARE = {("save", "resume"), ("out", "again")}


class Use(NamedTuple):
    """What a parameter has at a path. kind: file, or what a folder holds: pictures, run, or runs."""

    name: str
    path: Path
    kind: str

    @property
    def written(self) -> bool:
        """Whether the command writes there."""
        return self.name in WRITTEN or self.kind in WRITTEN_FOLDERS

    def lies_in(self, outer: "Use") -> bool:
        """True if this is below the other, where it cannot be, or would be written over."""
        if outer.path not in self.path.parents or outer.kind == "runs":
            return False
        # a new folder has nothing in it; beside pictures only other names can stand
        name = self.path.relative_to(outer.path).parts[0]
        return outer.kind != "pictures" or name == RECORDING or Path(name).suffix in SUFFIXES


def check_paths(given: dict[str, Any], options: dict[str, str], typed: dict[str, Any]) -> None:
    """Raise InputError if something is to be written where something else of the command is, or goes to.

    given, options, typed: by parameter of a command its value, what its option is called, and what was typed.
    """
    for name in (*WRITTEN, "new"):
        # a path would forget it
        if str(typed.get(name) or "").endswith(("/", os.sep)):
            raise InputError(f"{options[name]} {typed[name]}: is the name of a folder; name a file")
    for one, other in combinations([*_files(given), *_folders(given), *_kept(given)], 2):
        if not (one.written or other.written) or (one.name, other.name) in MAY_SHARE:
            continue
        if one.path == other.path:
            raise _refused(one, "is", other, given, options)
        for inner, outer in ((one, other), (other, one)):
            if inner.lies_in(outer):
                raise _refused(inner, "would lie in", outer, given, options)


def _refused(one: Use, how: str, other: Use, given: dict[str, Any], options: dict[str, str]) -> InputError:
    place = f"the {'file' if other.kind == 'file' else 'folder'} of {options[other.name]}"
    also = " too" if how == "is" else ""
    return InputError(f"{options[one.name]} {given[one.name]}: {how} {place}{also}; choose another name")


def _files(given: dict[str, Any]) -> Iterator[Use]:
    for name in (*WRITTEN, *READ):
        value = str(given.get(name) or "")
        if value and _is_file(name, value):
            yield _use(name, value, "file")


def _folders(given: dict[str, Any]) -> Iterator[Use]:
    if given.get("pictures"):
        yield _use("pictures", given["pictures"], "pictures")
    if given.get("run_name"):
        yield _use("run_name", Path(given["runs_root"], given["run_name"]), "run")


def _kept(given: dict[str, Any]) -> Iterator[Use]:
    """What `runs` reads."""
    if "runs_root" in given and "run_name" not in given:
        # Typer 0.26 gives the text that was typed
        root = Path(given["runs_root"])
        yield _use("runs_root", root, "runs")
        if os.path.isdir(root):
            yield from (_use("runs_root", path, "file") for path in root.glob(f"*/{ABOUT}"))


def _is_file(name: str, value: str) -> bool:
    """True unless this is stdout, the name of a side, a folder, a pipe or a terminal."""
    if name in ("data", "name"):
        # these are names, unless they are the path of one's own data
        return is_own(value) and os.path.isfile(value)
    by_name = value == "-" or (name in ("backend", "backend_name", "against") and not is_path(value))
    return not by_name and (os.path.isfile(value) or not os.path.exists(value))


def _use(name: str, path: str | Path, kind: str) -> Use:
    try:
        return Use(name, Path(os.path.realpath(path)), kind)
    except OSError:  # the working folder is gone: what cannot be written is told where it is checked
        return Use(name, Path(path), kind)
