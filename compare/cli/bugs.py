"""`bugs`: the classic mistakes, and which check detects which."""

from pathlib import Path
from typing import Annotated

import typer

from compare.bugs.catalogue import BUGS, Bug, find_bug
from compare.cli.options import OUTPUT, Details, Json, Quiet, check_output, flag
from compare.cli.problem_options import ProblemOptions, takes_problem
from compare.errors import InputError
from compare.report import as_json
from compare.report.bug_tables import print_bug, print_list
from compare.report.tables import wide_console


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
    solution: Annotated[bool, flag(OUTPUT, "--solution", "With a NAME: show the right code as well.")] = False,
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
    if name:
        return _teach(find_bug(name), json, solution)
    if only_list:
        return _list(json)
    # what is only listed needs none of it
    from compare.cli import bug_surveys

    if generated:
        return bug_surveys.survey_by_program(chosen, json, details, quiet)
    names = tuple(name for name, bug in BUGS.items() if every or bug.classic)
    return bug_surveys.survey_chosen(chosen.problem(), names, json, details, quiet)


def _teach(bug: Bug, json: Path | None, solution: bool) -> int:
    if json:
        as_json.write_json(json, as_json.bug_as_dict(bug))
    console = wide_console()
    print_bug(console, bug, solution=solution)
    if not solution:
        console.print("\n--solution shows the right code")
    return 0


def _list(json: Path | None) -> int:
    if json:
        as_json.write_json(json, {"bugs": [as_json.bug_as_dict(bug) for bug in BUGS.values()]})
    print_list(wide_console())
    return 0
