"""The exercise on a terminal: the ladder, what is next, hints, and a class of learners."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from compare.equations import KNOWN
from compare.exercise.folder import Learner
from compare.exercise.hints import STEPS
from compare.exercise.ladder import Rung
from compare.exercise.rungs import TEXTS
from compare.report.tables import cut, table, wrapped
from compare.words import counted

STYLES = {"right": "green", "wrong": "bold red", "foreign": "bold red", "paper": "yellow"}
# How a state is written where it is not its own name.
WORDS = {"later": "", "foreign": "not yours"}
NAME = 26
# What is said of a formula that was derived on paper; the formula itself is for those who ask for hints.
DERIVED = "On paper you computed numbers of {}: which formula gives all of them?"


def print_ladder(console: Console, rungs: list[Rung], details: bool) -> None:
    """How many rungs are right and which is next; with `details`, and at the beginning, each in a line.

    Of the last that has become right it is told what was shown.
    """
    right = sum(rung.state == "right" for rung in rungs)
    if details or not right:
        for number, rung in enumerate(rungs, 1):
            _print_rung(console, number, rung)
        console.print(Text(f"\n{right} of {len(rungs)} are right\n"))
    else:
        todo = next((rung for rung in rungs if rung.state != "right"), None)
        then = f", next: {todo.name} ({todo.tag})" if todo else ""
        console.print(Text(f"{right} of {len(rungs)} are right{then}; --details shows all\n"))
    if new := [rung for rung in rungs if rung.is_new and rung.paper]:
        console.print(Text(f"{new[-1].name} is right. You have shown: {TEXTS[new[-1].name].formula}\n"))
    for rung in rungs:
        if rung.is_slow:
            console.print(_filled(_slow(rung)))


def _print_rung(console: Console, number: int, rung: Rung) -> None:
    state, style = WORDS.get(rung.state, rung.state), STYLES.get(rung.state, "dim")
    paper = f"paper {rung.answered} of {len(rung.paper)}" if rung.paper else ""
    console.print(Text.assemble(f"{number:2}  {rung.tag:5}  ", (f"{state:9}", style), f"  {rung.name:{NAME}}  {paper}"))


def _slow(rung: Rung) -> str:
    return (
        f"{rung.name} is right, and its check took {rung.seconds:.0f} s. A loop of Python handles one number after "
        "another, with hundreds of machine instructions for each; an operation on whole arrays is one call that works "
        "on many at once. It counts as it is; which lines could be one call on the whole array?\n"
    )


def print_next(console: Console, path: Path, todo: Rung, formula: bool = False) -> None:
    """What is wrong with the first rung that is not right, or that it is to be written.

    formula: whether the one that its paper tasks were about is told.
    """
    head = f"{todo.name} ({todo.tag}): {KNOWN[todo.name].signature}"
    if todo.finding:
        # an error of the file names the function already
        title = f"{todo.name} ({todo.tag})"
        console.print(_filled(todo.finding.asks if title in todo.finding.asks else f"{title}: {todo.finding.asks}"))
        console.print(Text(KNOWN[todo.name].signature))
    else:
        console.print(Text(head))
        console.print(
            _filled(
                f"Write it in {path}, in place of raise NotImplementedError, and run this again. "
                "If it is written, remove that line."
            )
        )
    if todo.paper and TEXTS[todo.name].hidden and not (todo.finding and todo.finding.fault):
        result = " and ".join(KNOWN[todo.name].results)
        said = (
            f"Your answers on paper are entries of this: {TEXTS[todo.name].formula}"
            if formula
            else DERIVED.format(result)
        )
        console.print(_filled(said))


def print_hints(console: Console, hints: tuple[str, ...]) -> None:
    """The hints so far, and how to get more."""
    for number, text in enumerate(hints, 1):
        console.print(_filled(f"hint {number} of {STEPS}: {text}"))
    if len(hints) < STEPS:
        console.print(Text("--hint again says more" if hints else "--hint says more"))
    else:
        console.print(Text("That was the last hint."))


def print_class(console: Console, learners: list[Learner]) -> None:
    """A row for each learner: how far, and what is next."""
    rows = [(cut(one.name, 20), f"{one.right} of {one.of}", one.paper, one.next) for one in learners]
    console.print(table("", ("file", "right", "paper", "next"), rows, left=4, below=None))
    console.print(Text(f"\n{counted(len(learners), 'file')}; --json FILE has every reason"))


def _filled(text: str) -> Text:
    return Text(wrapped(text))
