"""`prove`: both sides, step by step."""

import functools
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from rich.console import Console

from compare.backends.by_name import backend, backend_equations, check_known, is_path, is_torch, ranks_of
from compare.backends.devices import Device, device
from compare.backends.protocol import TIME_LIMIT, Backend
from compare.bugs.catalogue import BUGS, Bug, find_bug
from compare.bugs.diagnosis import Diagnosis, diagnose
from compare.bugs.replaced import replaced
from compare.cli.options import (
    COMPARED,
    SIDES_AND_RANKS,
    WHERE,
    Details,
    Json,
    Pictures,
    Quiet,
    RunName,
    RunsRoot,
    check_outputs,
    flag,
    option,
    time_limit,
)
from compare.cli.outputs import Outputs
from compare.cli.problem_options import ProblemOptions, takes_problem
from compare.cli.program import again, program
from compare.cli.progress import announce, progress
from compare.errors import InputError
from compare.problem import Problem
from compare.proof.both_precisions import SidesMaker, expected_seconds, named, prove_each, reports
from compare.proof.rounding import RoundingCause, attribute
from compare.proof.run import Run
from compare.report import as_json, proof_details, proof_screen, saved_runs
from compare.report.bug_tables import print_bug
from compare.report.check_tables import print_attribution, print_diagnosis
from compare.report.difference import first_quantity
from compare.report.pictures import RECORDING, save_pictures
from compare.report.tables import wide_console

# A second run of the same name would be refused.
KEPT = "--run", "--runs-root"


class Dtypes(StrEnum):
    """The precisions of the proof."""

    float32 = "float32"
    float64 = "float64"
    both = "both"


@dataclass
class ProofResult:
    """What is compared, and what was found."""

    problem: Problem
    sides: SidesMaker
    planted: Bug | None
    replaced: frozenset[str] | None = None
    runs: list[Run] = field(default_factory=list)
    diagnosis: Diagnosis | None = None
    rounding: dict[str, list[RoundingCause]] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """True unless every run is a match."""
        return as_json.verdict(self.runs) == "differ"


@takes_problem
def prove(
    *,
    backend_name: Annotated[
        str, option(COMPARED, "--backend", help=f"Which side is checked: {SIDES_AND_RANKS}.")
    ] = "scratch",
    against: Annotated[str, option(COMPARED, "--against", help="The reference, one of these too.")] = "torch",
    dtype: Annotated[Dtypes, option(COMPARED, "--dtype", help="Precision.")] = Dtypes.both,
    bug: Annotated[
        str | None, option(COMPARED, "--bug", metavar="NAME", help="Check scratch with this mistake of `bugs` in it.")
    ] = None,
    device_name: Annotated[Device, option(COMPARED, "--device", help=WHERE)] = Device.cpu,
    seconds: Annotated[float, time_limit(COMPARED)] = TIME_LIMIT,
    why: Annotated[bool, flag(COMPARED, "--attribute", "Say which operations round differently, and why.")] = False,
    chosen: ProblemOptions,
    details: Details = False,
    quiet: Quiet = False,
    json: Json = None,
    pictures: Pictures = None,
    run_name: RunName = None,
    runs_root: RunsRoot = Path("runs"),
) -> int:
    """Train both sides step by step, and compare every number.

    Exit code 0: match, 1: differ, 2: could not compare.
    """
    check_outputs(json, pictures, runs_root, run_name)
    _check_sides(backend_name, against, bug, why)
    dtypes = ["float32", "float64"] if dtype == Dtypes.both else [dtype.value]
    # float64 is what not every device has
    where = device(device_name.value, "torch" if is_torch(backend_name, against) else backend_name, dtypes[-1])
    proof = _asked(chosen.problem(quiet), backend_name, against, bug, seconds, where)
    console = wide_console()
    if details and not quiet:
        proof_details.print_problem(console, proof.problem)
    _compare(proof, dtypes, quiet, any(map(ranks_of, (backend_name, against))))
    if why:
        _attribute(proof, backend_name, seconds)
    # with its checksums it takes a while
    content = _as_dict(proof) if json or run_name else {}
    outputs = Outputs()
    with outputs.one():
        if json:
            as_json.write_json(json, content)
    _keep(proof, content, outputs, pictures, runs_root, run_name)
    with outputs.named(quiet):
        _print(console, proof, details, quiet)
    return 1 if proof.differs else 0


def _check_sides(ours: str, theirs: str, bug: str | None, why: bool) -> None:
    check_known(ours, ranks=True)
    check_known(theirs, ranks=True)
    if bug:
        find_bug(bug)
    if bug and ours != "scratch":
        raise InputError("--bug is planted in scratch: omit --backend")
    if why and (theirs != "torch" or is_torch(ours)):
        raise InputError("--attribute explains what differs from torch: omit --against, or --backend torch")


def _asked(problem: Problem, ours: str, theirs: str, bug: str | None, seconds: float, where: str) -> ProofResult:
    """The problem and the sides that are asked for; nothing is compared yet."""
    make, name = (_planted, bug) if bug else (named, ours)
    sides: SidesMaker = functools.partial(make, name, theirs, seconds, where)
    planted = find_bug(bug) if bug else None
    files = [side for side in (ours, theirs) if is_path(side)]
    # of two files either may have the mistake
    known = replaced(files[0]) if len(files) == 1 else None
    return ProofResult(problem, sides, planted, known)


def _planted(bug: str, theirs: str, time_limit: float, where: str) -> tuple[Backend, Backend]:
    return find_bug(bug).backend(), backend(theirs, device=where, time_limit=time_limit)


def _compare(proof: ProofResult, dtypes: list[str], quiet: bool, ranks: bool) -> None:
    """Run the proof in each precision, and look for the cause of a difference."""
    problem = proof.problem
    announce(expected_seconds(problem, dtypes, ranks), quiet)
    with progress(len(dtypes) * reports(problem), quiet) as advance:
        proof.runs = prove_each(problem, dtypes, proof.sides, advance)
    if proof.differs:
        proof.diagnosis = diagnose(problem, *proof.sides(), proof.replaced, first_quantity(proof.runs))


def _attribute(proof: ProofResult, ours: str, seconds: float) -> None:
    """Find why our side, with its planted mistake if there is one, rounds differently from PyTorch."""
    equations = proof.planted.equations() if proof.planted else backend_equations(ours, time_limit=seconds)
    proof.rounding = {run.dtype: attribute(proof.problem, run.dtype, equations) for run in proof.runs}


def _as_dict(proof: ProofResult) -> dict[str, Any]:
    """What --json writes."""
    content = as_json.proof_as_dict(proof.problem, proof.runs)
    if proof.diagnosis:
        content["diagnosis"] = as_json.diagnosis_as_dict(proof.diagnosis)
    if proof.rounding:
        content["attribution"] = {name: [a._asdict() for a in found] for name, found in proof.rounding.items()}
    return content


def _keep(
    proof: ProofResult, content: dict[str, Any], outputs: Outputs, pictures: Path | None, root: Path, name: str | None
) -> None:
    """Write the pictures, and keep all of the run, if that is asked for."""
    if not (pictures or name):
        return
    # drawing waits until it is asked for
    from compare.report.overview import Overview
    from compare.report.proof_pictures import proof_pictures

    figures = proof_pictures(proof.problem, proof.runs)

    def draw(folder: Path) -> None:
        save_pictures(figures, folder)
        recording = Overview.of(proof.problem, proof.runs[0]).as_dict()
        as_json.write_json(folder / RECORDING, recording, indent=None)

    outputs.write("pictures", pictures, draw)
    outputs.write("run", root / name if name else None, lambda path: _keep_run(proof, content, path, figures))


def _keep_run(proof: ProofResult, content: dict[str, Any], path: Path, figures: dict[str, Any]) -> None:
    run = proof.runs[-1]
    summary = saved_runs.summary(content["verdict"], run.history[run.sides[0]][-1])
    histories = {f"{side}, {run.dtype}": history for run in proof.runs for side, history in run.history.items()}
    about = content | {"command": "prove", "summary": summary}
    saved_runs.keep(path.parent, path.name, about, histories, figures)


def _print(console: Console, proof: ProofResult, details: bool, quiet: bool) -> None:
    if quiet:
        console.print(proof_screen.verdict_line(proof.runs, proof.diagnosis))
        return
    if details:
        proof_details.print_proof(console, proof.problem, proof.runs)
    for name, found in proof.rounding.items():
        print_attribution(console, name, found)
    if details:
        # where steps are right and only their sum is not, the verdict says why
        only_grown = all(run.growth is not None for run in proof.runs if run.verdict == "differ")
        if proof.diagnosis and (proof.diagnosis.facts or not only_grown):
            print_diagnosis(console, proof.diagnosis)
        if proof.planted:
            print_bug(console, proof.planted)
            console.print()
        proof_screen.print_verdict(console, proof.runs, proof.diagnosis)
    else:
        proof_screen.print_screen(console, proof.problem, proof.runs, proof.diagnosis)
        proof_screen.print_next(console, _next(proof))


def _next(proof: ProofResult) -> dict[str, str]:
    """Three commands that go on from here, each with what it shows."""
    more, mistakes = again("--details", without=KEPT), f"{program()} bugs --list"
    if not proof.differs:
        written = f"{program()} exercise --new mine.py"
        return {more: "every number", mistakes: f"{len(BUGS)} known mistakes", written: "write it yourself"}
    return {**_first_next(proof), more: "every number", mistakes: "all known mistakes"}


def _first_next(proof: ProofResult) -> dict[str, str]:
    """The mistake that it looks like, else that was planted, else how to see whether it is the same elsewhere."""
    guesses = proof.diagnosis.guesses if proof.diagnosis else []
    if bug := guesses[0].bug if guesses else proof.planted:
        return {f"{program()} bugs {bug.name}": "this mistake explained" if guesses else "the planted mistake"}
    other = str(proof.problem.chosen.seed + 1)
    return {again("--seed", other, without=("--seed", *KEPT)): "the same with another seed"}
