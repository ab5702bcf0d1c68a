"""Pictures of a proof: curves, errors, gradients, templates, and an overview of all."""

import math
from typing import TYPE_CHECKING

import numpy as np

from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.checks import CHECKS, READINGS
from compare.proof.gradient_check import CENTRAL, GradientCheck
from compare.proof.run import Run
from compare.report.overview import Overview, overview
from compare.report.pictures import BLUE, PALETTE, VERMILION, epoch_axis, new_figure, per_cent_axis
from compare.report.training_pictures import curves, templates
from compare.training import published
from compare.words import of_budget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Of a loss or an accuracy: what one does not see in a picture.
UNSEEN = 1e-3
STYLES = "-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (8, 3))

# By reading and quantity the share of the budget that was used at worst in each epoch.
Shares = dict[str, dict[str, list[float]]]


def proof_pictures(problem: Problem, runs: list[Run]) -> dict[str, "Figure"]:
    """By name: what is the same in each precision once, the rest for each."""
    run = runs[0]
    figures = {
        "overview": overview(Overview.of(problem, run)),
        "templates": templates(problem.start(run.dtype)[0], run.templates, problem.shape, problem.names),
        # in float64 in every run
        "gradients": gradients(run.gradient_checks),
        **_curves(problem, runs),
    }
    for run in runs:
        if shares := _shares(run):
            figures[f"errors-{run.dtype}"] = errors(shares, run.dtype)
    return figures


def _curves(problem: Problem, runs: list[Run]) -> dict[str, "Figure"]:
    """One picture for all precisions if their curves lie on each other, else one for each."""
    curve = published.CURVE if published.applies(problem) else None
    shown = {f"curves-{run.dtype}": (run.dtype, run.history) for run in runs}
    if len(runs) > 1 and all(_lie_on_each_other(runs[0], run) for run in runs):
        shown = {"curves": (" and ".join(run.dtype for run in runs), runs[0].history)}
    on = problem.evaluated_on
    return {name: curves(f"{problem.name}, {what}", history, curve, on) for name, (what, history) in shown.items()}


def _lie_on_each_other(one: Run, other: Run) -> bool:
    a, b = (np.array([*run.history.values()]) for run in (one, other))
    return a.shape == b.shape and np.allclose(a, b, rtol=0, atol=UNSEEN)


def _shares(run: Run) -> Shares | None:
    """None if the run ended before everything was compared."""
    if not all((name, reading) in run.trace for name in QUANTITIES for reading in READINGS):
        return None
    return {
        reading: {quantity.symbol: run.trace[name, reading] for name, quantity in QUANTITIES.items()}
        for reading in READINGS
    }


def errors(shares: Shares, dtype: str) -> "Figure":
    """Share of its budget that each quantity used at worst in each epoch, on a log scale."""
    words = f"The line is the whole budget; above it, the sides differ. {_worst_in_words(shares)}"
    if any(0 in values for quantities in shares.values() for values in quantities.values()):
        words += " An error of exactly 0 has no logarithm, and no place here."
    figure = new_figure(9, 4.6, f"{dtype}: the largest error in each epoch, as a share of its budget", words)
    for axes, (reading, quantities) in zip(figure.subplots(1, 2, sharey=True), shares.items(), strict=True):
        for (quantity, values), colour, style in zip(quantities.items(), PALETTE, STYLES, strict=True):
            shown = np.where(np.array(values) > 0, values, np.nan)
            # one epoch makes no line
            mark = "o" if len(values) == 1 else ""
            axes.semilogy(range(1, len(values) + 1), shown, ls=style, marker=mark, color=colour, lw=1.2, label=quantity)
        axes.axhline(1, color="black", lw=2)
        axes.set_title(CHECKS[reading].name)
        epoch_axis(axes)
    per_cent_axis(axes.yaxis)
    figure.axes[0].set_ylabel("error / budget")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside right center")
    return figure


def _worst_in_words(shares: Shares) -> str:
    every = ((value, symbol) for used in shares.values() for symbol, values in used.items() for value in values)
    # nan is not <= 1, and no comparison with it finds the largest
    worst, symbol = max(every, key=lambda one: one[0] if math.isfinite(one[0]) else math.inf)
    if not math.isfinite(worst):
        return f"Farthest over it is {symbol}, which is not finite."
    return f"{'Nearest' if worst <= 1 else 'Farthest over it'} is {symbol} with {of_budget(worst)}."


def gradients(checks: dict[str, list[GradientCheck]]) -> "Figure":
    """Error of each side's gradient by central differences over their step h: a U."""
    lowest = max(min(check.central.values()) for found in checks.values() for check in found)
    here = f"(here to {lowest:.0e})" if lowest <= CENTRAL else "(here one stays above it, and is wrong)"
    words = f"Right gradients come below the line {here}. To the left, rounding takes over."
    figure = new_figure(7, 5, "Gradients compared with differences of the loss, in float64", words)
    axes = figure.subplots()
    for (side, found), colour, line in zip(checks.items(), (BLUE, VERMILION), ("-", "--"), strict=False):
        for check, mark in zip(found, "os", strict=True):
            label = f"{'small problem' if check.problem == 'small' else 'first batch'}, {side}"
            axes.loglog(*zip(*check.central.items(), strict=True), mark + line, color=colour, ms=4, label=label)
    axes.axhline(CENTRAL, color="black", lw=1.5)
    axes.set(xlabel="h, the step of the central difference", ylabel="largest error / largest gradient")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    return figure
