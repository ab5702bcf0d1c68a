"""`prove`: both sides, step by step."""

import functools
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from compare.backends.by_name import backend, backend_equations
from compare.bugs.catalogue import find_bug
from compare.bugs.diagnosis import Diagnostician
from compare.cli.bugs import print_bug
from compare.cli.options import (
    Json,
    Pictures,
    ProblemOptions,
    Quiet,
    RunName,
    RunsRoot,
    check_folder,
    check_output,
    isolated,
    progress,
    takes_problem,
)
from compare.equations import QUANTITIES
from compare.errors import InputError
from compare.problem import Problem
from compare.proof.prove import Run
from compare.proof.prove import prove as prove_one
from compare.proof.rounding import attribute
from compare.proof.tolerance import READINGS
from compare.report import as_json as results
from compare.report import pictures as drawing
from compare.report import proof_tables as report
from compare.report import saved_runs as records
from compare.report.check_tables import print_attribution, print_diagnosis
from compare.report.tables import wide_console
from compare.training import published


class Dtypes(StrEnum):
    """The precisions of the proof."""

    float32 = "float32"
    float64 = "float64"
    both = "both"


@takes_problem
def prove(
    chosen: ProblemOptions,
    judged: Annotated[
        str, typer.Option("--backend", help="Which side is judged: scratch, torch, or a Python file of your own.")
    ] = "scratch",
    against: Annotated[str, typer.Option("--against", help="The other side, given alike.")] = "torch",
    bug: Annotated[
        str | None,
        typer.Option("--bug", metavar="NAME", help="Check scratch with this planted mistake, and explain it."),
    ] = None,
    why: Annotated[bool, typer.Option("--attribute", help="Say which operation differs, and why.")] = False,
    dtype: Annotated[Dtypes, typer.Option("--dtype", help="Precision.")] = Dtypes.both,
    json: Json = None,
    pictures: Pictures = None,
    run_name: RunName = None,
    runs_root: RunsRoot = Path("runs"),
    quiet: Quiet = False,
) -> int:
    """Train both sides from one start on the same batches and compare every step.

    Exit code 0: match, 1: differ, 2: could not compare.
    """
    check_output(json)
    check_folder(pictures)
    if run_name:
        records.check_name(runs_root, run_name)
    if bug and judged != "scratch":
        raise InputError("--bug is planted in scratch: leave away --backend")
    if why and (against != "torch" or judged == "torch"):
        raise InputError("--attribute explains what differs from torch: leave away --against, or --backend torch")
    if (code := isolated(judged, against)) is not None:
        return code
    problem = chosen.problem()
    planted = find_bug(bug) if bug else None
    ours, theirs = planted.backend() if planted else backend(judged), backend(against)
    console = wide_console()
    if not quiet:
        report.print_problem(console, problem)
    dtypes = ["float32", "float64"] if dtype == Dtypes.both else [dtype.value]
    runs = []
    with progress(len(dtypes) * problem.steps, quiet) as advance:
        for name in dtypes:
            tell = functools.partial(_tell, advance, name)
            runs.append(prove_one(problem, name, ours=ours, theirs=theirs, on_step=tell))
    content = results.proof_as_dict(problem, runs)
    differ = content["verdict"] == "differ"
    diagnosis = Diagnostician(problem, theirs).diagnose(ours) if differ else None
    if diagnosis:
        content["diagnosis"] = results.diagnosis_as_dict(diagnosis)
    attributions = {}
    if why:
        equations = planted.equations() if planted else backend_equations(judged)
        attributions = {name: attribute(problem, name, equations) for name in dtypes}
        content["attribution"] = {name: [a._asdict() for a in found] for name, found in attributions.items()}
    if json:
        results.write_json(json, content)
    figures = _pictures(problem, runs) if pictures or run_name else {}
    if pictures:
        drawing.save_pictures(figures, pictures)
    if run_name:
        last = runs[-1].history[runs[-1].sides[0]][-1]
        summary = {"verdict": content["verdict"], "val_loss": last.val_loss, "val_accuracy": last.val_accuracy}
        content |= {"command": "prove", "summary": summary}
        histories = {f"{side}, {run.dtype}": history for run in runs for side, history in run.history.items()}
        records.keep(runs_root, run_name, content, histories, figures)
    if quiet:
        report.print_verdict(console, runs, verbose=False)
    else:
        report.print_proof(console, problem, runs)
        for name, found in attributions.items():
            print_attribution(console, name, found)
        if diagnosis:
            print_diagnosis(console, diagnosis)
        if planted:
            print_bug(console, planted)
        report.print_verdict(console, runs, verbose=True)
    return 1 if differ else 0


def _tell(advance: Callable[[str], None], dtype: str, epoch: int, _: int) -> None:
    advance(f"{dtype} epoch {epoch}")


def _pictures(problem: Problem, runs: list[Run]) -> dict[str, Any]:
    figures = {}
    for run in runs:
        curve = published.CURVE if published.applies(problem) else None
        figures[f"curves-{run.dtype}"] = drawing.curves(run.history, curve)
        used = {
            reading: {quantity.symbol: run.trace[name, reading] for name, quantity in QUANTITIES.items()}
            for reading in READINGS
            if all((name, reading) in run.trace for name in QUANTITIES)
        }
        if len(used) == len(READINGS):
            figures[f"errors-{run.dtype}"] = drawing.errors(used, run.dtype)
        figures[f"gradients-{run.dtype}"] = drawing.gradients(run.gradients)
        before = problem.start(run.dtype)[0]
        figures[f"templates-{run.dtype}"] = drawing.templates(before, run.templates, problem.shape, problem.names)
    return figures
