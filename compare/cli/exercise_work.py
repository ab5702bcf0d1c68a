"""What `exercise` does: writes a new file, checks one or a whole class of them, and proves what is right."""

import functools
import os
import shlex
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from compare.backends.worker import Worker
from compare.cli.exercise_paper import print_paper, print_paper_hints, print_section
from compare.cli.exercise_screen import print_class, print_hints, print_ladder, print_next
from compare.cli.outputs import Outputs
from compare.cli.program import program
from compare.cli.progress import ANNOUNCED_SECONDS, progress
from compare.errors import InputError
from compare.exercise.folder import Learner, files_of, survey_folder
from compare.exercise.hints import STEPS as HINTS
from compare.exercise.hints import next_hints
from compare.exercise.ladder import Rung, climb, small_problem
from compare.exercise.new import new_exercise
from compare.exercise.paper_hints import paper_hints
from compare.exercise.progress import Progress, fingerprint, reset
from compare.files import maths_page, short_path
from compare.problem import DTYPES, Problem
from compare.proof.both_precisions import named, prove_each, reports
from compare.proof.run import Run
from compare.report import as_json
from compare.report.exercise_end import ending, print_answers, print_end, save_end

# So many steps has the check of one rung, or nearly.
STEPS = 38
PROVEN = (
    "Together they have passed the proof, and the file has not changed since.\n"
    "--answers has its questions with the answers. It runs again with --pictures FOLDER, and after --reset."
)


def begin(console: Console, path: Path, seed: int | None) -> int:
    """Write a new file, its numbers from this seed. Raises InputError for a negative one."""
    if seed is not None and seed < 0:
        raise InputError(f"--paper-seed must be 0 or more, not {seed}")
    command = new_exercise(path, seed, program())
    text = (
        f"{path} has eleven rungs to climb; each has questions for pen and paper, then a function to write.\n"
        "The numbers of the questions follow from SEED in the file. What is first, and each time what is next:\n\n"
        f"    {command}\n\nThe maths has a part for each rung, which the file names. Read it after you tried:\n"
        f"{maths_page()}"
    )
    # a command is copied: it must not be broken into lines
    console.print(Text(text), soft_wrap=True)
    return 0


def forget(console: Console, path: Path) -> int:
    """Forget what was right in a file. Raises InputError if there is none."""
    if not path.exists():
        raise InputError(f"{short_path(path)}: there is no such file")
    text = "What was right and which hints were given is forgotten" if reset(path) else "There was nothing to forget"
    command = f"{program()} exercise {shlex.quote(str(path))}"
    # a command is copied: it must not be broken into lines
    console.print(
        Text(f"{text}; {path} stays as it is.\n\n    {command}\n\nchecks it anew; --new FILE writes an empty one"),
        soft_wrap=True,
    )
    return 0


def check_file(
    console: Console,
    file: Worker,
    problem: Problem,
    hint: bool,
    answers: bool,
    details: bool,
    json: Path | None,
    pictures: Path | None,
) -> int:
    """Check a file rung by rung; if all is right, prove it. Returns the exit code, 1 unless all is right and proven."""
    # of the file as it is checked: it may be changed while the proof runs
    kept, now = Progress(file.path), fingerprint(file.path, problem)
    with progress(STEPS, False, after=ANNOUNCED_SECONDS) as advance:
        rungs = climb(file, small_problem(), kept, advance)
    todo = next((rung for rung in rungs if rung.state != "right"), None)
    print_ladder(console, rungs, details)
    content: dict[str, Any] = {"rungs": [_as_dict(rung) for rung in rungs], "hints": []}
    if todo:
        content["hints"] = _print_todo(console, file.path, kept, todo, hint)
        if answers:
            console.print(Text("--answers: they come at the end, when all functions are right"))
    elif answers:
        print_answers(console)
    elif kept.proven == now and not (json or pictures):
        console.print(Text(PROVEN))
    else:
        content["proof"] = _end(console, file, problem, pictures, details, derived=any(rung.paper for rung in rungs))
    if json:
        as_json.write_json(json, content)
    if content.get("proof", {}).get("verdict") == "match":
        kept.proven = now
        kept.save()
    return 1 if todo or content.get("proof", {}).get("verdict") == "differ" else 0


def _print_todo(console: Console, path: Path, kept: Progress, todo: Rung, hint: bool) -> list[str]:
    """What is next, and the hints that are asked for, which are returned."""
    if todo.state == "paper":
        asked = paper_hints(kept, todo) if hint else None
        print_paper(console, path, todo)
        print_paper_hints(console, todo, asked)
        return [f"{name}: {text}" for name, text in asked.said] if asked else []
    hints = next_hints(kept, todo.name, todo.finding) if hint else ()
    print_next(console, path, todo, formula=len(hints) == HINTS)
    print_hints(console, hints)
    if len(hints) == HINTS:
        print_section(console, todo)
    return list(hints)


def _end(
    console: Console, file: Worker, problem: Problem, pictures: Path | None, details: bool, *, derived: bool
) -> dict[str, Any]:
    runs = _prove(console, problem, file)
    reached, outputs = ending(problem, runs, file, derived=derived), Outputs()
    outputs.write("pictures", pictures, lambda folder: save_end(reached, folder))
    with outputs.named():
        print_end(console, reached, file.path, program(), details=details)
    return as_json.proof_as_dict(problem, runs)


def _prove(console: Console, problem: Problem, file: Worker) -> list[Run]:
    console.print(Text("Each is right on its own. Now together, beside PyTorch:\n"))
    # a file may have the name of a side, or none of a file of Python
    sides = functools.partial(named, os.path.join(os.curdir, file.path), "torch", file.time_limit)
    with progress(len(DTYPES) * reports(problem), False) as advance:
        return prove_each(problem, DTYPES, sides, advance)


def survey_class(console: Console, folder: Path, seconds: float, json: Path | None) -> int:
    """Check every file of a folder; seconds: for one call. Returns the exit code, 1 unless all is right."""
    with progress(len(files_of(folder)), False) as advance:
        learners = survey_folder(folder, small_problem(), seconds, advance)
    print_class(console, learners)
    if json:
        as_json.write_json(json, {"students": [_learner_as_dict(one) for one in learners]})
    return 0 if all(one.right == one.of for one in learners) else 1


def _learner_as_dict(one: Learner) -> dict[str, Any]:
    return {
        "file": one.name,
        "right": one.right,
        "of": one.of,
        "next": one.next,
        "fault": one.fault,
        "rungs": [_as_dict(rung) for rung in one.rungs],
    }


def _as_dict(rung: Rung) -> dict[str, Any]:
    found = rung.finding
    return {
        "name": rung.name,
        "tag": rung.tag,
        "state": rung.state,
        "paper": {asked.task.name: {"given": asked.given, "right": asked.is_right} for asked in rung.paper},
        "asks": found.asks if found else "",
        "mistake": found.mistake if found else "",
        "seconds": rung.seconds,
    }
