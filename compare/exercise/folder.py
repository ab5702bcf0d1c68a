"""The exercises of a class: every file of a folder, each checked anew, and none hidden by the fault of another."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from compare.equations import RUNGS
from compare.errors import InputError
from compare.exercise.ladder import Rung, survey
from compare.exercise.opened import opened
from compare.files import short_path
from compare.problem import Problem


@dataclass(frozen=True)
class Learner:
    """One file: its rungs, none if it cannot be run, and then the fault."""

    name: str
    rungs: list[Rung] = field(default_factory=list)
    fault: str = ""

    @property
    def right(self) -> int:
        """How many rungs are right, code and paper."""
        return sum(rung.state == "right" and rung.answered == len(rung.paper) for rung in self.rungs)

    @property
    def of(self) -> int:
        """How many there are; of a file that cannot be run, as many as a new one has."""
        return len(self.rungs or RUNGS)

    @property
    def paper(self) -> str:
        """How many paper tasks are right, in words; empty if there are none."""
        asked = sum(len(rung.paper) for rung in self.rungs)
        return f"{sum(rung.answered for rung in self.rungs)} of {asked}" if asked else ""

    @property
    def next(self) -> str:
        """What this learner is at, in a few words."""
        if self.fault:
            return "cannot be run"
        todo = next((one for one in self.rungs if one.state != "right" or one.answered < len(one.paper)), None)
        if not todo:
            return "finished"
        return f"{todo.name}: {'paper' if todo.answered < len(todo.paper) else todo.state}"


def files_of(folder: Path) -> list[Path]:
    """The Python files of a folder, by name. Raises InputError if there are none, or it cannot be read."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix == ".py")
    except OSError as error:
        raise InputError(f"{short_path(folder)}: cannot be read: {error.strerror}") from None
    if not found:
        raise InputError(f"{short_path(folder)}: has no Python file")
    return found


def survey_folder(
    folder: Path, problem: Problem, seconds: float, on_file: Callable[[str], None] = lambda _: None
) -> list[Learner]:
    """What every file of a folder has reached. seconds: what one call of a function may take."""
    return [_survey(path, problem, seconds, on_file) for path in files_of(folder)]


def _survey(path: Path, problem: Problem, seconds: float, on_file: Callable[[str], None]) -> Learner:
    try:
        file = opened(path, seconds)
        try:
            file.show_prints(False)
            return Learner(path.name, survey(file, problem))
        finally:
            file.end()
    except InputError as error:
        return Learner(path.name, fault=str(error))
    finally:
        on_file(path.name)
