"""Every text is printed as it is: hints, the catalogue, and names that look like markup, emoji codes or options."""

import dataclasses
import io
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from compare.bugs.catalogue import BUGS
from compare.bugs.diagnosis import Diagnosis, Guess
from compare.cli import data, evaluate, exercise_screen, experiment, explain, runs
from compare.data.dataset import Dataset
from compare.data.splits import Split
from compare.equations import FUNCTIONS
from compare.exercise.check import Finding
from compare.exercise.hints import HINTS
from compare.exercise.ladder import Rung
from compare.problem import Hyperparameters, Problem
from compare.proof.explanation import STAGES
from compare.proof.rounding import RoundingCause
from compare.proof.run import Run
from compare.report import bug_tables, check_tables, proof_details, proof_screen
from compare.report.tables import table, wide_console
from compare.training.checkpoint_images import CheckpointImages
from compare.training.classify import Classified
from compare.training.experiments import Row

# What Rich would take for markup, an emoji, an escape or a number to be coloured.
TRAPS = "[bold]", "[/]", "[/red]", "[red]x[/]", ":smile:", "\\[b]", "a[0]", "[link=x]", "@y[:, 1]", "[#fff]1"
TEXTS = st.sampled_from(TRAPS) | st.text("[]/:=#@\\ab1 ", min_size=1, max_size=10)


def squashed(text: str) -> str:
    """Without white space, which changes where lines are broken."""
    return "".join(text.split())


def named(run: Run, side: str) -> Run:
    """The same run, with another name of the side that is checked."""
    ours, theirs = run.sides
    of_sides = ("history", "gradient_checks", "seconds", "weights")
    renamed = {field: {side: getattr(run, field)[ours], theirs: getattr(run, field)[theirs]} for field in of_sides}
    return dataclasses.replace(run, sides=(side, theirs), **renamed)


def dataset(name: str, of_class: str) -> Dataset:
    images, labels = np.zeros((20, 2, 2), np.uint8), np.arange(20) % 2
    return Dataset(name, (images, labels), None, 2, names=(of_class, "1"))


def print_images(console: Console, text: str) -> None:
    """A confusion matrix, with a class of this name."""
    images = CheckpointImages("any", Split.test, np.zeros((1, 4)), np.zeros(1, int), 2, (2, 2), (text, "1"))
    console.print(
        evaluate._table(
            evaluate.Evaluated(images, Classified(np.ones((1, 2)), np.zeros(1, int), 0.5, 0.5), np.eye(2, dtype=int))
        )
    )


def print_stages(console: Console, text: str) -> None:
    """The numbers of one image on a side of this name."""
    values = dict.fromkeys(STAGES, np.ones(2))
    console.print(explain._table({text: values, "the other": values}, 9))


def print_kept(console: Console, text: str) -> None:
    """The table of `runs`, with this command and data set."""
    problem = {"lr": 0.1, "momentum": 0.0, "batch_size": 1, "steps": 1}
    summary = {"verdict": "match", "val_loss": 1.0, "val_accuracy": 0.5}
    kept = {"name": text, "command": text, "data": {"name": text}, "problem": problem, "summary": summary}
    with redirect_stdout(console.file):
        runs._print([kept])


def print_row(console: Console, text: str) -> None:
    """The table of an experiment with this setting."""
    console.print(experiment._table("what", [Row(text, 1.0, "scratch", 1, 1.0, 0.5, 1.0, 0.5, 10, False)]))


def print_problem(console: Console, text: str) -> None:
    proof_details.print_problem(console, Problem(dataset(text, "0"), Hyperparameters(epochs=1, batch_size=1)))


def a_bug(text: str) -> Any:
    return dataclasses.replace(BUGS["wrong-axis"], name=text, belief=text, symptom=text, lesson=text)


def cause(text: str) -> RoundingCause:
    return RoundingCause("E1", text, 0.5, 1.0, 1.0, text, text, 0.0)


# What prints a text: a console and the text.
WAYS: dict[str, Callable[[Console, str], Any]] = {
    "a line": lambda console, text: console.print(text),
    "the title of a table": lambda console, text: console.print(table(text, ["a"], [["b"]])),
    "the head of a table": lambda console, text: console.print(table("", [text, "a"], [["b", "c"]])),
    "a cell": lambda console, text: console.print(table("", ["a", "b"], [["c", text]], left=2)),
    "a cell of Text": lambda console, text: console.print(table("", ["a", "b"], [["c", Text(text, "red")]])),
    "a fact": lambda console, text: check_tables.print_diagnosis(console, Diagnosis([text], [])),
    "a guess": lambda console, text: check_tables.print_diagnosis(console, Diagnosis(["x"], [Guess(a_bug(text), 1)])),
    "a reason": lambda console, text: check_tables.print_attribution(console, "float32", [cause(text)]),
    "a mistake": lambda console, text: bug_tables.print_bug(console, a_bug(text)),
    "a command": lambda console, text: proof_screen.print_next(console, {text: text}),
    "a problem": print_problem,
    "a class": lambda console, text: data._show(console, dataset("any", text), None, None),
    "a data set": lambda console, text: data._show(console, dataset(text, "0"), None, None),
    "a confusion matrix": print_images,
    "an explanation": print_stages,
    "a kept run": print_kept,
    "an experiment": print_row,
    "the reason of a check": lambda console, text: exercise_screen.print_next(
        console, "mine.py", Rung("logits", "wrong", (), Finding(text))
    ),
    "the file of an exercise": lambda console, text: exercise_screen.print_next(
        console, text, Rung("logits", "missing")
    ),
    "a hint": lambda console, text: exercise_screen.print_hints(console, (text,)),
}


def shown(show: Callable[..., Any], *args: Any, **options: Any) -> str:
    """What is printed, without white space."""
    console = wide_console(io.StringIO())
    with redirect_stdout(io.StringIO()):
        show(console, *args, **options)
    return squashed(console.file.getvalue())


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=25, deadline=None)
@given(text=TEXTS)
def test_no_text_is_taken_for_markup(way: str, text: str):
    assert squashed(text) in shown(WAYS[way], text)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_the_name_of_a_side_is_printed_as_it_is(digits: Problem, matching: list[Run], text: str):
    proofs = [named(run, text) for run in matching]
    for show in (proof_screen.print_screen, proof_details.print_proof):
        assert squashed(f"{text}") in shown(show, digits, proofs)


@pytest.mark.parametrize("trap", TRAPS)
def test_a_difference_shows_the_name_of_the_side_as_it_is(digits: Problem, differing: list[Run], trap: str):
    proofs = [named(run, trap) for run in differing]
    assert squashed(f"differ: {trap} and torch") in shown(proof_screen.print_screen, digits, proofs)


@pytest.mark.parametrize("name", HINTS)
def test_every_hint_is_printed_as_it_is(name: str):
    text = shown(exercise_screen.print_hints, HINTS[name])
    for number, hint in enumerate(HINTS[name], 1):
        assert squashed(f"hint {number} of 3: {hint}") in text


@pytest.mark.parametrize("name", BUGS)
def test_every_text_of_the_catalogue_is_printed_as_it_is(name: str):
    bug = BUGS[name]
    text = shown(bug_tables.print_bug, bug)
    for part in (bug.title, f"({name})", bug.source, bug.belief, bug.symptom, bug.lesson):
        assert squashed(part) in text
    tag = bug.tag if bug.function in FUNCTIONS else ""
    assert squashed(f"{name} {tag} {bug.function}") in shown(bug_tables.print_list)
    guess = shown(check_tables.print_diagnosis, Diagnosis(["seen"], [Guess(bug, 0.9)]))
    assert squashed(f"{bug.title}, see bug {name}, {bug.tag}") in guess
