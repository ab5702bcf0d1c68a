"""`bugs`: the classic mistakes, and which check detects which."""

from pathlib import Path
from typing import Annotated, Any

import typer

from compare.bugs.catalogue import BUGS, Bug, find_bug
from compare.bugs.detection import Detection
from compare.bugs.survey import Survey, expected_seconds, survey, total_reports
from compare.cli.options import OUTPUT, Details, Json, ProblemOptions, Quiet, check_output, flag, takes_problem
from compare.cli.outputs import Outputs
from compare.cli.progress import duration, progress, say
from compare.errors import InputError
from compare.problem import DTYPES, Problem
from compare.report import as_json
from compare.report.bug_tables import print_bug, print_list, print_result, print_survey
from compare.report.tables import wide_console


@takes_problem
def bugs(
    *,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Explain this one, and train nothing.")] = None,
    chosen: ProblemOptions,
    only_list: Annotated[bool, flag(OUTPUT, "--list", "List all names, and train nothing.")] = False,
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
    check_output(json)
    if name:
        return _teach(find_bug(name), json)
    return _list(json) if only_list else _survey(chosen.problem(), json, details, quiet)


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


def _survey(problem: Problem, json: Path | None, details: bool, quiet: bool) -> int:
    found, outputs = _run(problem, quiet), Outputs()
    with outputs.one():
        if json:
            as_json.write_json(json, _survey_as_dict(problem, found))
    try:
        _print(found, details, quiet)
    finally:
        outputs.check()
    return 0 if found.passed else 1


def _print(found: Survey, details: bool, quiet: bool) -> None:
    console = wide_console()
    if not quiet:
        print_survey(console, found, details=details)
    print_result(console, found)


def _run(problem: Problem, quiet: bool) -> Survey:
    if not quiet:
        about = duration(max(10, expected_seconds(problem)))
        say(f"{len(BUGS)} mistakes in two precisions: about {about} on two cores")
    with progress(total_reports(problem), quiet) as advance:
        return survey(problem, on_report=advance)


def _bug_as_dict(bug: Bug) -> dict[str, Any]:
    fields = ("name", "tag", "function", "belief", "symptom", "lesson", "source")
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
