"""`exercise`: the rungs of the exercise, checked one by one, and then the proof on all of them."""

from pathlib import Path
from typing import Annotated

import typer

from compare.cli.options import Details, Json, Pictures, check_folder, check_output, flag, option, time_limit
from compare.cli.problem_options import ProblemOptions, takes_problem
from compare.errors import InputError
from compare.exercise.opened import TEST_TIME_LIMIT, TIME_LIMIT, opened
from compare.files import short_path
from compare.report.tables import wide_console

# The group of its own options in --help.
EXERCISE = "Exercise"


@takes_problem
def exercise(
    *,
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="Your file, as --new wrote it, or one of the six functions; a folder for a class.",
        ),
    ] = None,
    new: Annotated[Path | None, option(EXERCISE, "--new", metavar="FILE", help="Write a new file to fill in.")] = None,
    paper_seed: Annotated[
        int | None,
        option(EXERCISE, "--paper-seed", metavar="N", help="With --new: which numbers its paper tasks have."),
    ] = None,
    hint: Annotated[
        bool, flag(EXERCISE, "--hint", "Say more of what is wrong or next; asked again, more still.")
    ] = False,
    answers: Annotated[bool, flag(EXERCISE, "--answers", "Answer the three questions at the end.")] = False,
    start_again: Annotated[
        bool, flag(EXERCISE, "--reset", "Only forget what was right, and which hints were given.")
    ] = False,
    check: Annotated[
        bool, flag(EXERCISE, "--check", "FILE is a test of yours: how many known mistakes does it catch?")
    ] = False,
    seconds: Annotated[float | None, time_limit(EXERCISE, f"{TIME_LIMIT:g}; {TEST_TIME_LIMIT:g} with --check")] = None,
    chosen: ProblemOptions,
    pictures: Pictures = None,
    details: Details = False,
    json: Json = None,
) -> int:
    """Derive it on paper, write it, and have it checked step by step.

    Begin with --new FILE. When all is right, your functions train beside PyTorch, and every step is compared.
    Exit code 0: all is right and proven, 1: not yet, 2: could not be checked.
    With --check you write the test instead; begin with --check --new FILE. Exit code 0: it catches all mistakes.
    """
    # what only shows the options needs none of it
    if check:
        from compare.cli.seat import score_test

        return score_test(path, new, hint, seconds, details, json)
    from compare.cli import exercise_work

    console = wide_console()
    if new:
        if path or json:
            raise InputError("--new only writes a new file: omit the other FILE, and --json")
        check_output(new, "--new")
        return exercise_work.begin(console, new, paper_seed)
    if not path:
        raise InputError("FILE is missing; exercise --new FILE writes a new one")
    check_output(json)
    limit = seconds or TIME_LIMIT
    if path.is_dir():
        if hint or answers or start_again or pictures or details:
            others = "--hint, --answers, --reset, --pictures and --details"
            raise InputError(f"{short_path(path)} is a folder: omit {others}")
        return exercise_work.survey_class(console, path, limit, json)
    check_folder(pictures)
    if start_again:
        if hint or answers or details or json or pictures:
            raise InputError("--reset only forgets: omit --hint, --answers, --details, --json and --pictures")
        return exercise_work.forget(console, path)
    return exercise_work.check_file(
        console, opened(path, limit), chosen.problem(), hint, answers, details, json, pictures
    )
