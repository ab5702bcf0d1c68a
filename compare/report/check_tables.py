"""What the checks beside the training say: difficult batches, exact arithmetic, a third opinion, gradients."""

from rich.console import Console, Group
from rich.text import Text

from compare.bugs.diagnosis import Diagnosis
from compare.equations import QUANTITIES
from compare.proof.gradient_check import STEPS, GradientCheck
from compare.proof.prove import Run
from compare.proof.rounding import RoundingCause
from compare.report.tables import share, table

# Steps of the central differences that show the U.
SHOWN_H = STEPS[0], STEPS[2], STEPS[4], STEPS[7], STEPS[10]


def print_witnesses(console: Console, runs: list[Run]) -> None:
    """Four tables or lines, each for all precisions at once."""
    console.print(_adversarial(runs))
    for run in runs:
        console.print(_exact(run))
    console.print()
    console.print(_truth(runs))
    console.print(_gradients(runs[-1].gradients))


def print_attribution(console: Console, dtype: str, found: list[RoundingCause]) -> None:
    """Why the sides differ, operation by operation, and what is left of it without the reason."""
    rows = [(a.tag, a.operation, f"{a.share:.1%}", f"{a.scaled:.2g}", f"{a.ulps:.0f}", f"{a.left:.1%}") for a in found]
    columns = (
        "",
        "\noperation",
        "elements\nthat differ",
        "in ulps of\nthe largest",
        "in their\nown ulps",
        "left without\nthe reason",
    )
    console.print(table(f"{dtype}: each operation of both sides on identical inputs", columns, rows, 2))
    for a in found:
        if not a.share:
            console.print(f"{a.tag} {a.operation}: nothing differs on these inputs.")
            continue
        kept = "nothing is left" if a.left == 0 else f"{a.left:.1%} are left, so it is not the whole reason"
        console.print(f"{a.tag} {a.operation}: {a.reason}. Tried {a.experiment}: {kept}.")
    console.print()


def print_diagnosis(console: Console, diagnosis: Diagnosis) -> None:
    """What the difference looks like."""
    for fact in diagnosis.facts:
        console.print(f"seen: {fact}")
    for n, guess in enumerate(diagnosis.guesses):
        looks, bug = "this looks like" if n == 0 else "or like", guess.bug
        console.print(f"{looks} [bold]{bug.title}[/], see bug {bug.name}, {bug.tag} ({guess.likeness:.0%} alike)")
    if diagnosis.facts and not diagnosis.guesses:
        console.print("this looks like none of the mistakes of the catalogue")
    if not diagnosis.facts:
        console.print("on the inputs of the diagnosis the two do not differ: what is wrong takes many steps to show")


def _adversarial(runs: list[Run]) -> Group:
    rows = []
    for name in runs[0].hard_batches:
        found = [run.hard_batches[name] for run in runs]
        rows.append([name, *(cell for f in found for cell in (QUANTITIES[f.quantity].symbol, share(f.used)))])
    columns = ["batch", *(column for run in runs for column in (run.dtype, "used"))]
    return table("difficult batches, one step each: worst quantity, share of its budget", columns, rows, 1)


def _exact(run: Run) -> Text:
    values, differ = (sum(counts) for counts in zip(*run.exact.values(), strict=True))
    if not differ:
        return Text(f"{run.dtype}: where nothing rounds, {values:,} of {values:,} values are identical to the bit")
    names = ", ".join(f"{QUANTITIES[name].symbol} {unequal:,}" for name, (_, unequal) in run.exact.items() if unequal)
    return Text(
        f"{run.dtype}: where nothing rounds, {differ:,} of {values:,} values differ ({names})", style="bold red"
    )


def _truth(runs: list[Run]) -> Group:
    ours, theirs = runs[0].sides
    rows = []
    for name, quantity in QUANTITIES.items():
        row = [quantity.tag, quantity.field]
        for run in runs:
            a, b = run.truth[name]
            near, far = sorted((a, b))
            nearer = (
                "equal" if a == b else (ours if a < b else theirs) + (f" {_short(far / near, 1)} x" if near else "")
            )
            row += [_short(a, 2), _short(b, 2), nearer]
        rows.append(row)
    names = [name for run in runs for name in (f"{run.dtype}\n{ours}", f"\n{theirs}", "\nnearer")]
    title = "distance from the truth (rationals, 60 digits), in eps of the largest value"
    return table(title, ["", "\nquantity", *names], rows, 2)


def _short(value: float, places: int) -> str:
    return f"{value:.{places}f}" if value < 1000 else f"{value:.0e}"


def _gradients(gradients: dict[str, list[GradientCheck]]) -> Group:
    rows = []
    for side, checks in gradients.items():
        for check in checks:
            style = "green" if check.right else "bold red"
            u = (f"{check.central[h]:.0e}" for h in SHOWN_H)
            numbers = *u, f"{check.complex_step:.0e}", f"{check.slope:.2f}"
            looked = f"{check.parameters} of {check.of:,}"
            rows.append([side, check.problem, looked, *(Text(number, style=style) for number in numbers)])
    u = [f"{'differ.' if n == 0 else ''}\n{h:.0e}" for n, h in enumerate(SHOWN_H)]
    columns = "\nside", "\nproblem", "\nparameters", *u, "complex\nstep", "Taylor\nslope"
    return table("gradients against the loss, in float64 (slope 2 is right, 1 wrong)", columns, rows, 2, gap=1)
