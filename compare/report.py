"""The proof in words and tables, for a terminal of 80 columns or more."""

from collections.abc import Iterable

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from compare import published
from compare.judge import Finding
from compare.problem import Problem
from compare.proof import Run
from compare.results import verdict
from compare.tolerance import QUANTITIES, READINGS, ROUNDINGS

# Longer curves are shown at these epochs and at their last.
SHOWN_EPOCHS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
CURVE_KEYS = "train_loss", "train_accuracy", "val_loss", "val_accuracy"
DIGITS = {"float32": 9, "float64": 17}


def wide_console() -> Console:
    """A console of 80 columns at least, so that no table loses its numbers on a narrow terminal."""
    return Console(highlight=False, width=max(80, Console().width))


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
    for run in runs:
        _print_summary(console, run)
        if run.first_divergence:
            console.print(_divergence(run.first_divergence, run.dtype))
        if run.only_amplified:
            console.print(
                f"{run.dtype}: every single step is within budget, only the whole run is not. Either this training is "
                "unstable and makes rounding grow (try a smaller --lr), or something too small to be seen in one step "
                "adds up (try --dtype float64)."
            )
    print_verdict(console, runs, verbose=True)


def print_verdict(console: Console, runs: list[Run], *, verbose: bool) -> None:
    """The last line."""
    result = verdict(runs)
    steps = " and ".join(f"{run.steps:,} {run.dtype}" for run in runs)
    said = {
        "match": f"all quantities of {steps} steps are within budget",
        "differ": "the two part where it says above" if verbose else "run it without --quiet to see where",
    }
    console.print(Text(f"{result}: {said[result]}", style="bold green" if result == "match" else "bold red"))


def table(
    title: str, columns: Iterable[str], rows: Iterable[Iterable[str | Text]], left: int = 0, gap: int = 2
) -> Group:
    """Rows under a bold title (none if empty), the first `left` columns left-aligned, fit for 80 columns."""
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, gap - 1, 0, 0))
    for n, column in enumerate(columns):
        grid.add_column(column, justify="left" if n < left else "right")
    for row in rows:
        grid.add_row(*row)
    return Group(*([Text(title, style="bold")] if title else []), grid, "")


def _curve(problem: Problem, run: Run, rows: list[list[str]]) -> Group:
    parts = [f"{part}\n{what}" for part in ("train", "val.") for what in ("loss", "acc.")]
    sides = [f"{side}\n{part}" for side in ("scratch", "torch") for part in parts]
    columns = ["\n\nepoch", *sides, *(["published\nval.\nacc."] if published.applies(problem) else [])]
    return table(f"{run.dtype}: loss and accuracy, training and validation", columns, rows, gap=1)


def _curve_rows(problem: Problem, run: Run) -> list[list[str]]:
    compared = published.applies(problem)
    rows = []
    for record in run.curve:
        epoch = record["epoch"]
        if len(run.curve) > 25 and epoch not in SHOWN_EPOCHS and epoch != len(run.curve) - 1:
            continue
        values = (record[side][key] for side in ("scratch", "torch") for key in CURVE_KEYS)
        row = [str(epoch), *(f"{value:.4f}" for value in values)]
        if compared and epoch < len(published.CURVE):
            off = abs(record["scratch"]["val_accuracy"] - published.CURVE[epoch]) > published.band(epoch)
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
            values = (f"{value:.{DIGITS[run.dtype]}g}" for value in (found.scratch, found.torch))
            rows.append((quantity.symbol, short, f"{found.epoch}/{found.step}", _index(found), *values))
    columns = "quantity", "reading", "at", "index", "scratch", "torch"
    return table(f"{run.dtype}: where each was worst (epoch/step)", columns, rows, left=2, gap=1)


def _reasons() -> Group:
    title = f"allowed: eps ({ROUNDINGS} size + sqrt(t) terms), t steps after both had the same weights"
    rows = ((quantity.tag, quantity.symbol, quantity.terms, quantity.why) for quantity in QUANTITIES.values())
    shown = table(title, ("", "quantity", "terms", "because"), rows, left=4)
    return Group(shown, "size: largest magnitude of the tensor; z: largest |X| |W| + |b| of a logit\n")


def _errors(run: Run) -> Group:
    rows = []
    for name, quantity in QUANTITIES.items():
        step, whole = (run.worst.get((name, reading)) for reading in READINGS)
        ceiling = f"{step.ceiling:.1e}" if step else ""
        rows.append((quantity.tag, quantity.symbol, *_share(step), ceiling, *_share(whole)))
    one_step = "one step\nerror", "\nbudget", "\nused", "\nceiling"
    columns = "", "\nquantity", *one_step, "whole run\nerror", "\nbudget", "\nused"
    return table(f"{run.dtype}: how far apart at worst in {run.steps:,} steps", columns, rows, left=2)


def _share(found: Finding | None) -> tuple[str, str, Text]:
    if not found:
        return "", "", Text()
    used = Text(f"{100 * found.used:.0f} %", style="green" if found.used <= 1 else "bold red")
    return f"{found.scaled_error:.1e}", f"{found.budget:.1e}", used


def _print_summary(console: Console, run: Run) -> None:
    last = run.curve[-1]
    lines = [("validation accuracy", {side: last[side]["val_accuracy"] for side in ("scratch", "torch")})]
    lines += [("test accuracy", run.test)] if run.test else []
    for what, accuracy in lines:
        console.print(f"{run.dtype}: {what} {accuracy['scratch']:.2%} (scratch), {accuracy['torch']:.2%} (torch)")
    ties = f", {run.near_ties} within rounding of a tie" if run.differ else ""
    ratio = run.seconds["torch"] / run.seconds["scratch"]
    console.print(
        f"{run.dtype}: {run.compared - run.differ:,} of {run.compared:,} images classified the same way{ties}"
    )
    drifts = ", ".join(f"{name} by {value:.1e}" for name, value in run.drift.items())
    console.print(f"{run.dtype}: after {run.steps:,} steps the sides differ in {drifts}")
    console.print(f"{run.dtype}: torch took {ratio:.1f} times as long as scratch")
    sums = ", ".join(f"{value[:8]} ({side})" for side, value in run.weights.items())
    console.print(f"{run.dtype}: final weights {sums}")


def _divergence(found: Finding, dtype: str) -> str:
    quantity = QUANTITIES[found.quantity]
    values = (f"{value:.{DIGITS[dtype]}g}" for value in (found.scratch, found.torch))
    where = f"{quantity.symbol} {_index(found)}".strip()
    why = READINGS[found.reading]
    return (
        f"[red]they part at epoch {found.epoch}, step {found.step}, equation {quantity.tag}[/]: {found.quantity}, "
        f"{where}: {' (scratch), '.join(values)} (torch), {found.used:.3g} times the budget; {found.reading}: {why}"
    )


def _index(found: Finding) -> str:
    return str(found.index) if found.index else ""
