"""The further checks in full: hard batches, exact arithmetic, distance from the exact values, gradient checks."""

from rich.console import Console, Group
from rich.text import Text

from compare.bugs.diagnosis import NOTHING, Diagnosis
from compare.equations import QUANTITIES
from compare.proof.checks import CHECKS
from compare.proof.gradient_check import DIFFERENCE_STEPS, GradientCheck
from compare.proof.rounding import RoundingCause
from compare.proof.run import Run
from compare.report.tables import cut, per_cent, share, table, wrapped

# Steps of the central differences that show how the error falls and rises again.
SHOWN_H = DIFFERENCE_STEPS[0], DIFFERENCE_STEPS[2], DIFFERENCE_STEPS[4], DIFFERENCE_STEPS[7], DIFFERENCE_STEPS[10]


def print_checks(console: Console, runs: list[Run]) -> None:
    """Four tables or lines, each for all precisions at once."""
    console.print(_hard_batches(runs))
    for run in runs:
        console.print(_exact_arithmetic(run))
    console.print()
    console.print(_distances(runs))
    console.print(_gradients(runs[-1].gradient_checks))


def print_attribution(console: Console, dtype: str, found: list[RoundingCause]) -> None:
    """Why the sides differ, operation by operation, and what is left of it without the reason."""
    rows = [
        (a.tag, a.operation, per_cent(a.share, 1), f"{a.scaled:.2g}", f"{a.ulps:.0f}", per_cent(a.left, 1))
        for a in found
    ]
    columns = (
        "",
        "\noperation",
        "elements\nthat differ",
        "in ulps of\nthe largest",
        "in their\nown ulps",
        "left without\nthe reason",
    )
    console.print(table(f"{dtype}: each operation of both sides on identical inputs", columns, rows, 2))
    for cause in found:
        console.print(_filled(f"{cause.tag} {cause.operation}: {_reason(cause)}"))
    console.print()


def _reason(cause: RoundingCause) -> str:
    if not cause.share:
        return "nothing differs on these inputs."
    some = f"{per_cent(cause.left, 1)} are left, so it is not the whole reason"
    left = some if cause.left else "nothing is left"
    return f"{cause.reason}. Tried {cause.experiment}: {left}."


def print_diagnosis(console: Console, diagnosis: Diagnosis) -> None:
    """What the difference looks like."""
    for fact in diagnosis.facts:
        console.print(_filled(f"seen: {fact}"))
    for n, (bug, likeness, _) in enumerate(diagnosis.guesses):
        looks = "this looks like" if n == 0 else "or like"
        console.print(_filled(f"{looks} {bug.title}, see bug {bug.name}, {bug.tag} ({per_cent(likeness)} alike)"))
    if not diagnosis.facts:
        console.print(_filled(NOTHING))
    elif not diagnosis.guesses:
        console.print("this looks like none of the mistakes of the catalogue")


def _filled(text: str) -> Text:
    return Text(wrapped(text))


def _hard_batches(runs: list[Run]) -> Group:
    rows = []
    for name in runs[0].hard_batches:
        found = [run.hard_batches[name] for run in runs]
        rows.append([name, *(cell for f in found for cell in (QUANTITIES[f.quantity].symbol, share(f.used)))])
    columns = ["batch", *(column for run in runs for column in (run.dtype, "used"))]
    title = f"{CHECKS['hard_batches'].name}, one step each: worst quantity, share of its budget"
    return table(title, columns, rows, 1)


def _exact_arithmetic(run: Run) -> Text:
    values, differ = (sum(counts) for counts in zip(*run.exact_arithmetic.values(), strict=True))
    name = f"{run.dtype}, {CHECKS['exact_arithmetic'].name}"
    if not differ:
        return Text(f"{name}: {values:,} of {values:,} values are equal")
    counted = [f"{QUANTITIES[n].symbol} {c.differ:,}" for n, c in run.exact_arithmetic.items() if c.differ]
    text = f"{name}: {differ:,} of {values:,} values differ ({', '.join(counted)})"
    return Text(wrapped(text), style="bold red")


def _distances(runs: list[Run]) -> Group:
    rows = []
    for name, quantity in QUANTITIES.items():
        cells = (cell for run in runs for cell in _distance(run, name))
        rows.append([quantity.tag, quantity.field, *cells])
    ours, theirs = (cut(side, 10) for side in runs[0].sides)
    names = [name for run in runs for name in (f"{run.dtype}\n{ours}", f"\n{theirs}", "\nnearer")]
    title = "distance from the exact values (60 digits), in eps of the largest value"
    return table(title, ["", "\nquantity", *names], rows, 2, gap=1)


def _distance(run: Run, name: str) -> tuple[str, str, str]:
    """Of both sides, and which is nearer, by how many times."""
    ours, theirs = run.distance_from_exact[name]
    near, far = sorted((ours, theirs))
    side = cut(run.sides[0 if ours < theirs else 1], 10)
    times = f" {_short(far / near, 1)} x" if near else ""
    return _short(ours, 2), _short(theirs, 2), "equal" if ours == theirs else side + times


def _short(value: float, places: int) -> str:
    return f"{value:.{places}f}" if value < 1000 else f"{value:.0e}"


def _gradients(gradients: dict[str, list[GradientCheck]]) -> Group:
    rows: list[list[str | Text]] = []
    for side, checks in gradients.items():
        for check in checks:
            style = "green" if check.passed else "bold red"
            errors = (f"{check.central[h]:.0e}" for h in SHOWN_H)
            numbers = *errors, f"{check.complex_step:.0e}", f"{check.slope:.2f}"
            looked = f"{check.parameters} of {check.of:,}"
            rows.append([cut(side, 10), check.problem, looked, *(Text(number, style=style) for number in numbers)])
    steps = [f"{'step h' if n == 0 else ''}\n{h:.0e}" for n, h in enumerate(SHOWN_H)]
    columns = "\nside", "\nproblem", "\nparameters", *steps, "complex\nstep", "Taylor\nslope"
    title = f"{CHECKS['gradient_checks'].name}, in float64 (slope 2 is right, 1 is wrong)"
    return table(title, columns, rows, 2, gap=1)
