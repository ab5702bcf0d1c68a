"""The generated mistakes on a terminal: which check detects how many, and why the rest is the same function."""

from rich.console import Console, Group
from rich.text import Text

from compare.bugs.generated.mutants import mutants
from compare.bugs.generated.survey import CHECK_ORDER, GeneratedSurvey
from compare.problem import DTYPES
from compare.proof.checks import CHECKS, READINGS
from compare.report.tables import table


def print_generated(console: Console, survey: GeneratedSurvey, *, details: bool) -> None:
    """How many each check detects first, and those that none detects; with `details` every change."""
    if details:
        _print_all(console, survey)
    every, working = len(mutants()), len(survey.working)
    console.print(f"{every} small changes of the six functions; {every - working} of them raise an error, or return")
    console.print(f"arrays of another shape or dtype. What detects the other {working} first:\n")
    console.print(_counts(survey))
    console.print(Text("not detected, because the function is still the same one", style="bold"))
    for name, why in survey.survivors.items():
        _print_change(console, name, Text(why or "no reason is known", style="" if why else "bold red"))
    console.print()


def print_generated_result(console: Console, survey: GeneratedSurvey) -> None:
    """The last line."""
    (first, second), reasons = (survey.detected(dtype) for dtype in DTYPES), survey.survivors.values()
    counts = f"detected: {first} of {len(survey.working)} in float32, {second} in float64"
    unknown = sum(not why for why in reasons)
    rest = f"{unknown} for no known reason" if unknown else f"the other {len(reasons)} are the same"
    alarms = f"; a false alarm in {' and '.join(survey.false_alarms)}" if survey.false_alarms else ""
    console.print(Text(f"{counts}; {rest}{alarms}", style="bold green" if survey.passed else "bold red"))


def _counts(survey: GeneratedSurvey) -> Group:
    counts = [survey.counts(dtype) for dtype in DTYPES]
    checks = [check for check in (*CHECK_ORDER, *READINGS, "") if any(found[check] for found in counts)]
    rows = [(CHECKS[check].name if check else "none", *(str(found[check]) for found in counts)) for check in checks]
    return table("", ("check", *DTYPES), rows, 1)


def _print_all(console: Console, survey: GeneratedSurvey) -> None:
    console.print(Text("every change, and what detects it first in float32", style="bold"))
    for name in mutants():
        check, what = survey.found["float32"][name]
        by = f"{CHECKS[check].name if check in CHECKS else check}: {what}" if check else "not detected"
        _print_change(console, name, Text(by, style="dim"))
    console.print()


def _print_change(console: Console, name: str, what: Text) -> None:
    """Its name, the line as it is now, and what there is to say of it."""
    console.print(Text(name))
    console.print(Text(f"    {mutants()[name].change.changed_line or 'nothing'}"))
    console.print(Text("    ") + what)
