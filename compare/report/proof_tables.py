"""The proof in words and tables, for a terminal of 80 columns or more."""

import math

from rich.console import Console, Group
from rich.text import Text

from compare.equations import FUNCTIONS, QUANTITIES
from compare.problem import Problem
from compare.proof.comparison import Deviation
from compare.proof.prove import Run
from compare.proof.tolerance import READINGS, ROUNDINGS, TERMS
from compare.report.as_json import verdict
from compare.report.check_tables import print_witnesses
from compare.report.tables import share, table
from compare.training import published

# Longer curves are shown at these epochs and at their last.
SHOWN_EPOCHS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
# Growth of a rounding from which a training is called unstable.
UNSTABLE = 10
DIGITS = {"float32": 9, "float64": 17}


def print_problem(console: Console, problem: Problem) -> None:
    """What is trained on, how, and the checksums of what both sides are given."""
    chosen, sums = problem.chosen, problem.checksums
    console.print("[bold]Softmax regression, twice:[/] NumPy by hand against PyTorch, step by step")
    console.print(
        f"{problem.name}: {len(problem.train[1]):,} training and {len(problem.validation[1]):,} validation images "
        f"of {problem.features} pixels"
    )
    console.print(
        f"{chosen.epochs} epochs of {problem.steps_per_epoch} batches of {chosen.batch_size} = "
        f"{problem.steps:,} steps, lr {chosen.lr:g}, seed {chosen.seed}"
    )
    shown = [f"{name} {value[:8]}" for name, value in sums.items()]
    console.print("SHA-256 of what both are given:", *shown[:3], style="dim")
    console.print(" " * 31 + " ".join(shown[3:]), style="dim")


def print_proof(console: Console, problem: Problem, runs: list[Run]) -> None:
    """Curves, where the worst errors were, why they may be, the table of the proof, and the verdict."""
    console.print()
    rows = [_curve_rows(problem, run) for run in runs]
    for n, run in enumerate(runs):
        if n and rows[n] == rows[0]:
            console.print(f"{run.dtype}: the same to every digit shown\n")
        else:
            console.print(_curve(problem, run, rows[n]))
    if published.applies(problem):
        console.print(
            "published: by the first tutorial, on its own split; ! marks a difference beyond the usual band. "
            f"{published.SECOND_TUTORIAL}; ours stands below.\n"
        )
    for run in runs:
        console.print(_places(run))
    console.print(_reasons())
    for run in runs:
        console.print(_errors(run))
    console.print(
        "Each row stands where most of its budget was used. error: largest difference\n"
        "/ size. budget: allowed / size. ceiling: the error bound of one step, reached\n"
        "by correct code if every rounding went the worst way.\n"
    )
    print_witnesses(console, runs)
    for run in runs:
        _print_summary(console, run)
        if run.first_divergence:
            console.print(_divergence(run.first_divergence, run))
        if run.verdict == "differ":
            unhappy = ", ".join(name for name, content in run.checks.items() if not content)
            console.print(f"{run.dtype}: [red]over budget[/] for these checks: {unhappy}")
        if run.growth is not None:
            console.print(f"{run.dtype}: {_amplified(run.growth, run.dtype)}")


def print_verdict(console: Console, runs: list[Run], *, verbose: bool) -> None:
    """The last line."""
    result = verdict(runs)
    steps = " and ".join(f"{run.steps:,} {run.dtype}" for run in runs)
    said = {
        "match": f"all quantities of {steps} steps are within budget",
        "differ": "the two part where it says above" if verbose else "run it without --quiet to see where",
    }
    console.print(Text(f"{result}: {said[result]}", style="bold green" if result == "match" else "bold red"))


def _curve(problem: Problem, run: Run, rows: list[list[str]]) -> Group:
    parts = [f"{part}\n{what}" for part in ("train", "val.") for what in ("loss", "acc.")]
    sides = [f"{side}\n{part}" for side in run.sides for part in parts]
    columns = ["\n\nepoch", *sides, *(["published\nval.\nacc."] if published.applies(problem) else [])]
    return table(f"{run.dtype}: loss and accuracy, training and validation", columns, rows, gap=1)


def _curve_rows(problem: Problem, run: Run) -> list[list[str]]:
    compared = published.applies(problem)
    rows = []
    curve = list(zip(*run.history.values(), strict=True))
    for epoch, records in enumerate(curve):
        if len(curve) > 25 and epoch not in SHOWN_EPOCHS and epoch != len(curve) - 1:
            continue
        values = (value for record in records for value in record[1:])
        row = [str(epoch), *(f"{value:.4f}" for value in values)]
        if compared and epoch < len(published.CURVE):
            off = abs(records[0].val_accuracy - published.CURVE[epoch]) > published.band(epoch)
            row.append(f"{published.CURVE[epoch]:.4f}" + (" !" if off else ""))
        rows.append(row)
    return rows


def _places(run: Run) -> Group:
    rows = []
    for name, quantity in QUANTITIES.items():
        for reading, short in zip(READINGS, ("step", "run"), strict=True):
            found = run.worst.get((name, reading))
            if not found:  # the run stopped before it was reached
                continue
            values = (f"{value:.{DIGITS[run.dtype]}g}" for value in (found.ours, found.theirs))
            rows.append((quantity.symbol, short, f"{found.epoch}/{found.step}", _index(found), *values))
    columns = "quantity", "reading", "at", "index", *run.sides
    return table(f"{run.dtype}: where each was worst (epoch/step)", columns, rows, left=2, gap=1)


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
    one_step = "one step\nerror", "\nbudget", "\nused", "\nceiling"
    columns = "", "\nquantity", *one_step, "whole run\nerror", "\nbudget", "\nused"
    return table(f"{run.dtype}: how far apart at worst in {run.steps:,} steps", columns, rows, left=2)


def _share(found: Deviation | None) -> tuple[str, str, Text]:
    if not found:
        return "", "", Text()
    return f"{found.scaled_error:.1e}", f"{found.budget:.1e}", share(found.used)


def _print_summary(console: Console, run: Run) -> None:
    lines = [("validation accuracy", {side: history[-1].val_accuracy for side, history in run.history.items()})]
    lines += [("test accuracy", run.test)] if run.test else []
    ours, theirs = run.sides
    for what, accuracy in lines:
        console.print(f"{run.dtype}: {what} {accuracy[ours]:.2%} ({ours}), {accuracy[theirs]:.2%} ({theirs})")
    _print_predictions(console, run)
    ratio = run.seconds[theirs] / run.seconds[ours]
    console.print(
        f"{run.dtype}: evaluated at the same weights, logits and loss use "
        f"{run.predictions.evaluation:.0%} of their budget"
    )
    drifts = ", ".join(f"{name} by {value:.1e}" for name, value in run.drift.items())
    console.print(f"{run.dtype}: after {run.steps:,} steps the sides differ in {drifts}")
    console.print(f"{run.dtype}: {theirs} took {ratio:.1f} times as long as {ours}")
    sums = ", ".join(f"{value[:8]} ({side})" for side, value in run.weights.items())
    console.print(f"{run.dtype}: final weights {sums}")


def _print_predictions(console: Console, run: Run) -> None:
    found = run.predictions
    alike = found.compared - found.differ
    ties = f", {found.near_ties} within rounding of a tie" if found.differ else ""
    rest = alike - found.certified
    console.print(f"{run.dtype}: {alike:,} of {found.compared:,} images classified the same way{ties}")
    console.print(
        f"{run.dtype}: certified for {found.certified:,}, their best two logits more than 2 x {found.largest:.1e} apart"
        + (f"; {rest:,} agree, not certified" if rest else "")
    )


def _amplified(growth: float, dtype: str) -> str:
    """What to make of a whole run that is over budget while every step is within it."""
    said = "every single step is within budget, only the whole run is not. "
    if growth > UNSTABLE:
        return said + (
            f"A change of the initial weights by one rounding grows {growth:,.0f} times in this training: it is "
            "unstable, and two correct sides part (try a smaller --lr)."
        )
    more = " (try --dtype float64)" if dtype == "float32" else ""
    return said + (
        f"Rounding does not grow in this training (a change of the initial weights ends {growth:.2g} times as large), "
        f"so something too small to be seen in one step adds up{more}."
    )


def _divergence(found: Deviation, run: Run) -> str:
    quantity = QUANTITIES[found.quantity]
    ours, theirs = (
        f"{value:.{DIGITS[run.dtype]}g} ({side})"
        for value, side in zip((found.ours, found.theirs), run.sides, strict=True)
    )
    where = f"{quantity.symbol} {_index(found)}".strip()
    why = READINGS[found.reading]
    if math.isfinite(found.used):
        times = f"{found.used:.{3 if found.used >= 1.005 else 6}g} times the budget"
    else:
        function = next(name for name, contract in FUNCTIONS.items() if contract.tag == quantity.tag)
        times = f"so {function} of {run.sides[0]} has left the finite numbers"
    return (
        f"[red]they part at epoch {found.epoch}, step {found.step}, equation {quantity.tag}[/]: {found.quantity}, "
        f"{where}: {ours}, {theirs}, {times}; {found.reading}: {why}"
    )


def _index(found: Deviation) -> str:
    return str(found.index) if found.index else ""
