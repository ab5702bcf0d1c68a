"""`bugs`: the classic mistakes, and which check detects which."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from compare.bugs.catalogue import BUGS, Bug, find_bug
from compare.bugs.detection import Detection
from compare.bugs.generated.mutants import mutants
from compare.bugs.generated.survey import GeneratedSurvey, survey_generated
from compare.bugs.generated.survey import total_reports as total_reports_generated
from compare.bugs.survey import Survey, expected_seconds, survey, total_reports
from compare.cli.options import OUTPUT, Details, Json, Quiet, check_output, flag
from compare.cli.outputs import Outputs
from compare.cli.problem_options import ProblemOptions, takes_problem
from compare.cli.progress import duration, progress, say
from compare.errors import InputError
from compare.problem import DTYPES, Problem
from compare.report import as_json
from compare.report.bug_tables import print_bug, print_list, print_result, print_survey
from compare.report.generated_tables import print_generated, print_generated_result
from compare.report.tables import wide_console

# Of a training with generated mistakes, unless others are asked for.
GENERATED_EPOCHS = 10


@takes_problem
def bugs(
    *,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Explain this one, and train nothing.")] = None,
    chosen: ProblemOptions,
    only_list: Annotated[bool, flag(OUTPUT, "--list", "List all names, and train nothing.")] = False,
    every: Annotated[bool, flag(OUTPUT, "--all", f"All {len(BUGS)} mistakes, not only the classic ones.")] = False,
    generated: Annotated[
        bool, flag(OUTPUT, "--generated", "Make mistakes by program instead: every small change of the six functions.")
    ] = False,
    details: Details = False,
    quiet: Quiet = False,
    json: Json = None,
) -> int:
    """Make every classic mistake on purpose, and show what detects it.

    With a NAME: the belief behind it, what it looks like, and what to learn.
    Exit code 0: all are detected and `scratch` itself passes, 1: not so, 2: could not be run.
    """
    if name and only_list:
        raise InputError("--list lists all mistakes: omit the name, or --list")
    if generated and (name or only_list):
        raise InputError("--generated makes mistakes that are in no list: omit the name, and --list")
    if every and (name or only_list or generated):
        raise InputError("--all is for the mistakes of the catalogue, with nothing else: omit it, or the rest")
    check_output(json)
    if generated:
        return _generated(chosen, json, details, quiet)
    if name:
        return _teach(find_bug(name), json)
    if only_list:
        return _list(json)
    names = tuple(name for name, bug in BUGS.items() if every or bug.classic)
    return _survey(chosen.problem(), names, json, details, quiet)


def _teach(bug: Bug, json: Path | None) -> int:
    if json:
        as_json.write_json(json, _bug_as_dict(bug))
    print_bug(wide_console(), bug)
    return 0


def _list(json: Path | None) -> int:
    if json:
        as_json.write_json(json, {"bugs": [_bug_as_dict(bug) for bug in BUGS.values()]})
    print_list(wide_console())
    return 0


def _survey(problem: Problem, names: tuple[str, ...], json: Path | None, details: bool, quiet: bool) -> int:
    found, outputs = _run(problem, names, quiet), Outputs()
    with outputs.one():
        if json:
            as_json.write_json(json, _survey_as_dict(problem, found))
    with outputs.named(quiet):
        _print(found, details, quiet)
    return 0 if found.passed else 1


def _print(found: Survey, details: bool, quiet: bool) -> None:
    console = wide_console()
    if not quiet:
        print_survey(console, found, details=details)
    print_result(console, found)


def _run(problem: Problem, names: tuple[str, ...], quiet: bool) -> Survey:
    if not quiet:
        about = duration(max(10, expected_seconds(problem, names)))
        say(f"{len(names)} mistakes in two precisions: about {about} on two cores")
    with progress(total_reports(problem, names), quiet) as advance:
        return survey(problem, names, on_report=advance)


def _generated(chosen: ProblemOptions, json: Path | None, details: bool, quiet: bool) -> int:
    # single steps detect nearly all; what they do not detect is trained for a while
    problem = replace(chosen, epochs=GENERATED_EPOCHS if chosen.epochs is None else chosen.epochs).problem()
    if not quiet:
        about = duration(max(10, 12 + problem.steps * 0.02))
        print(f"{len(mutants())} small changes in two precisions: about {about}", file=sys.stderr, flush=True)
    with progress(total_reports_generated(), quiet) as advance:
        found = survey_generated(problem, on_report=advance)
    if json:
        as_json.write_json(json, _generated_as_dict(problem, found))
    console = wide_console()
    if not quiet:
        print_generated(console, found, details=details)
    print_generated_result(console, found)
    return 0 if found.passed else 1


def _generated_as_dict(problem: Problem, found: GeneratedSurvey) -> dict[str, Any]:
    rows = []
    for name, mutant in mutants().items():
        fields: dict[str, Any] = {"name": name, "function": mutant.function, "line": mutant.change.line}
        detections = {dtype: found.found[dtype][name]._asdict() for dtype in DTYPES}
        fields |= {"changed_line": mutant.change.changed_line, "detections": detections}
        rows.append(fields | {"same": found.survivors.get(name)})
    return {**as_json.problem_as_dict(problem), "generated": rows, **as_json.versions()}


def _bug_as_dict(bug: Bug) -> dict[str, Any]:
    fields = ("name", "tag", "function", "classic", "belief", "symptom", "lesson", "source")
    return {field: getattr(bug, field) for field in fields}


def _detection_as_dict(found: Detection) -> dict[str, Any]:
    return {"reasons": found.reasons, "accuracy": found.accuracy, "detected": found.detected}


def _survey_as_dict(problem: Problem, found: Survey) -> dict[str, Any]:
    rows = []
    for name in found.detections[DTYPES[0]]:
        known = _bug_as_dict(BUGS[name]) | {"guesses": found.guesses[name]} if name in BUGS else {"name": name}
        detections = {dtype: _detection_as_dict(found.detections[dtype][name]) for dtype in DTYPES}
        rows.append(known | {"detections": detections})
    return {**as_json.problem_as_dict(problem), "bugs": rows, **as_json.versions()}
