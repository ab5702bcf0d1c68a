"""The proof in all its tables, for --details; the one screen is in proof_screen.py."""

import math

from rich.console import Console, Group
from rich.text import Text

from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.checks import CHECKS, READINGS
from compare.proof.comparison import Deviation
from compare.proof.run import Run
from compare.proof.tolerance import ROUNDINGS, TERMS
from compare.report.check_tables import print_checks
from compare.report.difference import SHOWN_DIGITS
from compare.report.looks import amplified
from compare.report.proof_screen import controls_text
from compare.report.tables import RUNNING, WHY_LOWER, cut, per_cent, share, short, table, wrapped
from compare.training import published
from compare.words import counted, of_budget

# Longer curves are shown at these epochs and at their last.
SHOWN_EPOCHS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
ROWS = 25
# Names of sides stand in many columns here.
NAME_COLUMNS = 10


def print_problem(console: Console, problem: Problem) -> None:
    """What is trained on, how, and the checksums of what both sides are given."""
    chosen, sums = problem.chosen, problem.checksums
    title = Text("Softmax regression, twice:", style="bold")
    console.print(title, "NumPy by hand against PyTorch, step by step")
    console.print(
        f"{problem.name}: {len(problem.train[1]):,} training and {len(problem.evaluated[1]):,} {problem.evaluated_on} "
        f"images of {problem.features} pixels"
    )
    console.print(
        f"{counted(chosen.epochs, 'epoch')} of {counted(problem.steps_per_epoch, 'batch')} of {chosen.batch_size} = "
        f"{counted(problem.steps, 'step')}, lr {chosen.lr:g}, seed {chosen.seed}"
    )
    shown = [f"{name} {value[:8]}" for name, value in sums.items()]
    console.print("SHA-256 of what both are given:", *shown[:3], style="dim")
    console.print(" " * 31 + " ".join(shown[3:]), style="dim")


def print_proof(console: Console, problem: Problem, runs: list[Run]) -> None:
    """Curves, where the worst errors were, why they may be, the errors themselves, the checks, a summary."""
    console.print()
    _print_curves(console, problem, runs)
    for run in runs:
        for reading in READINGS:
            console.print(_places(run, reading))
    console.print(_reasons())
    for run in runs:
        console.print(_errors(run))
    console.print(
        "Each row is of the place where most of its budget was used. error: largest\n"
        "difference / size. budget: allowed / size. ceiling: the bound of the error of\n"
        "one step, for correct code of which every rounding goes the worst way.\n"
    )
    print_checks(console, runs)
    for run in runs:
        for line in _summary(run):
            console.print(Text(wrapped(f"{run.dtype}: {line}")))


def _print_curves(console: Console, problem: Problem, runs: list[Run]) -> None:
    rows = [_curve_rows(problem, run) for run in runs]
    console.print(Text(wrapped(WHY_LOWER)), end="\n\n")
    for n, run in enumerate(runs):
        if n and rows[n] == rows[0]:
            console.print(f"{run.dtype}: the same to every digit shown\n")
        else:
            console.print(_curve(problem, run, rows[n]))
    if published.applies(problem):
        text = (
            "published: by the first tutorial, on its own split; ! marks a difference beyond the usual band. "
            f"{published.SECOND_TUTORIAL}; the test accuracy below is ours."
        )
        console.print(Text(wrapped(text)), end="\n\n")


def _curve(problem: Problem, run: Run, rows: list[list[str]]) -> Group:
    parts = [f"{part}\n{what}" for part in ("train", "val.") for what in ("loss", "acc.")]
    sides = [f"{cut(side, NAME_COLUMNS)}\n{part}" for side in run.sides for part in parts]
    columns = ["\n\nepoch", *sides, *(["publ.\nval.\nacc."] if published.applies(problem) else [])]
    return table(f"{run.dtype}: loss and accuracy (train: {RUNNING})", columns, rows, gap=1)


def _curve_rows(problem: Problem, run: Run) -> list[list[str]]:
    compared, rows = published.applies(problem), []
    curve = list(zip(*run.history.values(), strict=True))
    for epoch, records in enumerate(curve):
        if len(curve) > ROWS and epoch not in SHOWN_EPOCHS and epoch != len(curve) - 1:
            continue
        row = [str(epoch), *(short(value) for record in records for value in record[1:])]
        if compared and epoch < len(published.CURVE):
            off = abs(records[0].val_accuracy - published.CURVE[epoch]) > published.band(epoch)
            row.append(f"{published.CURVE[epoch]:.4f}" + (" !" if off else ""))
        rows.append(row)
    return rows


def _places(run: Run, reading: str) -> Group:
    rows = []
    for name, quantity in QUANTITIES.items():
        if found := run.worst.get((name, reading)):  # else the run stopped before it was reached
            place = f"{found.epoch}/{found.step}", _index(found)
            values = (f"{value:.{SHOWN_DIGITS[run.dtype]}g}" for value in (found.ours, found.theirs))
            rows.append((quantity.symbol, *place, *values))
    columns = "quantity", "at", "index", *(cut(side) for side in run.sides)
    title = f"{run.dtype}, {CHECKS[reading].name}: where each was worst (epoch/step)"
    return table(title, columns, rows, left=1)


def _reasons() -> Group:
    title = f"allowed: eps ({ROUNDINGS} size + sqrt(t) terms), t steps after both had the same weights"
    rows = ((quantity.tag, quantity.symbol, *TERMS[name]) for name, quantity in QUANTITIES.items())
    shown = table(title, ("", "quantity", "terms", "because"), rows, left=4)
    legend = "size: largest magnitude of the tensor; z: largest |X| |W| + |b|; c: z + 2 |Z|\n"
    return Group(shown, legend)


def _errors(run: Run) -> Group:
    rows = []
    for name, quantity in QUANTITIES.items():
        step, whole = (run.worst.get((name, reading)) for reading in READINGS)
        ceiling = f"{step.ceiling:.1e}" if step else ""
        rows.append((quantity.tag, quantity.symbol, *_share(step), ceiling, *_share(whole)))
    one_step, whole_run = (CHECKS[reading].name for reading in READINGS)
    columns = (
        "",
        "\nquantity",
        f"{one_step}\nerror",
        "\nbudget",
        "\nused",
        "\nceiling",
        f"{whole_run}\nerror",
        "\nbudget",
    )
    return table(f"{run.dtype}: how far apart at worst in {run.steps:,} steps", [*columns, "\nused"], rows, left=2)


def _share(found: Deviation | None) -> tuple[str, str, Text]:
    if not found:
        return "", "", Text()
    return f"{found.scaled_error:.1e}", f"{found.budget:.1e}", share(found.used)


def _summary(run: Run) -> list[str]:
    """One line for each thing that has no table."""
    accuracy = {side: history[-1].val_accuracy for side, history in run.history.items()}
    lines = [f"{run.evaluated_on} accuracy {_accuracies(accuracy)}"]
    lines += [f"test accuracy {_accuracies(run.test)}"] if run.test and run.evaluated_on != "test" else []
    lines += _predictions(run)
    used = run.predictions.evaluation
    of_it = f"use {of_budget(used)}" if math.isfinite(used) else "are not finite on one side only"
    lines.append(f"evaluated at the same weights, logits and loss {of_it}")
    lines += [f"controls: {controls_text([run])}"] if run.controls else []
    drifts = ", ".join(f"{name} by {value:.1e}" for name, value in run.drift.items())
    lines.append(f"after {run.steps:,} steps the sides differ in {drifts}")
    ours, theirs = run.sides
    lines.append(f"{theirs} took {run.seconds[theirs] / run.seconds[ours]:.1f} times as long as {ours}")
    lines.append("final weights " + ", ".join(f"{value[:8]} ({side})" for side, value in run.weights.items()))
    lines += [_divergence(run.first_divergence, run)] if run.first_divergence else []
    failed = [CHECKS[name].name for name, passed in run.checks.items() if not passed]
    lines += [f"these checks failed: {', '.join(failed)}"] if failed else []
    lines += [amplified(run.growth, run.dtype)] if run.growth is not None else []
    return lines


def _accuracies(values: dict[str, float]) -> str:
    return ", ".join(f"{per_cent(value, 2)} ({side})" for side, value in values.items())


def _predictions(run: Run) -> list[str]:
    found = run.predictions
    alike = found.compared - found.differ
    ties = f", {found.near_ties} within rounding of a tie" if found.differ else ""
    rest = alike - found.certified
    more = f"; {rest:,} agree, not certified" if rest else ""
    return [
        f"{alike:,} of {found.compared:,} images classified the same way{ties}",
        f"certified for {found.certified:,}, their best two logits more than 2 x {found.largest:.1e} apart{more}",
    ]


def _divergence(found: Deviation, run: Run) -> str:
    quantity = QUANTITIES[found.quantity]
    pairs = zip((found.ours, found.theirs), run.sides, strict=True)
    values = ", ".join(f"{value:.{SHOWN_DIGITS[run.dtype]}g} ({side})" for value, side in pairs)
    times = f"so {quantity.function} of {run.sides[0]} has left the finite numbers"
    if math.isfinite(found.used):
        times = of_budget(found.used)
    where = f"{quantity.symbol} {_index(found)}".strip()
    return (
        f"they part at epoch {found.epoch}, step {found.step}, equation {quantity.tag}: {found.quantity}, {where}: "
        f"{values}, {times}; {CHECKS[found.reading].name}: {CHECKS[found.reading].what}"
    )


def _index(found: Deviation) -> str:
    return str(found.index) if found.index else ""
