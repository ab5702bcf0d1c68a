"""`prove`: both sides, step by step."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from compare import report, results
from compare.commands.options import Json, ProblemOptions, Quiet, check_output, progress, takes_problem
from compare.proof import prove as prove_one


class Dtypes(StrEnum):
    """The precisions of the proof."""

    float32 = "float32"
    float64 = "float64"
    both = "both"


@takes_problem
def prove(
    chosen: ProblemOptions,
    dtype: Annotated[Dtypes, typer.Option("--dtype", help="Precision.")] = Dtypes.both,
    json: Json = None,
    quiet: Quiet = False,
) -> int:
    """Train both sides from one start on the same batches and compare every step.

    Exit code 0: match, 1: differ, 2: could not compare.
    """
    check_output(json)
    problem = chosen.problem()
    console = Console(highlight=False)
    if not quiet:
        report.print_problem(console, problem)
    dtypes = ["float32", "float64"] if dtype == Dtypes.both else [dtype.value]
    runs = []
    with progress(len(dtypes) * problem.steps, quiet) as advance:
        for name in dtypes:
            run = prove_one(problem, name, on_step=lambda epoch, _, name=name: advance(f"{name} epoch {epoch}"))
            runs.append(run)
    if json:
        results.write_json(json, results.proof_as_dict(problem, runs))
    if quiet:
        report.print_verdict(console, runs, verbose=False)
    else:
        report.print_proof(console, problem, runs)
    return 0 if results.verdict(runs) == "match" else 1
