"""`bugs`: the planted mistakes, and which check sees which."""

import inspect
import os
import queue
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

import scratch
from compare.backends.by_name import SCRATCH, backend
from compare.backends.threads import threads
from compare.bugs.catalogue import BUGS, Bug, find_bug
from compare.bugs.detection import CHECKS, Detection, detect
from compare.bugs.diagnosis import Diagnostician
from compare.cli.options import Json, ProblemOptions, Quiet, check_output, progress, takes_problem
from compare.problem import Problem
from compare.report import as_json as results
from compare.report.tables import table, wide_console

DTYPES = "float32", "float64"
CLEAN = "(no mistake)"
LETTERS = dict(zip(CHECKS, ("step", "run", "hard", "exact", "grad", "inv.", "acc."), strict=True))
# How often a worker reports.
STEPS_PER_REPORT = 50


@takes_problem
def bugs(
    chosen: ProblemOptions,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Teach this one.")] = None,
    json: Json = None,
    quiet: Quiet = False,
) -> int:
    """Plant every classic mistake, and show which check sees it, where first, and what accuracy is reached.

    With a NAME: what people believe who make it, what it looks like, and what to learn.
    Exit code 0: all are caught and the clean pair passes (or the one is shown), 1: not so, 2: could not be run.
    """
    check_output(json)
    console = wide_console()
    if name:
        bug = find_bug(name)
        if json:
            results.write_json(json, _described(bug))
        print_bug(console, bug)
        return 0
    problem = chosen.problem()
    detections, firsts = _hear_all(chosen, problem, quiet)
    if json:
        results.write_json(json, _as_dict(problem, detections, firsts))
    if not quiet:
        _print_matrix(console, detections)
    return _print_summary(console, detections, firsts, quiet)


def print_bug(console: Console, bug: Bug) -> None:
    """One mistake: its code beside the right one, and three sentences."""
    right = inspect.getsource(getattr(scratch, bug.function)).rstrip()
    console.print(f"[bold]{bug.title}[/] ({bug.name}), {bug.tag}, in place of {bug.function}\n")
    console.print(Syntax(bug.source, "python", background_color="default", word_wrap=True))
    console.print("\n[bold]the right one[/]\n")
    console.print(Syntax(_without_docstring(right), "python", background_color="default", word_wrap=True))
    console.print(
        f"\n[bold]belief[/]   {bug.belief}\n[bold]symptom[/]  {bug.symptom}\n[bold]lesson[/]   {bug.lesson}\n"
    )


def _without_docstring(source: str) -> str:
    before, quotes, rest = source.partition('    """')
    return before + rest.partition('"""\n')[2] if quotes else source


def _hear_all(
    chosen: ProblemOptions, problem: Problem, quiet: bool
) -> tuple[dict[str, dict[str, Detection]], dict[str, list[str]]]:
    """By dtype and name what was detected, the clean pair first, and the guesses; in processes side by side."""
    workers = max(2, os.cpu_count() or 2)
    names = list(BUGS)
    # two pieces a worker at least, because float64 takes longer than float32
    pieces = [names[n::workers] for n in range(workers)]
    jobs = [(dtype, piece, n == 0) for n, piece in enumerate(pieces) for dtype in reversed(DTYPES)]
    context = get_context("spawn")
    detections: dict[str, dict[str, Detection]] = {dtype: {} for dtype in DTYPES}
    total = sum(problem.steps // STEPS_PER_REPORT + len(piece) + clean for _, piece, clean in jobs) + len(names)
    with context.Manager() as manager, ProcessPoolExecutor(workers, mp_context=context) as pool:
        reports = manager.Queue()
        futures = {pool.submit(_hear, chosen, dtype, piece, clean, reports): dtype for dtype, piece, clean in jobs}
        guesses = pool.submit(_guess, chosen, reports)
        with progress(total, quiet) as advance:
            while not all(future.done() for future in (*futures, guesses)) or not reports.empty():
                try:
                    advance(reports.get(timeout=0.2))
                except queue.Empty:
                    continue
        for future, dtype in futures.items():
            detections[dtype] |= future.result()
        firsts = guesses.result()
    return {dtype: {name: found[name] for name in (CLEAN, *names)} for dtype, found in detections.items()}, firsts


def _hear(chosen: ProblemOptions, dtype: str, names: list[str], clean: bool, reports: Any) -> dict[str, Detection]:
    candidates = [BUGS[name].backend() for name in names]
    if clean:
        candidates.insert(0, SCRATCH._replace(name=CLEAN))
    steps = 0
    problem = chosen.problem()

    def tell() -> None:
        nonlocal steps
        steps += 1
        if steps > problem.steps or steps % STEPS_PER_REPORT == 0:
            reports.put(dtype)

    detections = detect(problem, dtype, candidates, on_step=tell, to_the_end=dtype == "float32")
    return {found.name: found for found in detections}


def _guess(chosen: ProblemOptions, reports: Any) -> dict[str, list[str]]:
    found = {}
    theirs = backend("torch")
    with threads(1):
        diagnostician = Diagnostician(chosen.problem(), theirs)
        for name, bug in BUGS.items():
            found[name] = [guess.bug.name for guess in diagnostician.diagnose(bug.backend()).guesses]
            reports.put("diagnosis")
    return found


def _print_matrix(console: Console, detections: dict[str, dict[str, Detection]]) -> None:
    rows = []
    for name, found in detections["float32"].items():
        both = [found, detections["float64"][name]]
        marks = [_mark([bool(one.said[check]) for one in both if check in one.said]) for check in CHECKS]
        tag = BUGS[name].tag if name in BUGS else ""
        rows.append([name, tag, *marks, f"{found.accuracy:.1%}"])
    columns = "mistake", "", *LETTERS.values(), "acc."
    console.print(table("who sees what (x: in both precisions, 32 or 64: in that one)", columns, rows, 2, gap=1))
    places = [(n, one.first) for n, one in detections["float32"].items() if one.first]
    console.print(table("what gave it away first, in float32, at epoch/step", ("mistake", "by"), places, 2))


def _mark(seen: list[bool]) -> Text:
    text = "x" if all(seen) else {(True, False): "32", (False, True): "64"}.get(tuple(seen), "·")
    return Text(text, style="green" if any(seen) else "dim")


def _print_summary(
    console: Console, detections: dict[str, dict[str, Detection]], firsts: dict[str, list[str]], quiet: bool
) -> int:
    caught = {dtype: sum(found[name].caught for name in BUGS) for dtype, found in detections.items()}
    if not quiet:
        rows = [
            (LETTERS[check], f"{check}: {what}", *(_seen(found, check) for found in detections.values()))
            for check, what in CHECKS.items()
        ]
        console.print(table(f"mistakes seen, of {len(BUGS)}", ("", "check", *detections), rows, 2, gap=1))
        clean = detections["float32"][CLEAN].accuracy
        silent = sum(not detections["float32"][name].said["accuracy"] for name in BUGS)
        better = sum(detections["float32"][name].accuracy > clean for name in BUGS)
        console.print(
            f"accuracy does not notice {silent} of them; {better} reach more than the {clean:.1%} without mistake"
        )
        right = sum(guesses[:1] == [name] for name, guesses in firsts.items())
        among = sum(name in guesses for name, guesses in firsts.items())
        console.print(f"the diagnosis names {right} of {len(BUGS)} first, and {among} among its first three guesses")
    alarms = [dtype for dtype, found in detections.items() if found[CLEAN].caught]
    counts = " and ".join(f"{n} of {len(BUGS)} in {dtype}" for dtype, n in caught.items())
    passes = f"a false alarm in {' and '.join(alarms)}" if alarms else "no false alarm"
    good = not alarms and all(n == len(BUGS) for n in caught.values())
    console.print(Text(f"caught: {counts}; {passes} on the clean pair", style="bold green" if good else "bold red"))
    return 0 if good else 1


def _seen(found: dict[str, Detection], check: str) -> str:
    detections = [found[name].said[check] for name in BUGS if check in found[name].said]
    return str(sum(map(bool, detections))) if detections else ""


def _described(bug: Bug) -> dict[str, Any]:
    fields = ("name", "tag", "function", "belief", "symptom", "lesson", "source")
    return {field: getattr(bug, field) for field in fields}


def _as_dict(
    problem: Problem, detections: dict[str, dict[str, Detection]], firsts: dict[str, list[str]]
) -> dict[str, Any]:
    matrix = []
    for name in (CLEAN, *BUGS):
        found = {dtype: asdict(found[name]) | {"caught": found[name].caught} for dtype, found in detections.items()}
        known = _described(BUGS[name]) | {"guesses": firsts[name]} if name in BUGS else {"name": name}
        matrix.append(known | {"detections": found})
    return {**results.problem_as_dict(problem), "bugs": matrix, **results.versions()}
