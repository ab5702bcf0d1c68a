"""`exercise`: the course, function by function, and at its end the proof."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from compare.backends.by_name import equations_backend
from compare.backends.user_file import UserFile
from compare.backends.worker import run_apart
from compare.cli.options import Json, ProblemOptions, check_output, progress, takes_problem
from compare.equations import FUNCTIONS
from compare.exercise.check import HINTS, FunctionCheck, check_functions, next_hints
from compare.problem import Problem
from compare.proof.prove import prove
from compare.report import as_json as results
from compare.report import proof_tables as report
from compare.report.check_tables import print_diagnosis
from compare.report.tables import wide_console

DTYPES = "float32", "float64"
MARKS = {"right": "[green]right[/]  ", "wrong": "[bold red]wrong[/]  ", "missing": "[dim]missing[/]"}


@takes_problem
def exercise(
    chosen: ProblemOptions,
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="Your six functions; begin with compare/exercise/template.py.")
    ],
    hint: Annotated[bool, typer.Option("--hint", help="A hint; asked for again, a clearer one.")] = False,
    json: Json = None,
) -> int:
    """Check six functions of your own one by one, then train with them beside PyTorch and prove them right.

    Exit code 0: finished and proven, 1: not yet, 2: could not be judged.
    """
    check_output(json)
    if (code := run_apart([str(path)])) is not None:
        return code
    attempt = UserFile(path)
    problem = chosen.problem()
    console = wide_console()
    found = check_functions(attempt, problem)
    todo = next((one for one in found if one.state != "right"), None)
    hints = list(next_hints(path, todo.name)) if todo and hint else []
    content: dict[str, Any] = {"functions": [_as_dict(one) for one in found], "hints": hints}
    for one in found:
        console.print(f"{FUNCTIONS[one.name].tag}  {MARKS[one.state]}  {one.name}")
    console.print()
    if todo:
        _tell(console, path, found, todo, hints)
    else:
        content["proof"] = _prove(console, problem, attempt)
    if json:
        results.write_json(json, content)
    return 1 if todo or content["proof"]["verdict"] == "differ" else 0


def _tell(console: Console, path: Path, found: list[FunctionCheck], todo: FunctionCheck, hints: list[str]) -> None:
    contract = FUNCTIONS[todo.name]
    if all(one.state == "missing" for one in found):
        console.print(f"Nothing is written yet. Begin with {todo.name} ({contract.tag}) in {path}:")
        console.print(f"replace its last line, then run this again. {contract.signature}")
    elif todo.state == "missing":
        console.print(f"Next is {todo.name} ({contract.tag}): {contract.signature}")
    else:
        console.print(todo.said)
        console.print(f"{todo.name}: {contract.signature}")
        if todo.diagnosis:
            print_diagnosis(console, todo.diagnosis)
    for n, text in enumerate(hints, 1):
        console.print(f"hint {n} of {len(HINTS[todo.name])}: {text}")
    if len(hints) < len(HINTS[todo.name]):
        console.print("--hint again gives a clearer one" if hints else "--hint gives a hint")


def _prove(console: Console, problem: Problem, attempt: UserFile) -> dict[str, Any]:
    console.print("All six are right, each on its own. Now together, beside PyTorch:\n")
    ours = equations_backend(attempt.name, attempt.equations)
    with progress(len(DTYPES) * problem.steps, False) as advance:

        def tell(epoch: int, _: int) -> None:
            advance(f"epoch {epoch}")

        runs = [prove(problem, dtype, ours=ours, on_step=tell) for dtype in DTYPES]
    report.print_proof(console, problem, runs)
    report.print_verdict(console, runs, verbose=True)
    return results.proof_as_dict(problem, runs)


def _as_dict(one: FunctionCheck) -> dict[str, Any]:
    known = results.diagnosis_as_dict(one.diagnosis) if one.diagnosis else None
    return asdict(one) | {"tag": FUNCTIONS[one.name].tag, "diagnosis": known}
