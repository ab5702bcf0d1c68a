"""The catalogue of mistakes on a terminal: the list, one mistake, and which check detects which."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

import scratch
from compare.bugs.catalogue import BUGS, Bug
from compare.equations import FUNCTIONS
from compare.problem import DTYPES
from compare.proof.checks import CHECKS
from compare.report.tables import per_cent, table

if TYPE_CHECKING:
    from compare.bugs.survey import Survey

# The names of the checks, hyphenated so that the table of all mistakes has 80 columns.
HEADINGS = {
    "one_step": "one\nstep",
    "whole_run": "whole\nrun",
    "hard_batches": "hard\nbatches",
    "exact_arithmetic": "exact\narith-\nmetic",
    "gradient_checks": "gradi-\nent\nchecks",
    "identities": "identi-\nties",
    "accuracy": "accuracy",
}


def print_list(console: Console) -> None:
    """Every mistake in one line: its name, its equation and its function."""
    width = max(map(len, BUGS))
    for bug in BUGS.values():
        tag = bug.tag if bug.function in FUNCTIONS else ""
        mark = "*" if bug.classic else ""
        console.print(f"{bug.name:{width}}  {tag:2}  {bug.function:19}  {mark}".rstrip())
    text = f"{len(BUGS)} mistakes, {len(_classic(BUGS))} of them classic (*); bugs NAME explains one of them"
    console.print(f"\n{text}")


def print_bug(console: Console, bug: Bug, *, solution: bool = False) -> None:
    """One mistake: its code, with `solution` above the right one, and three sentences."""
    where = f"{bug.tag}, " if bug.function in FUNCTIONS else ""
    console.print(Text.assemble((bug.title, "bold"), f" ({bug.name}), {where}in place of {bug.function}\n"))
    _print_code(console, bug.source)
    if solution:
        console.print(Text("\nthe right one\n", style="bold"))
        _print_code(console, _without_docstring(inspect.getsource(getattr(scratch, bug.function)).rstrip()))
    sentences = Table.grid(padding=(0, 2, 0, 0))
    for word in ("belief", "symptom", "lesson"):
        sentences.add_row(Text(word, style="bold"), Text(getattr(bug, word)))
    console.print("", sentences)


def print_survey(console: Console, survey: Survey, *, details: bool) -> None:
    """Which check detects which mistake; with `details` what each check does, and the reason of the first."""
    if details:
        rows = [(CHECKS[check].name, CHECKS[check].what) for check in HEADINGS]
        console.print(table("the checks", ("check", "what it does"), rows, 2))
        console.print(_first_reasons(survey))
    console.print(_matrix(survey))
    found, clean = survey.detections["float32"], survey.clean_accuracy
    unnoticed = sum(not found[name].reasons["accuracy"] for name in survey.guesses)
    better = sum(found[name].accuracy > clean for name in survey.guesses)
    console.print(
        f"accuracy does not show {unnoticed} of them; {_reach(better)} more than the "
        f"{per_cent(clean, 1)} without mistake"
    )
    first = sum(guesses[:1] == [name] for name, guesses in survey.guesses.items())
    among = sum(name in guesses for name, guesses in survey.guesses.items())
    console.print(f"the diagnosis names {first} of {len(survey.guesses)} first, and {among} in its first three guesses")
    _print_classic(console, survey)


def _print_classic(console: Console, survey: Survey) -> None:
    """The same figures for the classic mistakes alone, where there are others too."""
    classic, found = _classic(survey.guesses), survey.detections["float32"]
    if not 0 < len(classic) < len(survey.guesses):
        return
    unnoticed = sum(not found[name].reasons["accuracy"] for name in classic)
    better = sum(found[name].accuracy > survey.clean_accuracy for name in classic)
    first = sum(survey.guesses[name][:1] == [name] for name in classic)
    detected = " and ".join(f"{sum(survey.detections[d][name].detected for name in classic)} in {d}" for d in DTYPES)
    console.print(f"of the {len(classic)} classic ones {detected} are detected, accuracy does not show {unnoticed},")
    console.print(f"{_reach(better)} more than without mistake, and the diagnosis names {first} first")


def _reach(number: int) -> str:
    return f"{number} reaches" if number == 1 else f"{number} reach"


def _classic(names: Iterable[str]) -> list[str]:
    return [name for name in names if name in BUGS and BUGS[name].classic]


def print_result(console: Console, survey: Survey) -> None:
    """The last line."""
    every = len(survey.guesses)
    counts = " and ".join(f"{survey.detected(dtype)} of {every} in {dtype}" for dtype in DTYPES)
    alarms = " and ".join(survey.false_alarms)
    passed = f"a false alarm in {alarms}" if alarms else "no false alarm"
    style = "bold green" if survey.passed else "bold red"
    console.print(Text(f"detected: {counts}; {passed}", style=style))


def _matrix(survey: Survey) -> Group:
    title = "which check detects which mistake\n(x: in both precisions, 32 or 64: in that one only)"
    rows: list[list[str | Text]] = []
    function = ""
    for name in survey.detections["float32"]:
        if name in BUGS and BUGS[name].function != function:
            function = BUGS[name].function
            tag = f"{BUGS[name].tag} " if function in FUNCTIONS else ""
            rows.append([Text(f"{tag}{function}", style="bold")])
        rows.append(_row(survey, name))
    rows.append([""])
    for dtype in DTYPES:
        counts = (Text(_count(survey, dtype, check), style="bold") for check in HEADINGS)
        rows.append([Text(f"of {len(survey.guesses)} in {dtype}", style="bold"), *counts])
    return table(title, ["mistake", *HEADINGS.values()], rows, 1, gap=1)


def _row(survey: Survey, name: str) -> list[str | Text]:
    narrow, wide = (survey.detections[dtype][name] for dtype in DTYPES)
    marks = [_mark(bool(narrow.reasons[c]), bool(wide.reasons[c])) for c in HEADINGS if c != "accuracy"]
    noticed, accuracy = bool(narrow.reasons["accuracy"]), per_cent(narrow.accuracy, 1)
    return [name, *marks, Text(f"x {accuracy}" if noticed else accuracy, style="green" if noticed else "dim")]


def _mark(narrow: bool, wide: bool) -> Text:
    text = {(True, True): "x", (True, False): "32", (False, True): "64"}.get((narrow, wide), "·")
    return Text(text, style="green" if narrow or wide else "dim")


def _count(survey: Survey, dtype: str, check: str) -> str:
    """How many mistakes a check detects; empty where it was not run."""
    reasons = [survey.detections[dtype][name].reasons for name in survey.guesses]
    return str(sum(bool(one[check]) for one in reasons)) if check in reasons[0] else ""


def _first_reasons(survey: Survey) -> Group:
    rows = [(name, one.first) for name, one in survey.detections["float32"].items() if one.first]
    return table("what was detected first, in float32, at epoch/step", ("mistake", "by"), rows, 2)


def _print_code(console: Console, source: str) -> None:
    """As it stands in its file: a line of code that is broken could not be copied, so a long one goes beyond 80."""
    # it knows hundreds of languages, which no other table needs
    from rich.syntax import Syntax

    code = Syntax(source, "python", background_color="default").highlight(source)
    code.rstrip()
    console.print(code, soft_wrap=True)


def _without_docstring(source: str) -> str:
    before, quotes, rest = source.partition('    """')
    return before + rest.partition('"""\n')[2] if quotes else source
