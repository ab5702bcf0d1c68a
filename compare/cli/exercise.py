"""`exercise`: six functions to write, checked one by one, and then the proof on all of them."""

import functools
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from compare.backends.worker import TIME_LIMIT, Worker
from compare.cli.options import Details, Json, check_output, flag, option, time_limit
from compare.cli.problem_options import ProblemOptions, takes_problem
from compare.cli.progress import announce, progress
from compare.cli.seat import score_test
from compare.equations import FUNCTIONS
from compare.errors import InputError
from compare.exercise.check import FunctionCheck, check_functions
from compare.exercise.hints import HINTS, next_hints
from compare.exercise.new import new_exercise
from compare.files import maths_page
from compare.problem import DTYPES, Problem
from compare.proof.both_precisions import expected_seconds, named, prove_each, reports
from compare.proof.run import Run
from compare.report import as_json
from compare.report.check_tables import print_diagnosis
from compare.report.proof_screen import print_screen
from compare.report.tables import wide_console

# The group of its own options in --help.
EXERCISE = "Exercise"
STATE_STYLES = {"right": "green", "wrong": "bold red", "missing": "dim"}


@takes_problem
def exercise(
    *,
    path: Annotated[Path | None, typer.Argument(metavar="FILE", help="Your file, as --new wrote it.")] = None,
    new: Annotated[
        Path | None, option(EXERCISE, "--new", metavar="FILE", help="Write a new file with six empty functions.")
    ] = None,
    hint: Annotated[bool, flag(EXERCISE, "--hint", "Give a hint; asked again, a clearer one.")] = False,
    check: Annotated[
        bool, flag(EXERCISE, "--check", "FILE is a test of yours: how many known mistakes does it catch?")
    ] = False,
    seconds: Annotated[float | None, time_limit(EXERCISE)] = None,
    chosen: ProblemOptions,
    details: Details = False,
    json: Json = None,
) -> int:
    """Write the six functions yourself; they are checked one by one.

    When all are right, they train beside PyTorch, and every step is compared.
    Begin with --new FILE. Exit code 0: all six are right and proven, 1: not yet, 2: could not be checked.
    With --check you write the test instead; begin with --check --new FILE. Exit code 0: it catches all mistakes.
    """
    if check:
        return score_test(path, new, hint, seconds, details, json)
    if new:
        if path or hint or json:
            raise InputError("--new only writes a new file: omit the other FILE, --hint and --json")
        check_output(new, "--new")
        return _begin(wide_console(), new)
    if not path:
        raise InputError("FILE is missing; exercise --new FILE writes a new one")
    check_output(json)
    return _check(wide_console(), Worker(path, seconds or TIME_LIMIT), chosen.problem(), hint, json)


def _begin(console: Console, path: Path) -> int:
    command = new_exercise(path)
    first = next(iter(FUNCTIONS))
    text = (
        f"{path} has six empty functions. Begin with {first} ({FUNCTIONS[first].tag}):\n"
        f"replace the last line of the function, then check it with\n\n    {command}\n\nthe maths: {maths_page()}"
    )
    # a command is copied: it must not be broken into lines
    console.print(text, soft_wrap=True)
    return 0


def _check(console: Console, file: Worker, problem: Problem, hint: bool, json: Path | None) -> int:
    found = check_functions(file, problem)
    todo = next((one for one in found if one.state != "right"), None)
    hints = next_hints(file.path, todo.name) if todo and hint else ()
    _print_states(console, found)
    content: dict[str, Any] = {"functions": [_as_dict(one) for one in found], "hints": list(hints)}
    if todo:
        _print_next(console, file.path, found, todo)
        _print_hints(console, todo.name, hints)
    else:
        content["proof"] = as_json.proof_as_dict(problem, _prove(console, problem, file))
    if json:
        as_json.write_json(json, content)
    return 1 if todo or content["proof"]["verdict"] == "differ" else 0


def _print_states(console: Console, found: list[FunctionCheck]) -> None:
    for one in found:
        console.print(
            Text.assemble(FUNCTIONS[one.name].tag, "  ", (f"{one.state:7}", STATE_STYLES[one.state]), "  ", one.name)
        )
    console.print()


def _print_next(console: Console, path: Path, found: list[FunctionCheck], todo: FunctionCheck) -> None:
    function = FUNCTIONS[todo.name]
    if all(one.state == "missing" for one in found):
        text = (
            f"Nothing is written yet. Begin with {todo.name} ({function.tag}) in {path}:\n"
            f"replace the last line of the function, then run this again.\n{function.signature}"
        )
    elif todo.state == "missing":
        text = f"Next is {todo.name} ({function.tag}):\n{function.signature}"
    else:
        text = f"{todo.reason}\n{todo.name}: {function.signature}"
    console.print(text)
    if todo.diagnosis:
        print_diagnosis(console, todo.diagnosis)


def _print_hints(console: Console, name: str, hints: tuple[str, ...]) -> None:
    for n, text in enumerate(hints, 1):
        console.print(f"hint {n} of {len(HINTS[name])}: {text}")
    if len(hints) < len(HINTS[name]):
        console.print("--hint again gives a clearer one" if hints else "--hint gives a hint")


def _prove(console: Console, problem: Problem, file: Worker) -> list[Run]:
    console.print("All six are right, each on its own. Now together, beside PyTorch:\n")
    announce(expected_seconds(problem, DTYPES), quiet=False)
    # a file may have the name of a side, or none of a file of Python
    sides = functools.partial(named, os.path.join(os.curdir, file.path), "torch", file.time_limit)
    with progress(len(DTYPES) * reports(problem), False) as advance:
        runs = prove_each(problem, DTYPES, sides, advance)
    print_screen(console, problem, runs)
    return runs


def _as_dict(one: FunctionCheck) -> dict[str, Any]:
    known = as_json.diagnosis_as_dict(one.diagnosis) if one.diagnosis else None
    return asdict(one) | {"tag": FUNCTIONS[one.name].tag, "diagnosis": known}
