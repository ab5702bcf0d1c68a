"""`bugs` without a name: plant mistakes, and see which check detects which."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from compare.bugs.catalogue import BUGS
from compare.bugs.detection import Detection
from compare.bugs.generated.mutants import mutants
from compare.bugs.generated.survey import GeneratedSurvey, survey_generated
from compare.bugs.generated.survey import total_reports as total_reports_generated
from compare.bugs.survey import Survey, expected_seconds, survey, total_reports
from compare.cli.outputs import Outputs
from compare.cli.problem_options import ProblemOptions
from compare.cli.progress import duration, progress, say
from compare.problem import DTYPES, Problem
from compare.report import as_json
from compare.report.bug_tables import print_result, print_survey
from compare.report.generated_tables import print_generated, print_generated_result
from compare.report.tables import wide_console

# Of a training with generated mistakes, unless others are asked for.
GENERATED_EPOCHS = 10


def survey_chosen(problem: Problem, names: tuple[str, ...], json: Path | None, details: bool, quiet: bool) -> int:
    """Each of these mistakes, and which check detects it; returns the exit code."""
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


def survey_by_program(chosen: ProblemOptions, json: Path | None, details: bool, quiet: bool) -> int:
    """The mistakes that are made by program; returns the exit code."""
    # single steps detect nearly all; what they do not detect is trained for a while
    problem = replace(chosen, epochs=GENERATED_EPOCHS if chosen.epochs is None else chosen.epochs).problem()
    if not quiet:
        about = duration(max(10, 12 + problem.steps * 0.02))
        say(f"{len(mutants())} small changes in two precisions: about {about}")
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


def _detection_as_dict(found: Detection) -> dict[str, Any]:
    return {"reasons": found.reasons, "accuracy": found.accuracy, "detected": found.detected}


def _survey_as_dict(problem: Problem, found: Survey) -> dict[str, Any]:
    rows = []
    for name in found.detections[DTYPES[0]]:
        known = as_json.bug_as_dict(BUGS[name]) | {"guesses": found.guesses[name]} if name in BUGS else {"name": name}
        detections = {dtype: _detection_as_dict(found.detections[dtype][name]) for dtype in DTYPES}
        rows.append(known | {"detections": detections})
    return {**as_json.problem_as_dict(problem), "bugs": rows, **as_json.versions()}
