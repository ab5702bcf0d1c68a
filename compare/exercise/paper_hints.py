"""Hints to the paper tasks of a rung: what to think of, then the first step of the calculation."""

from typing import NamedTuple

from compare.exercise.ladder import Rung
from compare.exercise.progress import Progress
from compare.exercise.task import NEARLY, RIGHT

STEPS = 2


class PaperHints(NamedTuple):
    """said: each with the name of its task. more: whether there are others, for the next time."""

    said: tuple[tuple[str, str], ...]
    more: bool


def paper_hints(progress: Progress, rung: Rung) -> PaperHints:
    """The hints that were given before to this rung, and one more for each task; none repeats a reply."""
    key = f"paper: {rung.name}"
    given = min(progress.hints.get(key, 0) + 1, STEPS)
    progress.hints[key] = given
    progress.save()
    # what is nearly right needs no other way
    open_tasks = [(one.task, one.reply.reason) for one in rung.paper if one.reply.state not in (RIGHT, NEARLY)]
    every = {task.name: [text for text in (task.tip, task.step) if text != reason] for task, reason in open_tasks}
    said = tuple((name, text) for name, texts in every.items() for text in texts[:given])
    return PaperHints(said, any(len(texts) > given for texts in every.values()))
