"""What a learner has reached, and how many hints were given: kept in a file beside the exercise."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from compare.data.regular_files import read_bytes
from compare.data.strict_json import parse_json
from compare.errors import InputError
from compare.files import short_path, whole_file
from compare.problem import Problem


class Progress:
    """Of the exercise at a path. right: by rung the fingerprint of its code when it was right. hints: how many by key.

    proven: the `fingerprint` of what has passed the proof, empty if nothing has.
    Raises InputError if the file is damaged, or cannot be read; it stays as it is.
    """

    def __init__(self, exercise: Path):
        self.path = progress_path(exercise)
        found = _read(self.path)
        self.right: dict[str, str] = found.get("right", {})
        self.hints: dict[str, int] = found.get("hints", {})
        self.proven: str = found.get("proven", "")

    def save(self) -> None:
        """Write it; where that cannot be done, the next run checks everything anew."""
        text = json.dumps({"right": self.right, "hints": self.hints, "proven": self.proven}, indent=1)
        with suppress(OSError), whole_file(self.path) as stream:
            stream.write(text.encode())


def fingerprint(exercise: Path, problem: Problem) -> str:
    """Of the bytes of a file and what it is proven on: another one if either has changed."""
    on = f"{problem} {problem.chosen}".encode()
    return hashlib.sha256(exercise.read_bytes() + on).hexdigest()


def progress_path(exercise: Path) -> Path:
    """Where the progress of an exercise is kept.

    >>> progress_path(Path("work/mine.py")).name
    'mine.progress.json'
    """
    return exercise.with_name(f"{exercise.stem}.progress.json")


def reset(exercise: Path) -> bool:
    """Forget the progress; False if there was none. Raises InputError if the file cannot be removed."""
    path = progress_path(exercise)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise InputError(f"{short_path(path)}: cannot be removed: {error.strerror}") from None
    return True


def _read(path: Path) -> dict[str, Any]:
    try:
        found = parse_json(read_bytes(path))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise InputError(f"{short_path(path)}: progress cannot be read: {error.strerror}; use --reset") from None
    except ValueError:
        found = None
    if not _is_ours(found):
        raise InputError(f"{short_path(path)}: is damaged, so progress cannot be kept; use --reset")
    return found


def _is_ours(found: Any) -> bool:
    if not (isinstance(found, dict) and all(isinstance(found.get(key, {}), dict) for key in ("right", "hints"))):
        return False
    if not isinstance(found.get("proven", ""), str):
        return False
    return all(isinstance(code, str) for code in found.get("right", {}).values()) and all(
        type(count) is int and count > 0 for count in found.get("hints", {}).values()
    )
