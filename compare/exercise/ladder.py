"""One file up the ladder: what is right, and the first thing that is not."""

from collections.abc import Callable
from functools import cache
from time import perf_counter
from typing import NamedTuple

from compare.backends.user_file import UserFileError
from compare.backends.worker import Worker
from compare.data.registry import load
from compare.equations import KNOWN
from compare.exercise.answers import Answer
from compare.exercise.check import LAST, Finding, check, found_or_fault
from compare.exercise.foreign import why_not
from compare.exercise.paper import tasks
from compare.exercise.progress import Progress
from compare.exercise.rungs import example, ladder
from compare.exercise.source import Source
from compare.exercise.task import OPEN, RIGHT, Reply, Task
from compare.problem import Hyperparameters, Problem

# From so many seconds on one is told that there is a faster way.
SLOW = 15.0


@cache
def small_problem() -> Problem:
    """What rungs are checked on: images of 64 pixels, so that a check takes a second; the proof at the end has more."""
    return Problem(load("digits"), Hyperparameters(epochs=1))


class Asked(NamedTuple):
    """A paper task, what was answered (None: nothing yet), and what is said to it."""

    task: Task
    given: Answer | None
    reply: Reply

    @property
    def is_right(self) -> bool:
        """True if it is answered, and right."""
        return self.reply.state == RIGHT


class Rung(NamedTuple):
    """A function or rung of a file.

    state: `right`; `paper`: a paper task before it is open; `missing`: not written; `wrong`; `foreign`: somebody else's
    code; `later`: not looked at, because one before it is open. seconds: what the check took. loops: whether the code
    loops in Python. is_new: whether it has become right now.
    """

    name: str
    state: str
    paper: tuple[Asked, ...] = ()
    finding: Finding | None = None
    seconds: float = 0.0
    loops: bool = False
    is_new: bool = False

    @property
    def tag(self) -> str:
        """Of its equation."""
        return KNOWN[self.name].tag

    @property
    def answered(self) -> int:
        """How many of its paper tasks are right."""
        return sum(asked.is_right for asked in self.paper)

    @property
    def is_slow(self) -> bool:
        """True if it is right, and took long by a loop; a busy computer makes every check long."""
        return self.state == "right" and self.loops and self.seconds > SLOW


def climb(
    file: Worker, problem: Problem, progress: Progress, on_step: Callable[[str], None] = lambda _: None
) -> list[Rung]:
    """All rungs of a file, checked up to the first that is not right; what was right and is unchanged stays so."""
    source, found, stopped = Source(file.path), list[Rung](), False
    for name in ladder(file.names):
        paper, code = _paper(source, name), source.fingerprint(name)
        known = progress.right.get(name) == code and not source.foreign(name) and _all_right(paper)
        if not known and (stopped or not _all_right(paper)):
            found.append(Rung(name, "later" if stopped else "paper", paper))
            stopped = True
            continue
        rung = Rung(name, "right", paper) if known else _checked(file, source, name, problem, on_step, paper)
        stopped |= rung.state != "right"
        if rung.state == "right" and not known:
            rung = rung._replace(is_new=True)
            progress.right[name] = code
            progress.save()
        found.append(rung)
    return found


def survey(file: Worker, problem: Problem) -> list[Rung]:
    """Every rung of a file, each checked anew and on its own; the last one if all before it are right."""
    source, found = Source(file.path), list[Rung]()
    for name in ladder(file.names):
        paper = _paper(source, name)
        if name == LAST and any(rung.state != "right" for rung in found):
            found.append(Rung(name, "later", paper))
            continue
        found.append(_checked(file, source, name, problem, lambda _: None, paper))
    return found


def _checked(
    file: Worker, source: Source, name: str, problem: Problem, on_step: Callable[[str], None], paper: tuple[Asked, ...]
) -> Rung:
    if name not in file.names:
        return Rung(name, "missing", paper, _other_name(source, name, ""))
    file.show_prints(False)
    if found := found_or_fault(name, lambda: _foreign(file, source, name)):
        return Rung(name, "wrong" if found.fault else "foreign", paper, found)
    began = perf_counter()
    try:
        finding = check(file, name, problem, on_step)
    except UserFileError:
        return Rung(name, "missing", paper, _other_name(source, name, f", and the {name} that is not written must go"))
    seconds = perf_counter() - began
    return Rung(name, "wrong" if finding else "right", paper, finding, seconds, source.has_loop(name))


def _foreign(file: Worker, source: Source, name: str) -> Finding | None:
    """What is said of a function that runs code of others. Raises UserFileError if it cannot be called."""
    other = source.foreign(name) or file.foreign(name, example(name)[0])
    return Finding(why_not(name, other, file.path.parent)) if other else None


def _other_name(source: Source, name: str, more: str) -> Finding | None:
    """What is said of a function that is not written, where another name may be meant for it."""
    other = source.misspelled(name)
    return Finding(f"your file has {other}. If this is meant, its name must be {name}{more}.") if other else None


def _paper(source: Source, name: str) -> tuple[Asked, ...]:
    if not source.asked:
        return ()
    found = [(task, source.answers.get(task.name)) for task in tasks(source.seed) if task.rung == name]
    return tuple(Asked(task, given, Reply(OPEN) if given is None else task.reply(given)) for task, given in found)


def _all_right(paper: tuple[Asked, ...]) -> bool:
    return all(asked.is_right for asked in paper)
